import Joi from 'joi';
import { id, moneySchema, timestamp } from '../../shared/http/schemas.js';
import { triedPromotions } from '../cart/index.js';
import { PROMOTION_CLASSES, PROMOTION_STATES, TRIGGERS } from './promotions.js';

const whole = () => Joi.number().integer().required();
const allocation = Joi.object({ promotionId: Joi.string().required(), code: Joi.string(), name: Joi.string().required(), class: Joi.string().required(), amount: moneySchema.required() }).meta({ name: 'Reduction' });

export const promotionReply = Joi.object({
  id: id().required(), name: Joi.string().required(), description: Joi.string(), trigger: Joi.string().valid(...TRIGGERS).required(), class: Joi.string().valid(...PROMOTION_CLASSES).required(),
  priority: whole(), combinesWith: Joi.array().items(Joi.string()).required(), startsAt: timestamp().allow(null).required(), endsAt: timestamp().allow(null).required(),
  appliesTo: Joi.object().unknown().required(), effect: Joi.object().unknown().required(), conditions: Joi.object().unknown().required(), limits: Joi.object().unknown().required(),
  state: Joi.string().valid(...PROMOTION_STATES).required(), phase: Joi.string().valid('off', 'scheduled', 'running', 'ended').required().description('What the state means now, with its window'),
  activatedAt: timestamp().allow(null).required(), createdAt: timestamp().required(), updatedAt: timestamp().required(), version: whole(),
}).meta({ name: 'Promotion' });

export const codeReply = Joi.object({
  code: Joi.string().required(), maxUses: Joi.number().integer().allow(null).required(), uses: whole(), active: Joi.boolean().required(), batchId: Joi.string().required(), createdAt: timestamp().required(),
}).meta({ name: 'PromotionCode' });
export const codesAddedReply = Joi.object({ batchId: Joi.string().required(), created: whole() });

export const redemptionReply = Joi.object({
  orderId: Joi.string().required(), code: Joi.string().allow(null).required(), userId: Joi.string().allow(null).required(), amount: moneySchema.required(),
  state: Joi.string().valid('held', 'returned').required(), at: timestamp().required(), returnedAt: timestamp().allow(null).required(),
}).meta({ name: 'Redemption' });

export const usageReply = Joi.object({
  uses: whole().description('Orders that hold it'), returned: whole(), limit: Joi.number().integer().allow(null).required(), left: Joi.number().integer().allow(null).required(), customers: whole(),
  spent: Joi.array().items(moneySchema).required(), budget: Joi.array().items(moneySchema).required(), codes: Joi.object({ total: whole(), used: whole() }).required(),
  days: Joi.array().items(Joi.object({ day: Joi.string().required(), uses: whole(), spent: Joi.array().items(moneySchema).required() })).required().description('The last thirty that had any'),
});

export const simulateReply = Joi.object({
  items: Joi.array().items(Joi.object({
    sku: Joi.string().required(), quantity: whole(), unitPrice: moneySchema.required(), lineTotal: moneySchema.required(), discount: moneySchema.required(), total: moneySchema.required(), allocations: Joi.array().items(allocation).required(),
  })).required(),
  subtotal: moneySchema.required(), discountTotal: moneySchema.required(), shipping: Joi.object({ price: moneySchema.required(), discount: moneySchema.required(), total: moneySchema.required() }).allow(null).required(),
  total: moneySchema.required().description('Goods and shipping after reductions, before tax that is added'), explanation: triedPromotions().required(),
});

export const traceReply = Joi.object({
  orderId: Joi.string().required(), currency: Joi.string().required(), decidedAt: timestamp().allow(null).required(),
  lines: Joi.array().items(Joi.object({
    id: Joi.string().required(), sku: Joi.string().required(), quantity: whole(), unitPrice: moneySchema.required(), priceSource: Joi.object().unknown().allow(null).required(), discount: moneySchema.required(),
    lineTotal: moneySchema.required(), allocations: Joi.array().items(allocation).required(), taxes: Joi.array().items(Joi.object().unknown()).required(),
  })).required(),
  shipping: Joi.object({ price: moneySchema.required(), discount: moneySchema.required(), total: moneySchema.required(), allocations: Joi.array().items(allocation).required() }).required(),
  rules: triedPromotions().required().description('Every promotion that was tried; none when there was none'),
  replay: Joi.object({ same: Joi.boolean().required(), discount: moneySchema.required() }).required().description('Decided again from what was known then'),
});
