import Joi from 'joi';
import { addressSchema, id, line, moneyInput, moneySchema, sku, timestamp } from '../../shared/http/schemas.js';
import { MAX_QUANTITY_PER_LINE } from '../../shared/quantity-rule.js';
import { EDIT_STATES, type Operation, type OrderEdit } from './order-edits.js';

export type OrderParams = { id: string };
export const orderParams = Joi.object<OrderParams, true>({ id: id().required() });
export type EditParams = { id: string; editId: string };
export const editParams = Joi.object<EditParams, true>({ id: id().required(), editId: id().required() });

const quantity = () => Joi.number().integer().min(1).max(MAX_QUANTITY_PER_LINE).required();
const op = (name: Operation['op'], keys: Joi.SchemaMap) => Joi.object({ op: Joi.string().valid(name).required(), ...keys });
export type EditBody = { operations: Operation[]; reason: string };
export const editBody = Joi.object<EditBody>({
  operations: Joi.array().items(Joi.alternatives().try(
    op('add_line', { sku: sku().required(), quantity: quantity() }),
    op('remove_line', { itemId: Joi.string().max(64).required() }),
    op('change_quantity', { itemId: Joi.string().max(64).required(), quantity: quantity() }),
    op('change_address', { shippingAddress: addressSchema(), billingAddress: addressSchema() }).or('shippingAddress', 'billingAddress'),
    op('change_shipping_method', { code: Joi.string().max(64).required() }),
    op('apply_discount', { amount: moneyInput(), rateBps: Joi.number().integer().min(1).max(10_000), reason: line(300).min(3).required() }).xor('amount', 'rateBps'),
  )).min(1).max(50).required().description('In this order. Untouched lines keep what was frozen when the order was placed'),
  reason: line(500).min(3).required(),
});

export const editReply = Joi.object({
  id: id().required(), orderId: id().required(), orderVersion: Joi.number().integer().required(), state: Joi.string().valid(...EDIT_STATES).required(), reason: Joi.string().required(),
  operations: Joi.array().items(Joi.object().unknown()).required(),
  preview: Joi.object({
    before: moneySchema.required(), after: moneySchema.required(), difference: moneySchema.required(),
    additional: moneySchema.required().description('Still to be paid once it is confirmed'), refund: moneySchema.required().description('Goes back once it is confirmed'),
  }).required(),
  items: Joi.array().items(Joi.object().unknown()).required(), totals: Joi.object().unknown().required(),
  createdAt: timestamp().required(), confirmedAt: timestamp(),
}).meta({ name: 'OrderEdit' });

export function presentEdit({ result, createdBy: _createdBy, createdAt, confirmedAt, ...edit }: OrderEdit) {
  const items = (result['items'] as Array<Record<string, unknown>>).map(({ id: itemId, sku: of, name, quantity: count, unitPrice, discount, tax, lineTotal }) => ({ id: itemId, sku: of, name, quantity: count, unitPrice, discount, tax, lineTotal }));
  return { ...edit, items, totals: result['totals'], createdAt: createdAt.toISOString(), ...(confirmedAt && { confirmedAt: confirmedAt.toISOString() }) };
}
