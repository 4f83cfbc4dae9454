import Joi from 'joi';
import { amount, currencyCode, id, line, moneySchema, timestamp } from '../../shared/http/schemas.js';
import type { Money } from '../../shared/money.js';
import type { Attribution } from './attribution.js';
import type { Payment, PaymentTransaction } from './payments.js';
import { attributionOfWhole, stateOf, type OrderRefund } from './refund.js';

export type OrderParams = { id: string };
export const orderParams = Joi.object<OrderParams, true>({ id: id().required() });

export type MoveBody = {
  amount?: Money; reason?: string; paymentId?: string; lines?: Array<{ itemId: string; quantity: number }>; shipping?: Money; goodwill?: Money & { reason?: string };
};
const positive = () => Joi.object<Money, true>({ amount: amount().min(1).required(), currency: currencyCode().required() });
const move = {
  amount: positive().description('All that is left, if absent'),
  paymentId: id().description('This payment alone'),
};
export const refundBody = Joi.object<MoveBody>({
  ...move, reason: line(500).min(1).required(),
  lines: Joi.array().items(Joi.object({ itemId: Joi.string().max(64).required(), quantity: Joi.number().integer().min(1).required() })).min(1).max(200)
    .description('Units of lines, refunded at what they were paid'),
  shipping: positive().description('Of the shipping price'),
  goodwill: (positive() as Joi.ObjectSchema).keys({ reason: line(500).min(1) }).description('For no line; the reason is kept'),
}).without('amount', ['lines', 'shipping', 'goodwill']).description('Either an amount, or what it is for: lines, shipping, goodwill');
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
const attributionReply = Joi.object({
  lines: Joi.array().items(Joi.object({ itemId: Joi.string().required(), quantity: Joi.number().integer().required(), amount: moneySchema.required() })).required(),
  shipping: moneySchema.required(), goodwill: moneySchema.required(),
}).description('What the cents of a refund are for');
export const transactionReply = Joi.object({
  id: id().required(), kind: Joi.string().required(), state: Joi.string().required(), amount: moneySchema.required(), reason: Joi.string().allow(null).required(),
  attribution: attributionReply, failure, at: timestamp().required(),
}).meta({ name: 'PaymentTransaction' });
export const movedReply = transactionReply.keys({ payment: paymentReply.required() });
export const refundedReply = movedReply.keys({
  parts: Joi.array().items(Joi.object({
    from: Joi.string().valid('payment', 'tenders').required().description('tenders: gift cards and store credit'), paymentId: id(), state: Joi.string().required(), amount: moneySchema.required(),
  })).description('What each payment gives of it, in the order in which they give'),
});
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

const presentAttribution = ({ lines, shipping, goodwill }: Attribution, currency: string) => {
  const of = (minor: number): Money => ({ amount: minor, currency });
  return { lines: lines.map((share) => ({ ...share, amount: of(share.amount) })), shipping: of(shipping), goodwill: of(goodwill) };
};

export function presentTransaction({ id: transactionId, kind, state, amount: money, reason, attribution, failure: why, at }: PaymentTransaction) {
  return { id: transactionId, kind, state, amount: money, reason: reason ?? null, ...(attribution && { attribution: presentAttribution(attribution, money.currency) }), ...(why && { failure: why }), at: at.toISOString() };
}

/** A refund that several payments carry, or gift cards and store credit as well, is one to whoever asked for it. */
export function presentRefund(refund: OrderRefund, reason: string) {
  const { payments: [payment], transactions, beside } = refund;
  const { currency } = payment!.amount;
  const of = (minor: number): Money => ({ amount: minor, currency });
  const parts = [
    ...transactions.map(({ paymentId, state, amount: part }) => ({ from: 'payment', paymentId, state, amount: part })),
    ...(beside ? [{ from: 'tenders', state: 'success', amount: of(beside.amount) }] : []),
  ];
  const [first] = transactions;
  const shown = first ? presentTransaction(first) : { id: beside!.id, kind: 'refund', reason, at: beside!.at.toISOString() };
  return { ...shown, attribution: presentAttribution(attributionOfWhole(refund), currency), state: stateOf(transactions), amount: of(parts.reduce((so, part) => so + part.amount.amount, 0)), parts, payment: presentPayment(payment!) };
}

export type JournalQuery = { from: Date; to: Date };
export const journalQuery = Joi.object<JournalQuery, true>({
  from: Joi.date().iso().required(), to: Joi.date().iso().greater(Joi.ref('from')).required().description('At most 31 days after from'),
});
const postingReply = Joi.object({ account: Joi.string().required(), debit: Joi.number().integer().required(), credit: Joi.number().integer().required() });
export const journalReply = Joi.object({
  items: Joi.array().items(Joi.object({
    transactionId: id().required(), orderId: Joi.string().required(), paymentId: id().required(), kind: Joi.string().required(), at: timestamp().required(), currency: currencyCode().required(),
    postings: Joi.array().items(postingReply).required(),
  })).required(),
  balances: Joi.array().items(Joi.object({ account: Joi.string().required(), debits: moneySchema.required(), credits: moneySchema.required(), balance: moneySchema.required() })).required(),
  truncated: Joi.boolean().required(),
});
