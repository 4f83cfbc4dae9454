import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, sku, timestamp } from '../../shared/http/schemas.js';
import { PROMOTION_CLASSES, PROMOTION_STATES, TRIGGERS, type Conditions, type Effect, type Limits, type PromotionFields, type PromotionState, type Selection, type Trigger } from './promotions.js';
import { MAX_QUANTITY_PER_LINE } from '../../shared/quantity-rule.js';

const MAX_AMOUNT = 1_000_000_000_000;
const MAX_COUNT = 1_000_000_000;
const ZONES = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);

const amounts = () => Joi.object().pattern(/^[A-Z]{3}$/, Joi.number().integer().min(1).max(MAX_AMOUNT)).min(1).max(50).description('Minor units by currency; a currency that is not named is not served');
const rate = () => Joi.number().integer().min(1).max(10_000).description('Basis points: 2000 is 20 %');
const count = () => Joi.number().integer().min(1).max(MAX_COUNT);
const list = (item: Joi.Schema) => Joi.array().items(item).min(1).max(1_000).unique();
const timeOfDay = () => Joi.string().pattern(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'time of day');

const selection = () => Joi.object<Selection>({
  skus: list(sku()), productIds: list(id()), categoryIds: list(id()).description('With everything below them'),
  excludedSkus: list(sku()), excludedProductIds: list(id()), excludedCategoryIds: list(id()), excludeSaleItems: Joi.boolean(),
}).description('Named skus, products and categories add up; none named means all');

const side = () => Joi.object({ quantity: count().max(999).required(), items: selection() });
const tier = Joi.object({ minSubtotal: amounts(), minQuantity: count(), rateBps: rate(), cap: amounts(), amounts: amounts() });
const effect = () => Joi.object<Effect>({
  type: Joi.string().valid('percentage', 'fixed', 'shipping', 'tiered', 'buy_x_get_y').required(),
  rateBps: rate(), cap: amounts().description('At most so much off'), amounts: amounts(), perUnit: Joi.boolean(),
  by: Joi.string().valid('subtotal', 'quantity'), tiers: Joi.array().items(tier).min(1).max(20),
  buy: side(), get: side(), maxTimes: count().max(999).description('How often in one order'),
}).description('percentage: rateBps, cap. fixed: amounts, perUnit. shipping: rateBps (10000 is free), cap. tiered: by, tiers. buy_x_get_y: buy, get, rateBps (10000 is free), maxTimes');

const conditions = () => Joi.object<Conditions>({
  items: selection().description('The lines that subtotal and quantity count'),
  subtotal: Joi.object({ min: amounts(), max: amounts() }).min(1), quantity: Joi.object({ min: count(), max: count() }).min(1),
  customerGroupIds: list(line(64).min(1)), firstOrder: Joi.boolean(), countries: list(Joi.string().pattern(/^[A-Z]{2}$/, 'ISO 3166 code')), channels: list(line(64).min(1)),
  schedule: Joi.object({
    timeZone: Joi.string().max(64).required().custom((value: string, helpers) => (ZONES.has(value) ? value : helpers.error('string.zone'))).messages({ 'string.zone': '{{#label}} must be a time zone of the IANA list, like Europe/London' }),
    weekdays: list(Joi.number().integer().min(1).max(7)).description('1 is Monday'), from: timeOfDay(), to: timeOfDay().description('Not included; before `from` it is the next day'),
  }),
}).description('Everything that is named must hold');

const limits = () => Joi.object<Limits>({ uses: count(), perCustomer: count(), budget: amounts() }).description('Neither can be added once it ran without; raised and lowered they can be, not below what is used');
const code = () => Joi.string().trim().pattern(/^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$/, 'coupon code');

const fields = {
  name: line(200).min(1).required(), description: line(2_000), trigger: Joi.string().valid(...TRIGGERS).required(), class: Joi.string().valid(...PROMOTION_CLASSES).required(),
  priority: Joi.number().integer().min(0).max(1_000_000).default(100).description('Lower is asked first; among equals the one that takes off more'),
  combinesWith: Joi.array().items(Joi.string().valid(...PROMOTION_CLASSES)).unique().default([...PROMOTION_CLASSES]).description('Two promotions combine when each names the class of the other; none: it stands alone'),
  startsAt: timestamp().allow(null).default(null), endsAt: timestamp().allow(null).default(null).description('Not included'),
  appliesTo: selection().default({}), effect: effect().required(), conditions: conditions().default({}), limits: limits().default({}),
};
export type PromotionBody = Omit<PromotionFields, 'startsAt' | 'endsAt'> & { startsAt: string | null; endsAt: string | null };
export const promotionBody = Joi.object<PromotionBody>(fields);
export type CreatePromotionBody = PromotionBody & { code?: string };
export const createPromotionBody = Joi.object<CreatePromotionBody>({ ...fields, code: code().description('For coupons: one code that everybody can use') });

export type PromotionParams = { id: string };
export const promotionParams = Joi.object<PromotionParams, true>({ id: id().required() });
export type PromotionListQuery = PageQuery & { state?: PromotionState; trigger?: Trigger };
export const promotionListQuery = Joi.object<PromotionListQuery>({
  ...pageParams(['createdAt', 'name']), state: Joi.string().valid(...PROMOTION_STATES), trigger: Joi.string().valid(...TRIGGERS),
});

export type AddCodesBody = { count?: number; prefix?: string; length: number; codes?: string[]; maxUses: number | null };
export const addCodesBody = Joi.object<AddCodesBody>({
  count: Joi.number().integer().min(1).max(10_000).description('So many random ones; or name them in codes'), prefix: Joi.string().pattern(/^[A-Za-z0-9][A-Za-z0-9_-]{0,15}$/, 'prefix'),
  length: Joi.number().integer().min(8).max(24).default(10).description('Random characters after the prefix'),
  codes: Joi.array().items(code()).min(1).max(1_000).unique(), maxUses: count().allow(null).default(1).description('Of each code; null: as often as the promotion allows'),
}).description('Either count or codes');
export type CodeListQuery = PageQuery & { used?: boolean; batch_id?: string };
export const codeListQuery = Joi.object<CodeListQuery>({ ...pageParams(['code', 'createdAt']), used: Joi.boolean(), batch_id: id() });
export type CodeParams = { id: string; code: string };
export const codeParams = Joi.object<CodeParams, true>({ id: id().required(), code: line(64).min(1).required() });
export type RedemptionQuery = PageQuery;
export const redemptionQuery = Joi.object<RedemptionQuery>(pageParams(['at']));
export const noBody = Joi.object({});

export type SimulatedCart = {
  currency: string; country: string; channel?: string; customerGroupIds: string[]; userId?: string; email?: string; isFirstOrder?: boolean; at?: string; shippingPrice?: number; coupons: string[];
  items: Array<{ sku: string; quantity: number; unitPrice?: number; onSale?: boolean; categoryIds?: string[]; productId?: string }>;
};
export type SimulateBody = { promotion?: PromotionBody; withActive: boolean; cart: SimulatedCart };
export const simulateBody = Joi.object<SimulateBody>({
  promotion: promotionBody.description('A draft that is treated as if it ran and as if its code was typed'), withActive: Joi.boolean().default(true).description('Beside the automatic promotions that run'),
  cart: Joi.object<SimulatedCart>({
    currency: Joi.string().pattern(/^[A-Z]{3}$/, 'ISO 4217 code').required(), country: Joi.string().pattern(/^[A-Z]{2}$/, 'ISO 3166 code').required(), channel: line(64),
    customerGroupIds: Joi.array().items(line(64).min(1)).max(100).default([]), userId: id(), email: Joi.string().email({ tlds: false }).max(254), isFirstOrder: Joi.boolean(), at: timestamp(),
    shippingPrice: Joi.number().integer().min(0).max(MAX_AMOUNT), coupons: Joi.array().items(line(64).min(1)).max(20).default([]),
    items: Joi.array().items(Joi.object({
      sku: sku().required(), quantity: count().max(MAX_QUANTITY_PER_LINE).required(), unitPrice: Joi.number().integer().min(0).max(MAX_AMOUNT).description('Minor units; what it costs today when absent'),
      onSale: Joi.boolean(), categoryIds: Joi.array().items(id()).max(100), productId: id(),
    })).min(1).max(200).unique('sku').required(),
  }).required(),
});

