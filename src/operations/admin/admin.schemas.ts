import Joi from 'joi';
import { successOf, timestamp } from '../../shared/http/schemas.js';

export type PurgeBody = { keys?: string[]; tags?: string[]; all?: true };
const name = () => Joi.string().min(1).max(300);
export const purgeBody = Joi.object<PurgeBody>({
  keys: Joi.array().items(name()).min(1).max(1000), tags: Joi.array().items(name()).min(1).max(1000).description('Such as `product:64f0c0ffee64f0c0ffee64f0`, `products`, `categories`'),
  all: Joi.boolean().valid(true),
}).description('Exactly one of `keys`, `tags` and `all`');
export const purgeAnswer = successOf(Joi.object({ removed: Joi.number().integer().required().description('Entries that were there') }));

const rate = Joi.object({ hits: Joi.number().integer().required(), misses: Joi.number().integer().required(), hitRate: Joi.number().min(0).max(1).required() });
export const statsAnswer = successOf(Joi.object({
  redis: Joi.object({
    state: Joi.string().valid('up', 'down').required(), usedMemoryBytes: Joi.number().integer().allow(null).required(),
  }).required(),
  entries: Joi.number().integer().allow(null).required().description('Of all nodes together; null while Redis is down'),
  regions: Joi.object().pattern(Joi.string(), rate).required().description('Of the node that answers, since it started'),
}));

const violation = Joi.object({ invariant: Joi.string().required(), subject: Joi.string().required(), detail: Joi.string().required() });
export const invariantsAnswer = successOf(Joi.object({
  ok: Joi.boolean().required(), checkedAt: timestamp().required(), durationMs: Joi.number().integer().required(),
  checks: Joi.array().items(Joi.object({
    name: Joi.string().required(), count: Joi.number().integer().required(), violations: Joi.array().items(violation).max(50).required().description('The first 50'),
  })).required(),
}));

const delivery = Joi.object({
  subscriber: Joi.string().required(), state: Joi.string().required(), attempts: Joi.number().integer().required(), dueAt: timestamp().required(), lastError: Joi.string(),
});
export const outboxAnswer = successOf(Joi.object({
  pending: Joi.number().integer().required(), dead: Joi.number().integer().required(), oldestPendingAt: timestamp().allow(null).required(),
  deadEvents: Joi.array().items(Joi.object({
    id: Joi.string().required(), type: Joi.string().required(), aggregateId: Joi.string().required(), occurredAt: timestamp().required(), requestId: Joi.string(),
    deliveries: Joi.array().items(delivery).required(),
  })).required().description('The newest 50'),
}));

const byName = (value: Joi.Schema) => Joi.object().pattern(Joi.string(), value);
export const policyAnswer = successOf(Joi.object({
  roles: byName(Joi.array().items(Joi.string())).required().description('The permissions of each role'),
  routes: byName(Joi.object({
    access: Joi.string().required(), stepUp: Joi.string().description('When a second factor is asked anew'), rate: Joi.string().description('The limit of its own that it has'),
    verdicts: byName(Joi.alternatives(Joi.string().valid('allowed'), Joi.number().integer())).required(), withheld: byName(Joi.array().items(Joi.string())),
  })).required().description('By method and path'),
}));

export type RetryBody = { ids?: string[]; all?: true };
export const retryBody = Joi.object<RetryBody>({
  ids: Joi.array().items(Joi.string().pattern(/^evt_\w{10,40}$/, 'event id')).min(1).max(1000), all: Joi.boolean().valid(true),
}).description('Exactly one of `ids` and `all`');
export const retryAnswer = successOf(Joi.object({ retried: Joi.number().integer().required() }));
