import Joi from 'joi';
import { seenWith } from '../../shared/http/field-access.js';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { addressReply, id, moneySchema, pageOf, rateBps, successOf, timestamp } from '../../shared/http/schemas.js';
import { DOCUMENT_KINDS, type Document } from './invoices.js';

export type DocumentParams = { id: string };
export const documentParams = Joi.object<DocumentParams, true>({ id: id().required() });

export type FormatQuery = { format?: 'json' | 'pdf'; fields?: string };
export const formatQuery = Joi.object<FormatQuery>({ format: Joi.string().valid('json', 'pdf').description('What Accept asks for, if absent'), fields: Joi.string().max(500) });
export type DocumentHeaders = { accept?: string; 'x-order-token'?: string };
export const documentHeaders = Joi.object<DocumentHeaders>({
  accept: Joi.string().max(500).allow(''), 'x-order-token': Joi.string().max(128).description("A guest's order"),
});

export type DocumentListQuery = PageQuery & { order_id?: string; number?: string; series?: string };
export const documentListQuery = Joi.object<DocumentListQuery>({
  ...pageParams(['issuedAt']), order_id: id(), number: Joi.string().max(60), series: Joi.string().max(50),
});

const rate = { name: Joi.string().required(), rateBps: rateBps().required(), jurisdiction: Joi.string().required(), reason: Joi.string() };
export const documentReply = Joi.object({
  id: id().required(), kind: Joi.string().valid(...DOCUMENT_KINDS).required(), number: Joi.string().required(), series: Joi.string().required(), sequence: Joi.number().integer().required(),
  orderId: id().required(), orderNumber: Joi.string().required(), currency: Joi.string().length(3).required(), email: seenWith('contacts:read', Joi.string()),
  seller: Joi.object({ name: Joi.string().required(), address: Joi.array().items(Joi.string()).required(), vatId: Joi.string().allow('').required(), email: Joi.string().allow('').required() }).required(),
  buyerVatId: Joi.string().description('Of a business, as it was ordered with; it owes the tax where a rate says `reverse_charge`'), billingAddress: addressReply().required(), shippingAddress: addressReply().required(),
  lines: Joi.array().items(Joi.object({
    lineId: Joi.string().required(), sku: Joi.string().allow(null).required(), description: Joi.string().allow('').required(), quantity: Joi.number().integer().required(),
    unitPrice: moneySchema.allow(null).required(), discount: moneySchema.required(), net: moneySchema.required(), tax: moneySchema.required(), gross: moneySchema.required(),
    taxes: Joi.array().items(Joi.object({ ...rate, amount: moneySchema.required() })).required(),
  })).required(),
  totals: Joi.object({
    net: moneySchema.required(), tax: moneySchema.required(), gross: moneySchema.required(),
    taxes: Joi.array().items(Joi.object({ ...rate, net: moneySchema.required(), tax: moneySchema.required() })).required().description('One per rate'),
  }).required(),
  taxIncluded: Joi.boolean().required(),
  refundKey: Joi.string().description('Of a credit note: the movement of money that it stands for'), reason: Joi.string(),
  invoiceNumber: Joi.string().description('The invoice that this document corrects or follows'),
  issuedAt: timestamp().required(),
}).meta({ name: 'Invoice' });
export const documentAnswer = successOf(documentReply);
export const documentPage = pageOf(documentReply);
export const documentsAnswer = successOf(Joi.object({ items: Joi.array().items(documentReply).required() }));

export function presentDocument({ userId: _userId, locale: _locale, supplements: _supplements, orderVersion: _orderVersion, issuedAt, ...document }: Document) {
  return { ...document, issuedAt: issuedAt.toISOString() };
}
