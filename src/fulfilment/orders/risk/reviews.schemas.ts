import Joi from 'joi';
import { seenWith } from '../../../shared/http/field-access.js';
import { fieldsParam, pageParams, type PageQuery } from '../../../shared/http/pagination.js';
import { id, line, moneySchema, timestamp } from '../../../shared/http/schemas.js';
import { ORDER_STATUSES, PAYMENT_STATUSES } from '../orders.js';
import { riskStatusOf, type Review } from '../../../shared/order-risk.js';
import type { Assessed } from './order-risk.repository.js';

export const STATES = ['open', 'approved', 'rejected'] as const satisfies ReadonlyArray<Review['state']>;
export type ReviewQuery = PageQuery & { state: Review['state'] };
export const reviewQuery = Joi.object<ReviewQuery>({ ...pageParams(['createdAt', 'score']), state: Joi.string().valid(...STATES).default('open') });
export const reviewParams = Joi.object<{ id: string }, true>({ id: id().required() });
export const oneQuery = Joi.object<{ fields?: string }>({ fields: fieldsParam() });
export type DecisionBody = { decision: 'approve' | 'reject'; reason: string; isFraud?: boolean };
export const decisionBody = Joi.object<DecisionBody>({
  decision: Joi.string().valid('approve', 'reject').required(), reason: line(500).min(3).required().description('For staff; the customer is not told'),
  isFraud: Joi.boolean().description('What the order was, as far as is known by now: training learns from it'),
});
export type LabelBody = { isFraud: boolean };
export const labelBody = Joi.object<LabelBody, true>({ isFraud: Joi.boolean().required() });

export const assessedReply = Joi.object({
  orderId: id().required(), number: Joi.string().required(), status: Joi.string().valid(...ORDER_STATUSES).required(), paymentStatus: Joi.string().valid(...PAYMENT_STATUSES).required(),
  riskStatus: Joi.string().valid('clear', 'review').required(), email: seenWith('contacts:read', Joi.string()), userId: id().allow(null).required(), total: moneySchema.required(),
  score: Joi.number().min(0).max(100).required(), decision: Joi.string().valid('accept', 'review').required(),
  engine: Joi.string().valid('model', 'rules').required(), model: Joi.string(), probability: Joi.number(), fallback: Joi.string().description('Why the model was not asked'),
  rules: Joi.array().items(Joi.object({ rule: Joi.string().required(), points: Joi.number().required(), detail: Joi.string().required() })).required(),
  features: Joi.array().items(Joi.object({ feature: Joi.string().required(), value: Joi.number().required(), contribution: Joi.number().required() })).required()
    .description("What moved the model's score most, in log-odds: above 0 towards fraud"),
  review: Joi.object({
    state: Joi.string().valid(...STATES).required(), claimedBy: Joi.string().allow(null).required(), claimedUntil: timestamp().allow(null).required(),
    decidedBy: Joi.string(), decidedAt: timestamp(), reason: Joi.string(),
  }).allow(null).required(),
  label: Joi.object({ isFraud: Joi.boolean().required(), source: Joi.string().required(), at: timestamp().required() }).allow(null).required(),
  deadline: timestamp().allow(null).required().description('When an undecided order is given up'), createdAt: timestamp().required(),
}).meta({ name: 'RiskAssessment' });

export const presentAssessed = ({ id: orderId, number, status, paymentStatus, email, userId, totals, createdAt, expiresAt, holds, risk }: Assessed) => ({
  orderId, number, status, paymentStatus, riskStatus: riskStatusOf({ status, holds }), email, userId, total: totals.grandTotal,
  score: risk.score, decision: risk.decision, engine: risk.engine, ...(risk.model !== undefined && { model: risk.model }), ...(risk.probability !== undefined && { probability: risk.probability }),
  ...(risk.fallback !== undefined && { fallback: risk.fallback }), rules: risk.rules, features: risk.features,
  review: risk.review ? presentReview(risk.review) : null,
  label: risk.label ? { ...risk.label, at: risk.label.at.toISOString() } : null,
  deadline: expiresAt?.toISOString() ?? null, createdAt: createdAt.toISOString(),
});

const presentReview = ({ state, claimedBy = null, claimedUntil = null, decidedBy, decidedAt, reason }: Review) => ({
  state, claimedBy, claimedUntil: claimedUntil?.toISOString() ?? null, ...(decidedBy !== undefined && { decidedBy }), ...(decidedAt && { decidedAt: decidedAt.toISOString() }), ...(reason !== undefined && { reason }),
});
