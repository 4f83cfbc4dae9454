import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';

export type AuditQuery = PageQuery & { action?: string; subject?: string; actor?: string; 'created_at[gte]'?: Date; 'created_at[lte]'?: Date };
export const auditQuery = Joi.object<AuditQuery>({
  ...pageParams(['at']),
  action: Joi.string().pattern(/^[a-z_]+(\.[a-z_]+)+$/, 'action').max(100).description('What was done, such as `cache.purged`'),
  subject: Joi.string().pattern(/^[a-z_-]+(:.+)?$/, 'subject').max(200).description('What it was done to, such as `user:64f0c0ffee`'),
  actor: Joi.string().pattern(/^(user|key|guest|system)(:[\w-]{1,64})?$/, 'actor').description('Who did it: `user:64f0c0ffee`, `key:64f0c0ffee`, or a kind alone'),
  'created_at[gte]': Joi.date().iso(), 'created_at[lte]': Joi.date().iso(),
});

export const auditAnswer = pageOf(Joi.object({
  id: id().required(),
  actor: Joi.object({ type: Joi.string().valid('user', 'key', 'guest', 'system').required(), id: Joi.string().allow(null).required() }).required(),
  action: Joi.string().required(), subject: Joi.string().required(), before: Joi.any(), after: Joi.any(),
  requestId: Joi.string(), at: timestamp().required(),
}));

const broken = Joi.object({
  chain: Joi.number().integer().required(), sequence: Joi.number().integer().required(), problem: Joi.string().valid('edited', 'removed', 'unchained').required(),
  id: id().description('Absent where the entry itself is gone'), subject: Joi.string(), at: timestamp(),
});
export const verificationAnswer = successOf(Joi.object({
  ok: Joi.boolean().required(), checkedAt: timestamp().required(), chains: Joi.number().integer().required(), entries: Joi.number().integer().required(),
  first: broken.allow(null).required(), broken: Joi.array().items(broken).required().description('The first break of each chain'),
}));
