import { Schema, type Connection, type Types } from 'mongoose';
import type { Actor } from '../../shared/actor.js';
import type { CompetitorPrice, DynamicRule } from './dynamic-rules.js';
import type { ExchangeRate } from './exchange.js';
import type { PriceList } from './price-lists.js';
import type { QuantityPrice } from './pricing.js';
import type { Rounding } from './rounding.js';

export type PriceListRow = Omit<PriceList, 'id'>;
export type PriceRuleRow = Omit<DynamicRule, 'id'>;
export type ExchangeRateRow = Omit<ExchangeRate, 'id'> & { createdAt: Date; actor: Actor };
export type CurrencyRow = { _id: string; rounding: Rounding | null; version: number; updatedAt: Date };
/** One document: raised with every change, so that nobody reads the book to learn that it is the same. */
export type RevisionRow = { _id: 'prices'; version: number };
export type PriceEntryRow = { listId: Types.ObjectId; skuKey: string; sku: string; tiers: QuantityPrice[]; updatedAt: Date };
/** A list, or what it says of one SKU, as it was from a moment on; null when it ended. Rows are only ever added. */
export type ListChangeRow = { listId: Types.ObjectId; skuKey: string | null; at: Date; list: Omit<PriceList, 'createdAt' | 'updatedAt'> | null; tiers: QuantityPrice[] | null; actor: Actor };
export type CompetitorRow = CompetitorPrice & { skuKey: string };

const text = { type: String, required: true } as const;
const whole = { type: Number, required: true } as const;
const moment = { type: Date, required: true } as const;
const flag = { type: Boolean, required: true } as const;
const texts = { type: [String], required: true } as const;
const mixed = { type: Schema.Types.Mixed, required: true } as const;
const actor = { type: new Schema<Actor>({ type: text, id: { type: String, default: null } }, { _id: false }), required: true } as const;
const audience = { groupIds: texts, companyIds: texts, channels: texts, startsAt: { type: Date, default: null }, endsAt: { type: Date, default: null } } as const;
const stamped = { version: whole, createdAt: moment, updatedAt: moment } as const;
const options = { versionKey: false, minimize: false } as const;
const roundingSchema = new Schema<Rounding>({ step: whole, ending: whole }, { _id: false });
const tierSchema = new Schema<QuantityPrice>({ minQuantity: whole, amount: whole }, { _id: false });

const listSchema = new Schema<PriceListRow>({ name: text, currency: text, priority: whole, kind: { type: String, enum: ['override', 'sale'], required: true }, active: flag, ...audience, ...stamped }, options);
listSchema.index({ priority: -1, _id: 1 });
listSchema.index({ priority: -1, _id: -1 });
listSchema.index({ createdAt: -1, _id: -1 });

const entrySchema = new Schema<PriceEntryRow>({ listId: { type: Schema.Types.ObjectId, required: true }, skuKey: text, sku: text, tiers: { type: [tierSchema], required: true }, updatedAt: moment }, options);
entrySchema.index({ listId: 1, skuKey: 1 }, { unique: true });

const changeSchema = new Schema<ListChangeRow>({
  listId: { type: Schema.Types.ObjectId, required: true }, skuKey: { type: String, default: null }, at: moment,
  list: { type: Schema.Types.Mixed, default: null }, tiers: { type: [tierSchema], default: null }, actor,
}, options);
changeSchema.index({ skuKey: 1, at: 1, _id: 1 });
changeSchema.index({ listId: 1, skuKey: 1, at: 1, _id: 1 });
changeSchema.index({ listId: 1, at: -1, _id: -1 });

const ruleSchema = new Schema<PriceRuleRow>({
  name: text, priority: whole, active: flag, skus: texts, productIds: texts, categoryIds: texts, weekdays: { type: [Number], required: true },
  hours: { type: Schema.Types.Mixed, default: null }, timeZone: text, stock: { type: Schema.Types.Mixed, default: null }, adjust: mixed,
  floorBps: whole, ceilingBps: whole, floor: mixed, ceiling: mixed, rounding: { type: roundingSchema, default: null }, ...audience, ...stamped,
}, options);
ruleSchema.index({ priority: -1, _id: 1 });
ruleSchema.index({ priority: -1, _id: -1 });
ruleSchema.index({ createdAt: -1, _id: -1 });

const rateSchema = new Schema<ExchangeRateRow>({ base: text, quote: text, rate: text, effectiveFrom: moment, createdAt: moment, actor }, options);
rateSchema.index({ base: 1, quote: 1, effectiveFrom: -1, _id: -1 });
rateSchema.index({ quote: 1, effectiveFrom: -1, _id: -1 });
rateSchema.index({ effectiveFrom: -1, _id: -1 });

const currencySchema = new Schema<CurrencyRow>({ _id: text, rounding: { type: roundingSchema, default: null }, version: whole, updatedAt: moment }, options);
const revisionSchema = new Schema<RevisionRow>({ _id: text, version: whole } as never, options);

const competitorSchema = new Schema<CompetitorRow>({ sku: text, skuKey: text, competitor: text, currency: text, amount: whole, observedAt: moment }, options);
competitorSchema.index({ skuKey: 1, competitor: 1, currency: 1 }, { unique: true });

export const priceListModel = (connection: Connection) => connection.model<PriceListRow>('PriceList', listSchema, 'price_lists');
export const priceEntryModel = (connection: Connection) => connection.model<PriceEntryRow>('PriceEntry', entrySchema, 'price_list_entries');
export const listChangeModel = (connection: Connection) => connection.model<ListChangeRow>('PriceListChange', changeSchema, 'price_list_changes');
export const priceRuleModel = (connection: Connection) => connection.model<PriceRuleRow>('PriceRule', ruleSchema, 'price_rules');
export const exchangeRateModel = (connection: Connection) => connection.model<ExchangeRateRow>('ExchangeRate', rateSchema, 'exchange_rates');
export const currencyModel = (connection: Connection) => connection.model<CurrencyRow>('CurrencyRounding', currencySchema, 'currency_roundings');
export const revisionModel = (connection: Connection) => connection.model<RevisionRow>('PriceRevision', revisionSchema, 'price_revisions');
export const competitorModel = (connection: Connection) => connection.model<CompetitorRow>('CompetitorPrice', competitorSchema, 'competitor_prices');
