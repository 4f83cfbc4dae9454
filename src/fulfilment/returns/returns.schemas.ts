import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { amount, id, line, moneySchema, sku, timestamp } from '../../shared/http/schemas.js';
import { money } from '../../shared/money.js';
import { RETURN_REASONS } from '../return-policies/index.js';
import { outstandingOf, REFUND_FORMS, RETURN_STATES, type Condition, type Deduction, type Disposition, type GoodsReturn, type RefundForm, type ReturnState } from './returns.js';

export type IdParams = { id: string };
export const idParams = Joi.object<IdParams, true>({ id: id().required() });

const units = { itemId: Joi.string().max(64).required(), quantity: Joi.number().integer().min(1).max(100_000).required() };
export const returnLines = () => Joi.array().items(Joi.object({ ...units, reason: Joi.string().valid(...RETURN_REASONS).required() })).min(1).max(200);
const refundForm = () => Joi.string().valid(...REFUND_FORMS);
export type ReturnBody = { lines: Array<{ itemId: string; quantity: number; reason: string }>; note?: string; outsidePolicy?: boolean; refundTo?: RefundForm };
export const returnBody = Joi.object<ReturnBody>({
  lines: returnLines().required(), note: line(2000).min(1), outsidePolicy: Joi.boolean().description('Staff only: accept it although the policy would not'),
  refundTo: refundForm().description('What was paid by gift card or store credit always goes back there. Store credit needs an account. By default original'),
});
export type RefundBody = { refundTo?: RefundForm };
export const refundBody = Joi.object<RefundBody>({ refundTo: refundForm().description('Instead of what the customer asked for') });
export type ReasonBody = { reason: string };
export const reasonBody = Joi.object<ReasonBody, true>({ reason: line(500).min(1).required() });

const receiptId = () => Joi.string().pattern(/^[\w.:-]{1,64}$/, 'receipt id').description('A name of your own: booking it again changes nothing');
const condition = () => Joi.string().valid('ok', 'damaged').required();
const disposition = () => Joi.string().valid('restock', 'write_off').description('By default what is ok is restocked and what is damaged written off');
export type ReceiptBody = { receiptId?: string; lines: Array<{ itemId: string; quantity: number; condition: Condition; disposition?: Disposition; warehouseId?: string; components?: string[] }> };
export const receiptBody = Joi.object<ReceiptBody>({
  receiptId: receiptId(),
  lines: Joi.array().items(Joi.object({
    ...units, condition: condition(), disposition: disposition(),
    warehouseId: id().description('Where it goes; by default where it was sent from'),
    components: Joi.array().items(sku()).min(1).max(50).unique().description('Of a set, what of it came back; the share of the rest is not refunded'),
  })).min(1).max(200).required(),
});
export type LatePartsBody = { receiptId: string; lines: Array<{ itemId: string; sku: string; quantity: number; condition: Condition; disposition?: Disposition; warehouseId?: string }> };
export const latePartsBody = Joi.object<LatePartsBody>({
  receiptId: receiptId().required(),
  lines: Joi.array().items(Joi.object({
    ...units, quantity: units.quantity.description('Of how many sets this part came'), sku: sku().required().description('The part that was kept when the rest came back'),
    condition: condition(), disposition: disposition(), warehouseId: id().description('Where it goes; by default where it was sent from'),
  })).min(1).max(200).unique((a: { itemId: string; sku: string }, b: { itemId: string; sku: string }) => a.itemId === b.itemId && a.sku === b.sku).required(),
});
export type InspectionBody = { deductions?: Deduction[]; note?: string };
export const inspectionBody = Joi.object<InspectionBody>({
  deductions: Joi.array().items(Joi.object({ itemId: units.itemId, amount: amount().min(1).required().description('Minor units'), reason: line(500).min(1).required() })).max(200).description('What the goods lost in value'),
  note: line(2000).min(1),
});
export type ReturnListQuery = PageQuery & { state?: ReturnState };
export const returnListQuery = Joi.object<ReturnListQuery>({ ...pageParams(['createdAt']), state: Joi.string().valid(...RETURN_STATES) });
export const emptyBody = Joi.object({});

const count = Joi.number().integer().required();
export const returnReply = Joi.object({
  id: id().required(), number: Joi.string().required(), orderId: id().required(), state: Joi.string().valid(...RETURN_STATES).required(),
  lines: Joi.array().items(Joi.object({
    itemId: Joi.string().required(), sku: Joi.string().required(), quantity: count, reason: Joi.string().required(), restocked: count, writtenOff: count, outstanding: count,
  })).required(),
  receipts: Joi.array().items(Joi.object({
    id: Joi.string().required(), at: timestamp().required(),
    lines: Joi.array().items(Joi.object({ itemId: Joi.string().required(), quantity: count, condition: Joi.string().required(), disposition: Joi.string().required(), warehouseId: id().allow(null).required(), components: Joi.array().items(Joi.string()) })).required(),
  })).required(),
  lateParts: Joi.array().items(Joi.object({
    id: Joi.string().required(), at: timestamp().required(),
    lines: Joi.array().items(Joi.object({ itemId: Joi.string().required(), sku: Joi.string().required(), quantity: count, condition: Joi.string().required(), disposition: Joi.string().required(), warehouseId: id().required() })).required(),
  })).description('Parts of sets that came after the rest'),
  policyVersion: count, outsidePolicy: Joi.boolean().required(), refundTo: refundForm().required(), note: Joi.string(), rejection: Joi.string(),
  deductions: Joi.array().items(Joi.object({ itemId: Joi.string().required(), amount: moneySchema.required(), reason: Joi.string().required() })).required(),
  cause: Joi.object({ type: Joi.string().valid('exchange', 'claim').required(), id: id().required() }).allow(null).required(),
  settlement: Joi.object({
    lines: Joi.array().items(Joi.object({ itemId: Joi.string().required(), quantity: count, amount: moneySchema.required() })).required(),
    shipping: moneySchema.required(), fee: moneySchema.required(), deductions: moneySchema.required(),
    carried: moneySchema.required().description('Pays for the goods taken in exchange'), refunded: moneySchema.required(),
  }).allow(null).required(),
  createdAt: timestamp().required(), updatedAt: timestamp().required(), version: count,
}).meta({ name: 'Return' });
export const returnsReply = Joi.object({ items: Joi.array().items(returnReply).required() });

export function presentReturn(goods: GoodsReturn) {
  const of = (minor: number) => money(minor, goods.currency);
  const { settlement } = goods;
  return {
    id: goods.id, number: goods.number, orderId: goods.orderId, state: goods.state,
    lines: goods.lines.map((one) => ({ itemId: one.itemId, sku: one.sku, quantity: one.quantity, reason: one.reason, restocked: one.restocked, writtenOff: one.writtenOff, outstanding: outstandingOf(one) })),
    receipts: goods.receipts.map(({ id: receiptId, at, lines }) => ({
      id: receiptId, at: at.toISOString(), lines: lines.map(({ itemId, quantity, condition, disposition, warehouseId, components }) => ({ itemId, quantity, condition, disposition, warehouseId, ...(components?.length && { components }) })),
    })),
    ...(goods.lateParts?.length && { lateParts: goods.lateParts.map(({ id: lateId, at, lines }) => ({ id: lateId, at: at.toISOString(), lines: lines.map(({ itemId, sku: part, quantity, condition: found, disposition: to, warehouseId }) => ({ itemId, sku: part, quantity, condition: found, disposition: to, warehouseId })) })) }),
    policyVersion: goods.policyVersion, outsidePolicy: goods.outsidePolicy, refundTo: goods.refundTo ?? 'original', ...(goods.note !== undefined && { note: goods.note }), ...(goods.rejection !== undefined && { rejection: goods.rejection }),
    deductions: goods.deductions.map(({ itemId, amount: minor, reason }) => ({ itemId, amount: of(minor), reason })),
    cause: goods.cause && { type: goods.cause.type, id: goods.cause.id },
    settlement: settlement && {
      lines: settlement.lines.map(({ itemId, quantity, amount: minor }) => ({ itemId, quantity, amount: of(minor) })),
      shipping: of(settlement.shipping), fee: of(settlement.fee), deductions: of(settlement.deductions), carried: of(settlement.carried), refunded: of(settlement.refunded),
    },
    createdAt: goods.createdAt.toISOString(), updatedAt: goods.updatedAt.toISOString(), version: goods.version,
  };
}
