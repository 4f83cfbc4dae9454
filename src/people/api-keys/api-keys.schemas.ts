import Joi from 'joi';
import { channelCode, id, line, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { ANSWER_CLASSES } from './usage.js';
import { KNOWN_SCOPES, type KeyKind, type Signing } from './api-keys.js';

export type KeyParams = { id: string };
export const keyParams = Joi.object<KeyParams, true>({ id: id().required() });
export const listQuery = Joi.object<PageQuery>(pageParams(['createdAt', 'name']));

export type IssueBody = { name: string; kind: KeyKind; scopes: string[]; expiresAt?: string; rateLimitPerMinute?: number; channel?: string; signing?: Signing };
export const issueBody = Joi.object<IssueBody>({
  name: line(100).min(1).required().description('Which application this is, for people'),
  kind: Joi.string().valid('publishable', 'secret').required().description('Publishable keys are for apps: storefront scopes only and no secret'),
  scopes: Joi.array().items(Joi.string().valid(...KNOWN_SCOPES)).min(1).unique().required(),
  expiresAt: timestamp(),
  rateLimitPerMinute: Joi.number().integer().min(1).max(10_000_000),
  channel: channelCode().description('Where its users buy; prices and assortment can depend on it'),
  signing: Joi.string().valid('optional', 'required').description('Secret keys only: requests may, or have to be signed instead of carrying the app secret'),
});

export type RotateBody = { overlapSeconds: number };
export const rotateBody = Joi.object<RotateBody>({
  overlapSeconds: Joi.number().integer().min(0).max(30 * 24 * 3600).default(24 * 3600).description('How long the old secret works beside the new one'),
});

export type UsageQuery = { from?: string; to?: string };
const day = () => Joi.string().pattern(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, 'day');
export const usageQuery = Joi.object<UsageQuery>({
  from: day().description('First day, UTC; thirty days before `to` when absent'), to: day().description('Last day, UTC; today when absent. At most 92 days'),
});
const answers = Joi.object(Object.fromEntries(ANSWER_CLASSES.map((name) => [name, Joi.number().integer()]))).required();
export const usageAnswer = successOf(Joi.object({
  from: day().required(), to: day().required(), requests: Joi.number().integer().required(), answers,
  items: Joi.array().items(Joi.object({
    day: day().required(), group: Joi.string().required().description('The first part of the path: `orders`, `admin/jobs`'), requests: Joi.number().integer().required(), answers,
  })).required(),
}));

const keyReply = Joi.object({
  id: id().required(), name: Joi.string().required(), kind: Joi.string().valid('publishable', 'secret').required(),
  prefix: Joi.string().required().description('The part of the key that may be shown'),
  scopes: Joi.array().items(Joi.string()).required(), state: Joi.string().valid('active', 'expired', 'revoked').required(),
  rateLimitPerMinute: Joi.number().integer(), channel: Joi.string(), signing: Joi.string().valid('optional', 'required'), expiresAt: timestamp(), revokedAt: timestamp(), lastUsedAt: timestamp(),
  rotation: Joi.object({ oldSecretUntil: timestamp().required() }), createdAt: timestamp().required(),
}).meta({ name: 'ApiKey' });
export const keyAnswer = successOf(keyReply);
export const keysAnswer = pageOf(keyReply);
export const issuedAnswer = successOf(keyReply.keys({
  key: Joi.string().required().description('Shown this once'), appSecret: Joi.string().description('Secret keys only; shown this once'),
  signingSecret: Joi.string().description('Keys that sign only; shown this once'),
}));
