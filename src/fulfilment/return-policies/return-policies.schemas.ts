import Joi from 'joi';
import { fieldsParam } from '../../shared/http/pagination.js';
import { id, moneyInput, moneySchema, sku, timestamp } from '../../shared/http/schemas.js';
import type { PolicyTerms, ReturnPolicy } from './return-policies.js';

const ids = () => Joi.array().items(id()).max(1000).default([]);
export const policyBody = Joi.object<PolicyTerms>({
  windowDays: Joi.number().integer().min(14).max(3650).required().description('From delivery; the law demands 14'),
  fee: Joi.object({ bps: Joi.number().integer().min(0).max(10_000).default(0), fixed: Joi.array().items(moneyInput()).max(50).unique('currency').default([]) })
    .default({ bps: 0, fixed: [] }).description('Kept of a refund where the shop is not at fault'),
  refundsShipping: Joi.boolean().default(true), autoApprove: Joi.boolean().default(false),
  digitalGoods: Joi.string().valid('revoke', 'keep').default('revoke').description('Whether licence keys and files that are paid back end'),
  finalSale: Joi.object({ productIds: ids(), categoryIds: ids(), skus: Joi.array().items(sku()).max(1000).default([]) }).default({ productIds: [], categoryIds: [], skus: [] })
    .description('What cannot be returned unless the shop is at fault; categories include those below them'),
});
export const policyQuery = Joi.object<{ fields?: string }>({ fields: fieldsParam() });

export const policyReply = Joi.object({
  version: Joi.number().integer().required(), windowDays: Joi.number().integer().required(),
  fee: Joi.object({ bps: Joi.number().integer().required(), fixed: Joi.array().items(moneySchema).required() }).required(),
  refundsShipping: Joi.boolean().required(), autoApprove: Joi.boolean().required(), digitalGoods: Joi.string().valid('revoke', 'keep').required(),
  finalSale: Joi.object({ productIds: Joi.array().items(id()).required(), categoryIds: Joi.array().items(id()).required(), skus: Joi.array().items(Joi.string()).required() }).required(),
  createdAt: timestamp().allow(null).required(),
}).meta({ name: 'ReturnPolicy' });

export const presentPolicy = ({ createdAt, digitalGoods = 'revoke', ...policy }: ReturnPolicy) => ({ ...policy, digitalGoods, createdAt: createdAt?.toISOString() ?? null });
