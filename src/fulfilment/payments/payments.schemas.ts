import Joi from 'joi';
import { amount, currencyCode, id, line, moneySchema, timestamp } from '../../shared/http/schemas.js';
import type { Money } from '../../shared/money.js';
import type { Payment, PaymentTransaction } from './payments.js';

export type OrderParams = { id: string };
export const orderParams = Joi.object<OrderParams, true>({ id: id().required() });

export type MoveBody = { amount?: Money; reason?: string; paymentId?: string };
const positive = () => Joi.object<Money, true>({ amount: amount().min(1).required(), currency: currencyCode().required() });
const move = {
  amount: positive().description('All that is left, if absent'),
  paymentId: id().description('Of several payments of the order; the latest that can, if absent'),
};
export const refundBody = Joi.object<MoveBody>({ ...move, reason: line(500).min(1).required() });
export const captureBody = Joi.object<MoveBody>({ ...move, reason: line(500).min(1) });

export type WebhookParams = { provider: string };
export const webhookParams = Joi.object<WebhookParams, true>({ provider: Joi.string().max(64).required() });
/** What the signature is made of; another provider's headers reach its adapter as well. */
export const webhookHeaders = Joi.object({
  'webhook-id': Joi.string().allow(''), 'webhook-timestamp': Joi.string().allow(''), 'webhook-signature': Joi.string().allow(''),
}).unknown();

export const webhookReply = Joi.object({ received: Joi.number().integer().required() });

const failure = Joi.object({ code: Joi.string().required(), message: Joi.string().required() });
export const paymentReply = Joi.object({
  id: id().required(), orderId: Joi.string().required(), provider: Joi.string().required(), method: Joi.string().required(), status: Joi.string().required(),
  amount: moneySchema.required(), captured: moneySchema.required(), refunded: moneySchema.required(), pendingRefunds: moneySchema.required(), disputed: moneySchema.required(),
  reference: Joi.string().allow(null).required(), failure, createdAt: timestamp().required(), updatedAt: timestamp().required(),
}).meta({ name: 'Payment' });
export const transactionReply = Joi.object({
  id: id().required(), kind: Joi.string().required(), state: Joi.string().required(), amount: moneySchema.required(), reason: Joi.string().allow(null).required(),
  failure, at: timestamp().required(),
}).meta({ name: 'PaymentTransaction' });
export const movedReply = transactionReply.keys({ payment: paymentReply.required() });
export const paymentsReply = Joi.object({ items: Joi.array().items(paymentReply.keys({ transactions: Joi.array().items(transactionReply).required() })).required() });

export function presentPayment(payment: Payment) {
  const of = (minor: number): Money => ({ amount: minor, currency: payment.amount.currency });
  return {
    id: payment.id, orderId: payment.orderId, provider: payment.provider, method: payment.method, status: payment.status,
    amount: payment.amount, captured: of(payment.capturedAmount), refunded: of(payment.refundedAmount), pendingRefunds: of(payment.refundingAmount), disputed: of(payment.disputedAmount),
    reference: payment.providerReference ?? null, ...(payment.failure && { failure: payment.failure }),
    createdAt: payment.createdAt.toISOString(), updatedAt: payment.updatedAt.toISOString(),
  };
}

export const presentTransaction = ({ id: transactionId, kind, state, amount: money, reason, failure: why, at }: PaymentTransaction) =>
  ({ id: transactionId, kind, state, amount: money, reason: reason ?? null, ...(why && { failure: why }), at: at.toISOString() });
