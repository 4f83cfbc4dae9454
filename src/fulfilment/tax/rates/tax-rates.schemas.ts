import Joi from 'joi';
import { isCountry } from '../../../shared/countries.js';
import { pageParams, type PageQuery } from '../../../shared/http/pagination.js';
import { countryCode, id, line, rateBps, timestamp } from '../../../shared/http/schemas.js';
import type { TaxRateFields } from './tax-rates.js';

const MAX_IMPORTED = 5000;
const word = () => Joi.string().pattern(/^[a-z][a-z0-9_]{0,63}$/, 'word like reduced_2');
const postcode = () => Joi.string().trim().uppercase().pattern(/^[A-Z0-9][A-Z0-9 -]{0,15}$/, 'postcode').required();
const country = () => countryCode().custom((code: string, helpers) => (isCountry(code) ? code : helpers.error('string.country')))
  .messages({ 'string.country': '{{#label}} must be a country of ISO 3166' });
const region = () => Joi.string().uppercase().pattern(/^[A-Za-z0-9]{1,10}$/, 'part of a country, like CA');

/** As it is sent: times are texts. */
export type TaxRateBody = Omit<TaxRateFields, 'validFrom' | 'validTo'> & { validFrom: string; validTo?: string | null };
export const fieldsOf = ({ validFrom, validTo, ...body }: TaxRateBody): TaxRateFields => ({ ...body, validFrom: new Date(validFrom), ...(typeof validTo === 'string' && { validTo: new Date(validTo) }) });

export const taxRateBody = Joi.object<TaxRateBody>({
  country: country().required(), region: region().description('As addresses name it: the part after the hyphen of ISO 3166-2'),
  postal: Joi.alternatives(Joi.object({ prefix: postcode() }), Joi.object({ from: postcode(), to: postcode() })).description('Postcodes that begin so, or from one to the other'),
  category: word().default('standard').description('The tax category of variants that it is for; `standard` is for those without a rate of their own'),
  layer: word().default('vat').description('Taxes of different layers add up: state, county, city; gst, pst. Within a layer the narrowest area counts'),
  name: line(100).min(1).required(), rateBps: rateBps().required(),
  jurisdiction: line(64).min(1).description('Who gets it; country and region when absent'),
  validFrom: timestamp().required().description('From this moment on'), validTo: timestamp().allow(null).description('Until then, exclusive'),
  reason: line(64).min(1).description('Of a zero rate: why nothing is due'),
}).custom((body: TaxRateBody, helpers) => (body.validTo && new Date(body.validTo) <= new Date(body.validFrom) ? helpers.error('rate.span') : body))
  .messages({ 'rate.span': 'a rate ends after it begins' });

export type ImportBody = { rates: TaxRateBody[] };
export const importBody = Joi.object<ImportBody, true>({
  rates: Joi.array().items(taxRateBody).min(1).max(MAX_IMPORTED).required().description('All of them or none; a rate that is there already (same area, category, layer and beginning) is replaced'),
});

export type RateParams = { id: string };
export const rateParams = Joi.object<RateParams, true>({ id: id().required() });

export type RateListQuery = PageQuery & { country?: string; region?: string; category?: string };
export const rateListQuery = Joi.object<RateListQuery>({ ...pageParams(['country', 'validFrom']), country: countryCode(), region: region(), category: word() });

export const taxRateReply = Joi.object({
  id: id().required(), country: Joi.string().required(), region: Joi.string(), postal: Joi.object({ prefix: Joi.string(), from: Joi.string(), to: Joi.string() }),
  category: Joi.string().required(), layer: Joi.string().required(), name: Joi.string().required(), rateBps: rateBps().required(), jurisdiction: Joi.string().required(),
  validFrom: timestamp().required(), validTo: timestamp(), reason: Joi.string(),
  version: Joi.number().integer().required(), createdAt: timestamp().required(), updatedAt: timestamp().required(),
}).meta({ name: 'TaxRate' });

export type CsvQuery = { dry_run: 'true' | 'false' };
export const csvQuery = Joi.object<CsvQuery>({ dry_run: Joi.string().valid('true', 'false').default('false').description('Says what would be imported and which lines are wrong, and changes nothing') });
export const csvReply = Joi.object({
  dryRun: Joi.boolean().required(), rows: Joi.number().integer().required(), created: Joi.number().integer().required(), updated: Joi.number().integer().required(),
  errorsTotal: Joi.number().integer().required(), errors: Joi.array().items(Joi.object({ line: Joi.number().integer().required(), column: Joi.string().allow(''), message: Joi.string().required() })).required(),
});
export const importReply = Joi.object({ created: Joi.number().integer().required(), updated: Joi.number().integer().required() });
