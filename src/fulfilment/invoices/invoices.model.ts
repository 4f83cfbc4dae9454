import { Schema, type Connection, type Types } from 'mongoose';
import { ERASED_ADDRESS, ERASED_EMAIL, sealedAddress } from '../../shared/db/address.js';
import { personal } from '../../shared/db/personal.js';
import { DOCUMENT_KINDS, type Document } from './invoices.js';

export type DocumentRow = Omit<Document, 'id'> & { _id: Types.ObjectId };
/** One per series; `last` is the number that was given out last. */
export type SeriesRow = { series: string; last: number };

const money = () => ({ amount: { type: Number, required: true }, currency: { type: String, required: true } });
const moneySchema = new Schema(money(), { _id: false });
const taxSchema = new Schema({ name: String, rateBps: Number, jurisdiction: String, reason: String, amount: moneySchema }, { _id: false });
const lineSchema = new Schema({
  lineId: { type: String, required: true }, sku: { type: String, default: null }, description: { type: String, default: '' }, quantity: { type: Number, required: true },
  unitPrice: { type: moneySchema, default: null }, discount: moneySchema, net: moneySchema, tax: moneySchema, gross: moneySchema, taxes: [taxSchema],
}, { _id: false });

const documentSchema = new Schema<DocumentRow>({
  kind: { type: String, enum: DOCUMENT_KINDS, required: true },
  series: { type: String, required: true }, sequence: { type: Number, required: true }, number: { type: String, required: true },
  orderId: { type: String, required: true }, orderNumber: { type: String, required: true }, userId: { type: String, default: null }, email: { type: String, required: true },
  currency: { type: String, required: true }, locale: { type: String, required: true },
  seller: { type: new Schema({ name: String, address: [String], vatId: String, email: String }, { _id: false }), required: true },
  buyerVatId: String, billingAddress: sealedAddress(), shippingAddress: sealedAddress(),
  lines: [lineSchema],
  totals: { type: new Schema({
    net: moneySchema, tax: moneySchema, gross: moneySchema,
    taxes: [new Schema({ name: String, rateBps: Number, jurisdiction: String, reason: String, net: moneySchema, tax: moneySchema }, { _id: false })],
  }, { _id: false }), required: true },
  taxIncluded: { type: Boolean, required: true },
  refundKey: String, reason: String, invoiceNumber: String, supplements: String, orderVersion: Number,
  issuedAt: { type: Date, required: true },
}, { versionKey: false, minimize: false });
documentSchema.index({ series: 1, sequence: 1 }, { unique: true });
documentSchema.index({ number: 1 }, { unique: true });
// An order has one invoice, and one more for each time it became dearer; a refund has one credit note.
documentSchema.index({ orderId: 1, kind: 1, supplements: 1, refundKey: 1 }, { unique: true, name: 'once' });
documentSchema.index({ kind: 1, issuedAt: -1, _id: -1 });
documentSchema.index({ userId: 1, kind: 1, issuedAt: -1, _id: -1 });

// The law keeps these beyond an erasure: the keys of their year go when its time is over.
personal(documentSchema, 'Invoice', 'invoices', {
  isKeptByLaw: true, fields: ['email', 'buyerVatId', 'billingAddress', 'shippingAddress'], erased: { email: ERASED_EMAIL, buyerVatId: 'erased', billingAddress: ERASED_ADDRESS, shippingAddress: ERASED_ADDRESS },
  owner: ({ issuedAt }) => ({ ring: `tax.${(issuedAt as Date).getUTCFullYear()}` }),
});

const seriesSchema = new Schema<SeriesRow>({ series: { type: String, required: true }, last: { type: Number, required: true } }, { versionKey: false });
seriesSchema.index({ series: 1 }, { unique: true });

export const documentModel = (connection: Connection) => connection.model<DocumentRow>('Invoice', documentSchema, 'invoices');
export const seriesModel = (connection: Connection) => connection.model<SeriesRow>('InvoiceSeries', seriesSchema, 'invoice_series');
