import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { amount, countryCode, currencyCode, id, line, moneyInput, moneySchema, sku, timestamp } from '../../shared/http/schemas.js';
import type { Money } from '../../shared/money.js';
import type { MethodChange, NewMethod, NewZone } from './methods.repository.js';
import type { Box } from './shipping.js';

const MAX_PLACES = 300;
const MAX_ROWS = 200;
/** `none`, `pickup` and `mixed` have meanings of their own. */
const code = () => Joi.string().pattern(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'code').invalid('none', 'pickup', 'mixed');
const count = (least = 0) => Joi.number().integer().min(least).max(1_000_000_000);
const days = () => Joi.number().integer().min(0).max(365);
const prices = () => Joi.object().pattern(/^[A-Z]{3}$/, amount()).min(1).max(50).description('Minor units by currency; a currency that is not named is not offered');
const range = { from: count().required(), to: count(1).allow(null).required().description('Null is no end') };
const boundary = 'A weight or quantity on a boundary belongs below it, an amount of money above it';

const postcode = () => Joi.string().pattern(/^[A-Za-z0-9][A-Za-z0-9 -]{0,15}$/, 'postcode');
const postcodeRule = () => Joi.alternatives(
  Joi.object({ prefix: postcode().required() }),
  Joi.object({ from: postcode().required(), to: postcode().required() }).custom((rule: { from: string; to: string }, helpers) => (
    rule.from.length === rule.to.length && rule.from.toUpperCase() <= rule.to.toUpperCase() ? rule : helpers.error('postcode.range'))),
).messages({ 'postcode.range': '{{#label}} must go upwards, between codes of one length' });
const place = () => Joi.object({
  country: countryCode().required(), regions: Joi.array().items(Joi.string().pattern(/^[A-Z0-9]{1,3}$/, 'code of a part of the country')).min(1).max(100).unique(),
  postcodes: Joi.array().items(postcodeRule()).min(1).max(MAX_PLACES),
});
const zoneFields = {
  code: code(), name: line(100).min(1), places: Joi.array().items(place()).max(MAX_PLACES), restOfWorld: Joi.boolean().description('Everything that no other zone names'),
};
export const createZoneBody = Joi.object<NewZone>({ ...zoneFields, code: zoneFields.code.required(), name: zoneFields.name.required(), places: zoneFields.places.default([]), restOfWorld: zoneFields.restOfWorld.default(false) });
export const updateZoneBody = Joi.object<Partial<NewZone>>(zoneFields).min(1);

const band = () => Joi.object({ ...range, prices: prices().required(), each: Joi.object({ every: count(1).required(), prices: prices().required() }).description('More for each step begun beyond the start of the band') });
const bands = () => Joi.array().items(band()).min(1).max(MAX_ROWS).required().description(`From 0 on, without gaps. ${boundary}`);
const stretch = () => Joi.object(range).default({ from: 0, to: null });
const row = () => Joi.object({ weight: stretch(), price: stretch(), quantity: stretch(), prices: prices().required() });
const ownRates = [
  Joi.object({ kind: Joi.valid('flat').required(), prices: prices().required() }),
  Joi.object({ kind: Joi.valid('weight').required(), bands: bands() }),
  Joi.object({ kind: Joi.valid('price').required(), currency: currencyCode().required(), bands: bands() }),
  Joi.object({ kind: Joi.valid('dimensions').required(), divisor: count(1).default(5000).description('Cubic centimetres to the kilogram'), bands: bands() }),
  Joi.object({ kind: Joi.valid('table').required(), currency: currencyCode().required(), rows: Joi.array().items(row()).min(1).max(MAX_ROWS).required().description(`Grams, minor units, pieces. ${boundary}`) }),
];
const rate = () => Joi.alternatives(...ownRates, Joi.object({
  kind: Joi.valid('carrier').required(), carrier: Joi.string().valid('easypost', 'shippo').required(), service: line(60).min(1).required().description('As the carrier calls it; `*` is its cheapest'),
  markupBps: Joi.number().integer().min(0).max(100_000), fallback: Joi.alternatives(...ownRates).required().description('Decides while the carrier cannot be asked'),
}));
const optional = {
  freeFrom: prices(), surcharges: Joi.array().items(Joi.object({ class: line(40).min(1).required(), per: Joi.string().valid('unit', 'parcel').default('unit'), prices: prices().required() })).max(20),
  limits: Joi.object({ minWeightGrams: count(), maxWeightGrams: count(), maxQuantity: count(1), maxSideMm: count(1), minSubtotal: prices(), maxSubtotal: prices() }),
  taxCategory: line(64).min(1), estimate: Joi.object({ minDays: days().required(), maxDays: days().min(Joi.ref('minDays')).required() }), assumedWeightGrams: count(),
};
const methodFields = { zoneId: id(), code: code(), name: line(100).min(1), active: Joi.boolean(), rate: rate(), position: count() };
export const createMethodBody = Joi.object<NewMethod>({
  ...methodFields, ...optional, zoneId: methodFields.zoneId.required(), code: methodFields.code.required(), name: methodFields.name.required(), rate: methodFields.rate.required(),
  active: methodFields.active.default(true), position: methodFields.position.default(0),
});
const removable = Object.fromEntries(Object.entries(optional).map(([name, schema]) => [name, schema.allow(null)]));
export const updateMethodBody = Joi.object<MethodChange>({ ...methodFields, ...removable }).min(1).description('Null takes an optional field away');

export type IdParams = { id: string };
export const idParams = Joi.object<IdParams, true>({ id: id().required() });
export const zoneListQuery = Joi.object<PageQuery>(pageParams(['code']));
export type MethodListQuery = PageQuery & { zone_id?: string };
export const methodListQuery = Joi.object<MethodListQuery>({ ...pageParams(['position']), zone_id: id() });

export type PreviewBody = {
  country: string; region?: string; postalCode?: string; subtotal: Money;
  lines: Array<{ sku: string; quantity: number; weightGrams?: number; dimensionsMm?: Box; requiresShipping?: boolean; shippingClass?: string }>;
};
export const previewBody = Joi.object<PreviewBody>({
  country: countryCode().required(), region: line(100), postalCode: line(20), subtotal: moneyInput().required().description('Of the goods, after reductions'),
  lines: Joi.array().items(Joi.object({
    sku: sku().default('PREVIEW'), quantity: count(1).required(), weightGrams: count(), dimensionsMm: Joi.object({ length: count().required(), width: count().required(), height: count().required() }),
    requiresShipping: Joi.boolean(), shippingClass: line(40),
  })).min(1).max(200).required(),
});

const stored = { version: Joi.number().integer().required(), createdAt: timestamp().required(), updatedAt: timestamp().required() };
export const zoneReply = Joi.object({
  id: id().required(), code: Joi.string().required(), name: Joi.string().required(), places: Joi.array().items(Joi.object().unknown()).required(), restOfWorld: Joi.boolean().required(), ...stored,
}).meta({ name: 'ShippingZone' });
export const methodReply = Joi.object({
  id: id().required(), zoneId: id().required(), code: Joi.string().required(), name: Joi.string().required(), active: Joi.boolean().required(), rate: Joi.object().unknown().required(),
  ...Object.fromEntries(['freeFrom', 'limits', 'estimate'].map((name) => [name, Joi.object().unknown()])), surcharges: Joi.array().items(Joi.object().unknown()),
  taxCategory: Joi.string(), assumedWeightGrams: Joi.number().integer(), position: Joi.number().integer().required(), ...stored,
}).meta({ name: 'ShippingMethodRule' });
export const previewReply = Joi.object({
  zone: Joi.object({ id: id().required(), code: Joi.string().required(), name: Joi.string().required() }).allow(null).required(),
  measures: Joi.object({ weightGrams: Joi.number().integer().required(), quantity: Joi.number().integer().required(), longestSideMm: Joi.number().integer().required() }).required(),
  methods: Joi.array().items(Joi.object({
    code: Joi.string().required(), name: Joi.string().required(), price: moneySchema, source: Joi.string(), refused: Joi.string().description('Why it is not offered'),
  })).required(),
});
