import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { amount, channelCode, currencyCode, id, line, moneySchema, pageOf, sku, successOf, timestamp } from '../../shared/http/schemas.js';
import type { CompetitorPrice, DynamicRuleFields } from './dynamic-rules.js';
import { RATE } from './exchange.js';
import type { NewEntry } from './price-entries.repository.js';
import type { PriceListFields } from './price-lists.js';
import type { NewRate } from './price-book.service.js';
import type { Rounding } from './rounding.js';

const MAX_QUANTITY = 1_000_000;
const MAX_BPS = 1_000_000;
export const ENTRIES_AT_ONCE = 2_000;

export type IdParams = { id: string };
export const idParams = Joi.object<IdParams, true>({ id: id().required() });
const priority = () => Joi.number().integer().min(-1_000_000).max(1_000_000);
const moment = () => timestamp().custom((text: string) => new Date(text));
const time = () => moment().allow(null).default(null);
const ids = () => Joi.array().items(id()).unique().max(100).default([]);
const audience = () => ({
  groupIds: ids().description('For customers of any of these groups'), companyIds: ids().description('For members of any of these companies'),
  channels: Joi.array().items(channelCode()).unique().max(50).default([]).description('Sold through any of these; none means everywhere'),
  startsAt: time(), endsAt: time().description('The first moment in which it is over'),
});

export const tiers = () => Joi.array().items(Joi.object({ minQuantity: Joi.number().integer().min(1).max(MAX_QUANTITY).required(), amount: amount().required() })).unique('minQuantity').max(20)
  .custom((all: Array<{ minQuantity: number }>) => [...all].sort((a, b) => a.minQuantity - b.minQuantity));

export const priceListBody = Joi.object<PriceListFields>({
  name: line(100).min(1).required(), currency: currencyCode().required(),
  priority: priority().default(0).description('The highest of those that apply wins; of equals the one with the lower id'),
  kind: Joi.string().valid('override', 'sale').default('override').description('A sale shows the usual price beside its own'),
  active: Joi.boolean().default(true), ...audience(),
});
export const listQuery = Joi.object<PageQuery>(pageParams(['priority', 'createdAt']));
export type EntriesQuery = PageQuery & { q?: string };
export const entriesQuery = Joi.object<EntriesQuery>({ ...pageParams(['sku']), q: Joi.string().max(64).description('The beginning of a SKU') });
export type ChangesQuery = PageQuery & { sku?: string };
export const changesQuery = Joi.object<ChangesQuery>({ ...pageParams(['at']), sku: sku() });
export type EntriesBody = { items: NewEntry[] };
export const entriesBody = Joi.object<EntriesBody>({
  items: Joi.array().items(Joi.object({ sku: sku().required(), tiers: tiers().required().description('Minor units of the list; none takes the SKU out') })).min(1).max(ENTRIES_AT_ONCE)
    .unique((a: { sku?: unknown }, b: { sku?: unknown }) => String(a.sku).toLowerCase() === String(b.sku).toLowerCase()).required(),
});

const rounding = () => Joi.object<Rounding>({
  step: Joi.number().integer().min(1).max(1_000_000).required(), ending: Joi.number().integer().min(0).less(Joi.ref('step')).default(0),
}).allow(null).description('99 in steps of 100 ends prices on .99; null rounds to the minor unit');
const clock = () => Joi.string().pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'time');
const amounts = () => Joi.object().pattern(/^[A-Z]{3}$/, amount()).max(50);
const share = () => Joi.number().integer().min(0).max(MAX_BPS);
const ZONES = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);
const timeZone = () => Joi.string().max(64).custom((zone: string, helpers) => (ZONES.has(zone) ? zone : helpers.error('string.zone')))
  .messages({ 'string.zone': '{{#label}} must be a time zone of the IANA list, like Europe/London' });
const adjust = () => Joi.alternatives(
  Joi.object({ kind: Joi.string().valid('percent').required(), bps: Joi.number().integer().min(-10_000).max(MAX_BPS).required() }),
  Joi.object({ kind: Joi.string().valid('amount').required(), amounts: Joi.object().pattern(/^[A-Z]{3}$/, Joi.number().integer().min(-1e12).max(1e12)).min(1).max(50).required() }),
  Joi.object({ kind: Joi.string().valid('competitor').required(), bps: Joi.number().integer().min(-10_000).max(MAX_BPS).default(0), maxAgeHours: Joi.number().integer().min(1).max(8760).default(72) }),
);
export const priceRuleBody = Joi.object<DynamicRuleFields>({
  name: line(100).min(1).required(), priority: priority().default(0), active: Joi.boolean().default(true), ...audience(),
  skus: Joi.array().items(sku()).unique().max(500).default([]), productIds: Joi.array().items(id()).unique().max(500).default([]), categoryIds: Joi.array().items(id()).unique().max(100).default([]),
  weekdays: Joi.array().items(Joi.number().integer().min(1).max(7)).unique().default([]).description('1 is Monday; none means every day'),
  hours: Joi.object({ from: clock().required(), to: clock().required() }).allow(null).default(null).description('To before from runs over midnight'),
  timeZone: timeZone().default('UTC'),
  stock: Joi.object({ min: Joi.number().integer().allow(null).default(null), max: Joi.number().integer().allow(null).default(null) }).allow(null).default(null).description('Available units, both included'),
  adjust: adjust().required().description('How the base price, or that of a quantity, is moved'),
  floorBps: share().required().description('The result is never below this part of the price that is moved'), ceilingBps: share().min(Joi.ref('floorBps')).required().description('Nor above this one'),
  floor: amounts().default({}).description('Nor below these amounts, by currency'), ceiling: amounts().default({}).description('Nor above these'),
  rounding: rounding().default(null),
});

export type RatesQuery = PageQuery & { base?: string; quote?: string };
export const ratesQuery = Joi.object<RatesQuery>({ ...pageParams(['effectiveFrom']), base: currencyCode(), quote: currencyCode() });
export const rateBody = Joi.object<NewRate>({
  base: currencyCode().required(), quote: currencyCode().invalid(Joi.ref('base')).required(),
  rate: Joi.string().pattern(RATE, 'decimal number').required().description('How many units of quote one of base is worth, as text: "1.0850"'),
  effectiveFrom: moment().description('Now, when absent; never in the past'),
});
export type CurrencyParams = { currency: string };
export const currencyParams = Joi.object<CurrencyParams, true>({ currency: currencyCode().required() });
export type RoundingBody = { rounding: Rounding | null };
export const roundingBody = Joi.object<RoundingBody>({ rounding: rounding().required() });

const competitorPrice = () => Joi.object<CompetitorPrice>({
  sku: sku().required(), competitor: line(64).min(1).required(), currency: currencyCode().required(), amount: amount().required(), observedAt: moment().required(),
});
export type CompetitorBody = { items: CompetitorPrice[] };
export const competitorBody = Joi.object<CompetitorBody>({ items: Joi.array().items(competitorPrice()).min(1).max(ENTRIES_AT_ONCE).required() });
export type CompetitorQuery = PageQuery & { sku: string };
export const competitorQuery = Joi.object<CompetitorQuery>({ ...pageParams(['competitor']), sku: sku().required() });

export type PreviewBody = {
  skus: string[]; currency?: string; at?: Date; available?: number; rule?: DynamicRuleFields;
  buyer: { groupIds: string[]; companyId: string | null; channel: string | null; wholesale: boolean };
};
export const previewBody = Joi.object<PreviewBody>({
  skus: Joi.array().items(sku()).unique().min(1).max(100).required(), currency: currencyCode(), at: moment().description('Now, when absent'),
  available: Joi.number().integer().min(0).description('As if so many were available'), rule: priceRuleBody.description('As if this rule were in force'),
  buyer: Joi.object({ groupIds: ids(), companyId: id().allow(null).default(null), channel: channelCode().allow(null).default(null), wholesale: Joi.boolean().default(false) })
    .default({ groupIds: [], companyId: null, channel: null, wholesale: false }).description('A guest, when absent'),
});

const stamped = { version: Joi.number().integer().required(), createdAt: timestamp().required(), updatedAt: timestamp().required() };
const period = { startsAt: timestamp().allow(null).required(), endsAt: timestamp().allow(null).required() };
const priceListReply = (priceListBody as Joi.ObjectSchema).keys({ id: id().required(), ...period, ...stamped }).meta({ name: 'PriceList' });
export const priceListAnswer = successOf(priceListReply);
export const priceListsAnswer = pageOf(priceListReply);
const tiersReply = Joi.array().items(Joi.object({ minQuantity: Joi.number().integer().required(), amount: Joi.number().integer().required() }));
export const entriesAnswer = pageOf(Joi.object({ sku: Joi.string().required(), tiers: tiersReply.required(), updatedAt: timestamp().required() }).meta({ name: 'PriceEntry' }));
export const changesAnswer = pageOf(Joi.object({
  id: id().required(), at: timestamp().required(), actor: Joi.object().required(), list: Joi.object().allow(null).description('The list from then on; null when it ended'),
  sku: Joi.string().description('In lower case'), tiers: tiersReply.allow(null).description('What it said of the SKU from then on; null for nothing'),
}).meta({ name: 'PriceListChange' }));
export const entriesPutAnswer = successOf(Joi.object({ changed: Joi.number().integer().required(), unchanged: Joi.number().integer().required() }));
const priceRuleReply = (priceRuleBody as Joi.ObjectSchema).keys({ id: id().required(), ...period, ...stamped }).meta({ name: 'PriceRule' });
export const priceRuleAnswer = successOf(priceRuleReply);
export const priceRulesAnswer = pageOf(priceRuleReply);
const rateReply = Joi.object({
  id: id().required(), base: Joi.string().required(), quote: Joi.string().required(), rate: Joi.string().required(), effectiveFrom: timestamp().required(), createdAt: timestamp().required(),
}).meta({ name: 'ExchangeRate' });
export const rateAnswer = successOf(rateReply);
export const ratesAnswer = pageOf(rateReply);
const currencyReply = Joi.object({ currency: Joi.string().required(), rounding: rounding().required(), version: Joi.number().integer().required(), updatedAt: timestamp().required() }).meta({ name: 'CurrencyRounding' });
export const currencyAnswer = successOf(currencyReply);
export const currenciesAnswer = pageOf(currencyReply);
export const observedAnswer = successOf(Joi.object({ observed: Joi.number().integer().required() }));
export const competitorsAnswer = pageOf(Joi.object({
  sku: Joi.string().required(), competitor: Joi.string().required(), currency: Joi.string().required(), amount: Joi.number().integer().required(), observedAt: timestamp().required(),
}).meta({ name: 'CompetitorPrice' }));
const origin = { id: Joi.string(), name: Joi.string() };
export const priceSourceReply = Joi.object({
  kind: Joi.string().required(), ...origin, from: Joi.object({ kind: Joi.string().required(), ...origin }).description('What was converted; then id is the exchange rate'),
}).meta({ name: 'PriceSource' });
export const ladderReply = Joi.array().items(Joi.object({
  minQuantity: Joi.number().integer().required(), price: moneySchema.required(), compareAtPrice: moneySchema, source: priceSourceReply.required(),
}));
export const previewAnswer = successOf(Joi.object({
  items: Joi.array().items(Joi.object({ sku: Joi.string().required(), usual: ladderReply.required().description('Without lists and rules'), ladder: ladderReply.required() })).required(),
  unknown: Joi.array().items(Joi.string()).required(),
  lists: Joi.array().items(Joi.object({ id: id().required(), name: Joi.string().required(), priority: Joi.number().integer().required() })).required().description('Those that apply, in their order'),
  rules: Joi.array().items(Joi.object({ id: Joi.string().required(), name: Joi.string().required(), priority: Joi.number().integer().required() })).required(),
  rate: rateReply.keys({ createdAt: Joi.any() }).allow(null).required(),
}));
