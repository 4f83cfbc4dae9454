import { Schema, type Connection, type Types } from 'mongoose';
import type { Payment, PaymentTransaction, ProviderPayment } from './payments.js';

/** When the provider is asked again; absent when nothing is open. */
export type PaymentRow = Omit<Payment, 'id'> & {
  lookUpAt?: Date; lookUps: number; mismatch?: string;
  /** When something about it is to be said: the bank lets go of the money, or the customer is late. */
  remindAt?: Date;
};
export type TransactionRow = Omit<PaymentTransaction, 'id' | 'paymentId'> & { paymentId: Types.ObjectId; alarmed?: boolean };
export type WebhookRow = {
  /** `provider:webhook-id`: the same webhook is stored once. */
  _id: string; provider: string; type: string; payment?: ProviderPayment; about?: string;
  state: 'received' | 'applied' | 'refused' | 'unmatched'; attempts: number; dueAt?: Date; receivedAt: Date;
};
/** What the nightly comparison of both ledgers found and has not found gone. */
export type DifferenceRow = { _id: string; provider: string; orderId: string; detail: string; foundAt: Date };

const minor = { type: Number, required: true, default: 0 };
const money = { amount: { type: Number, required: true }, currency: { type: String, required: true } };
const words = new Schema({ code: String, message: String }, { _id: false });

const paymentSchema = new Schema<PaymentRow>({
  orderId: { type: String, required: true }, attempt: { type: Number, required: true }, purpose: String,
  provider: { type: String, required: true }, method: { type: String, required: true }, amount: money,
  status: { type: String, required: true }, live: { type: Boolean, required: true }, idempotencyKey: { type: String, required: true },
  providerReference: String, failure: words, nextAction: new Schema({ type: { type: String }, url: String }, { _id: false }),
  capturedAmount: minor, capturingAmount: minor, refundedAmount: minor, refundingAmount: minor, disputedAmount: minor, convertedAmount: Number, agreed: Number, authorizeOnly: Boolean,
  savedMethod: new Schema({ customer: String, method: String }, { _id: false }), authorizedUntil: Date, cardFingerprint: String, dueAt: Date, overdueAt: Date, remindAt: Date,
  reversal: new Schema({ reason: String, at: Date, keepsNothing: Boolean }, { _id: false }), mismatch: String,
  lookUpAt: Date, lookUps: { type: Number, required: true, default: 0 },
  version: { type: Number, required: true }, createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true },
}, { versionKey: false });
paymentSchema.index({ idempotencyKey: 1 }, { unique: true });
paymentSchema.index({ orderId: 1, attempt: 1 }, { unique: true });
paymentSchema.index({ orderId: 1, purpose: 1 }, { unique: true, partialFilterExpression: { live: true }, name: 'one_live_per_purpose' });
paymentSchema.index({ lookUpAt: 1 }, { partialFilterExpression: { lookUpAt: { $exists: true } } });
paymentSchema.index({ remindAt: 1 }, { partialFilterExpression: { remindAt: { $exists: true } } });
paymentSchema.index({ provider: 1, updatedAt: 1 });

const share = new Schema({ itemId: { type: String, required: true }, quantity: minor, amount: minor }, { _id: false });
const attribution = new Schema({ lines: { type: [share], required: true }, shipping: minor, goodwill: minor }, { _id: false });

const transactionSchema = new Schema<TransactionRow>({
  paymentId: { type: Schema.Types.ObjectId, required: true }, orderId: { type: String, required: true },
  kind: { type: String, required: true }, state: { type: String, required: true }, amount: money, provider: { type: String, required: true },
  key: { type: String, required: true }, providerEventId: String, reason: String, attribution, failure: words, at: { type: Date, required: true },
  dueAt: Date, attempts: { type: Number, required: true, default: 0 }, alarmed: Boolean,
}, { versionKey: false });
transactionSchema.index({ key: 1 }, { unique: true });
transactionSchema.index({ provider: 1, providerEventId: 1 }, { unique: true, partialFilterExpression: { providerEventId: { $exists: true } } });
transactionSchema.index({ paymentId: 1, _id: 1 });
transactionSchema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } });
transactionSchema.index({ at: 1, _id: 1 });
transactionSchema.index({ kind: 1, state: 1 }, { partialFilterExpression: { kind: 'refund', state: 'failure' } });

const webhookSchema = new Schema<WebhookRow>({
  _id: String, provider: { type: String, required: true }, type: { type: String, required: true }, payment: Schema.Types.Mixed, about: String,
  state: { type: String, required: true }, attempts: { type: Number, required: true }, dueAt: Date, receivedAt: { type: Date, required: true },
}, { versionKey: false });
webhookSchema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } });
webhookSchema.index({ receivedAt: 1 }, { expireAfterSeconds: 90 * 24 * 3600 });

const differenceSchema = new Schema<DifferenceRow>({
  _id: String, provider: { type: String, required: true }, orderId: { type: String, required: true }, detail: { type: String, required: true }, foundAt: { type: Date, required: true },
}, { versionKey: false });

export const paymentModel = (connection: Connection) => connection.model('Payment', paymentSchema, 'payments');
export const transactionModel = (connection: Connection) => connection.model('PaymentTransaction', transactionSchema, 'payment_transactions');
export const webhookModel = (connection: Connection) => connection.model('PaymentWebhook', webhookSchema, 'payment_webhooks');
export const differenceModel = (connection: Connection) => connection.model('PaymentDifference', differenceSchema, 'payment_differences');
