import Joi from 'joi';
import { seenWith } from '../../shared/http/field-access.js';
import { id, sku, successOf, timestamp } from '../../shared/http/schemas.js';

const MAX_KEYS = 1_000;

export type SkuParams = { sku: string };
export const skuParams = Joi.object<SkuParams, true>({ sku: sku().required() });
export type TokenParams = { token: string };
export const tokenParams = Joi.object<TokenParams, true>({ token: Joi.string().max(200).required() });

export type KeysBody = { importId: string; keys: string[] };
export const keysBody = Joi.object<KeysBody, true>({
  importId: Joi.string().pattern(/^[\w.:/-]{1,40}$/, 'reference').required().description('Yours, for the ledger'),
  keys: Joi.array().items(Joi.string().trim().min(4).max(500)).min(1).max(MAX_KEYS).required().description('Those that the pool has, or had, are left out'),
});
export const keysAnswer = successOf(Joi.object({
  sku: sku().required(), added: Joi.number().integer().required(), duplicates: Joi.number().integer().required(), free: Joi.number().integer().required(), issued: Joi.number().integer().required(),
}));
export const noFields = Joi.object({});
export const fileAnswer = successOf(Joi.object({ sku: sku().required(), name: Joi.string().required(), bytes: Joi.number().integer().required() }));

export const downloadsAnswer = successOf(Joi.object({
  items: Joi.array().items(Joi.object({
    kind: Joi.string().valid('licence_key', 'download').required(), itemId: Joi.string().required(), sku: sku().required(), keys: seenWith('inventory:write', Joi.array().items(Joi.string())),
    id: id(), name: Joi.string().allow(null), url: seenWith('inventory:write', Joi.string().description('Signed; each call of it counts')), used: Joi.number().integer(), max: Joi.number().integer(), expiresAt: timestamp(),
  })).required(),
}).meta({ name: 'Downloads' }));
