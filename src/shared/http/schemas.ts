import Joi from 'joi';
import type { Address } from '../address.js';
import { canonicalLocale, LANGUAGE_TAG } from '../locale.js';
import { isCurrency, type Money } from '../money.js';
import { seenWith } from './field-access.js';

export const id = () => Joi.string().hex().length(24);
export const sku = () => Joi.string().pattern(/^[A-Za-z0-9._-]{1,64}$/, 'SKU');
export const currencyCode = () => Joi.string().pattern(/^[A-Z]{3}$/, 'ISO 4217 code').custom((code: string, helpers) =>
  (isCurrency(code) ? code : helpers.error('string.currency'))).messages({ 'string.currency': '{{#label}} must be a currency of ISO 4217' });
export const countryCode = () => Joi.string().pattern(/^[A-Z]{2}$/, 'ISO 3166 code');
export const channelCode = () => Joi.string().pattern(/^[a-z0-9][a-z0-9-]{0,31}$/, 'channel');
/** Written as it is stored, whatever the case it came in. */
export const languageTag = () => Joi.string().max(35).pattern(LANGUAGE_TAG, 'language tag')
  .custom((tag: string, helpers) => (LANGUAGE_TAG.test(tag) ? canonicalLocale(tag) ?? helpers.error('string.pattern.name', { name: 'language tag', value: tag }) : tag)).description('BCP 47, such as de or de-AT');
export const amount = () => Joi.number().integer().min(0).max(Number.MAX_SAFE_INTEGER);
/** Basis points with at most two decimals: 9.975 % is 997.5. */
export const rateBps = () => Joi.number().min(0).max(1_000_000).precision(2);
export const timestamp = () => Joi.string().isoDate();
/** One line for people: no control characters, so that it cannot split a header or a log line. */
export const line = (max: number) => Joi.string().trim().max(max).pattern(/^[^\p{Cc}]*$/u, 'one line of text');
export const email = () => Joi.string().trim().lowercase().email({ tlds: false }).max(254);

export const moneySchema = Joi.object<Money, true>({ amount: Joi.number().integer().required(), currency: currencyCode().required() }).meta({ name: 'Money' });
/** Money that a caller sends: never negative. */
export const moneyInput = () => Joi.object<Money, true>({ amount: amount().required(), currency: currencyCode().required() }).meta({ name: 'MoneyInput' });

export const addressSchema = () => Joi.object<Address>({
  firstName: line(100).required(), lastName: line(100).required(), company: line(200),
  line1: line(200).required(), line2: line(200), city: line(100).required(), region: line(100),
  postalCode: line(20).required(), country: countryCode().required(), phone: Joi.string().pattern(/^\+?[0-9 ().-]{5,25}$/, 'phone number'),
}).meta({ name: 'Address' });

/** An address as it was stored; of others the telephone is for those who may reach people. */
export const addressReply = () => Joi.object({ phone: seenWith('contacts:read', Joi.string().allow('', null)) }).unknown();

const FORBIDDEN_KEYS = /^(?!(?:__proto__|constructor|prototype)$)[A-Za-z0-9_.-]{1,64}$/;
/** Free-form values by name: at most 50, scalars or lists of scalars, no key that a merge could trip over. */
export const customFields = () => Joi.object().pattern(FORBIDDEN_KEYS, Joi.alternatives(
  Joi.string().max(2000).allow(''), Joi.number(), Joi.boolean(), Joi.array().items(Joi.string().max(500), Joi.number(), Joi.boolean()).max(50),
)).max(50);

/** Every success is `{ message, data }`. */
export const success = <T>(message: string, data: T) => ({ message, data });
export const successOf = (data: Joi.Schema) => Joi.object({ message: Joi.string().required(), data: data.required() });
export const pageOf = (item: Joi.Schema) => successOf(Joi.object({
  items: Joi.array().items(item).required(), total: Joi.number().integer().allow(null).required(), pages: Joi.number().integer().allow(null).required(),
  current_page: Joi.number().integer().allow(null).required(), per_page: Joi.number().integer().required(), next_cursor: Joi.string().allow(null),
}));

/** Every refusal is an RFC 9457 problem plus its facts; `error` repeats `detail` for clients that read one plain sentence. */
export const problemSchema = Joi.object({
  error: Joi.string().required(), code: Joi.string().required(), type: Joi.string().required(), title: Joi.string().required(),
  status: Joi.number().integer().required(), detail: Joi.string().required(),
  instance: Joi.string().required(), requestId: Joi.string().required(),
  errors: Joi.array().items(Joi.object({
    pointer: Joi.string().required(), code: Joi.string().required(), message: Joi.string().required(),
  })).required(),
}).unknown().meta({ name: 'Problem' });

export const problems = (...statuses: number[]): Record<number, Joi.ObjectSchema> =>
  Object.fromEntries(statuses.map((status) => [status, problemSchema]));
