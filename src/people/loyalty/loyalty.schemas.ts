import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, timestamp } from '../../shared/http/schemas.js';
import { LEDGER_KINDS, TIER_LEVELS } from './loyalty.js';

const MAX_POINTS = 1_000_000_000;
const whole = () => Joi.number().integer().required();

export const ledgerQuery = Joi.object<PageQuery>(pageParams(['id']));
export type AccountParams = { userId: string };
export const accountParams = Joi.object<AccountParams, true>({ userId: id().required() });

export type AdjustBody = { points: number; reason: string };
export const adjustBody = Joi.object<AdjustBody, true>({
  points: Joi.number().integer().min(-MAX_POINTS).max(MAX_POINTS).invalid(0).required().description('Negative takes them away'),
  reason: line(200).min(1).required(),
});

const accountKeys = {
  points: whole().min(0).description('Can be spent'), lifetimePoints: whole().min(0), debt: whole().min(0).description('Paid back by the points of the next orders'),
  tierLevel: Joi.string().valid(...TIER_LEVELS).required(),
  nextTier: Joi.object({ tierLevel: Joi.string().valid(...TIER_LEVELS).required(), pointsNeeded: whole() }).allow(null).required(),
  rewards: Joi.array().items(Joi.object().unknown()).required(), version: whole(),
};
const ledgerEntry = Joi.object({
  id: id().required(), kind: Joi.string().valid(...LEDGER_KINDS).required(), points: whole(), orderId: Joi.string(), thing: Joi.string().description('What was written: `review:<id>:photo`'), reason: Joi.string(), at: timestamp().required(),
});
const count = () => Joi.number().integer().allow(null).required();
export const accountReply = Joi.object(accountKeys).meta({ name: 'PointsAccount' });
export const statementReply = Joi.object({
  ...accountKeys,
  ledger: Joi.object({
    items: Joi.array().items(ledgerEntry).required(), total: count(), pages: count(), current_page: count(), per_page: whole(), next_cursor: Joi.string().allow(null),
  }).required(),
});
