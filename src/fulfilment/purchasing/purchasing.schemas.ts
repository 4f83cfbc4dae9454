import Joi from 'joi';
import { seenWith } from '../../shared/http/field-access.js';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { currencyCode, email, id, line, moneyInput, moneySchema, sku, timestamp } from '../../shared/http/schemas.js';
import type { Money } from '../../shared/money.js';
import { PURCHASE_ORDER_STATES, type PurchaseOrderState, type SourceFields, type SupplierFields } from './purchasing.js';

const MAX_COUNT = 1_000_000_000;
const MAX_LINES = 200;
const units = () => Joi.number().integer().min(1).max(MAX_COUNT);
const days = () => Joi.number().integer().min(0).max(3650);
const reference = () => Joi.string().pattern(/^[\w.:/-]{1,100}$/, 'reference');

const supplierFields = {
  code: Joi.string().pattern(/^[A-Z0-9][A-Z0-9_-]{0,31}$/, 'supplier code'), name: line(200).min(1), email: email(), phone: line(40),
  currency: currencyCode(), leadTimeDays: days(), active: Joi.boolean(),
};
export type IdParams = { id: string };
export const idParams = Joi.object<IdParams, true>({ id: id().required() });
export type SourceParams = { id: string; sku: string };
export const sourceParams = Joi.object<SourceParams, true>({ id: id().required(), sku: sku().required() });

export const createSupplierBody = Joi.object<SupplierFields>({
  ...supplierFields, code: supplierFields.code.required(), name: supplierFields.name.required(), currency: supplierFields.currency.required(),
  leadTimeDays: supplierFields.leadTimeDays.default(7), active: supplierFields.active.default(true),
});
export const updateSupplierBody = Joi.object<Partial<SupplierFields>>(supplierFields).min(1);
export type SupplierListQuery = PageQuery & { active?: boolean };
export const supplierListQuery = Joi.object<SupplierListQuery>({ ...pageParams(['name', 'createdAt']), active: Joi.boolean() });

export const sourceBody = Joi.object<SourceFields>({
  priority: Joi.number().integer().min(0).max(1_000_000).default(100).description('Lower is asked first'), cost: moneyInput().required(), leadTimeDays: days(),
  minQuantity: units().default(1), supplierSku: line(64).min(1),
});
export const sourceListQuery = Joi.object<PageQuery>(pageParams(['sku', 'priority']));
export type SkuSourcesQuery = PageQuery & { sku: string };
export const skuSourcesQuery = Joi.object<SkuSourcesQuery>({ ...pageParams(['priority']), sku: sku().required() });

export type PurchaseOrderListQuery = PageQuery & { state?: PurchaseOrderState; supplier_id?: string; warehouse_id?: string; sku?: string };
export const purchaseOrderListQuery = Joi.object<PurchaseOrderListQuery>({
  ...pageParams(['createdAt']), state: Joi.string().valid(...PURCHASE_ORDER_STATES), supplier_id: id(), warehouse_id: id(), sku: sku(),
});
export type PurchaseOrderBody = { supplierId: string; warehouseId: string; state: 'draft' | 'ordered'; lines: Array<{ sku: string; quantity: number; unitCost?: Money }>; expectedOn?: string };
export const purchaseOrderBody = Joi.object<PurchaseOrderBody>({
  supplierId: id().required(), warehouseId: id().required(), state: Joi.string().valid('draft', 'ordered').default('draft'), expectedOn: timestamp(),
  lines: Joi.array().items(Joi.object({ sku: sku().required(), quantity: units().required(), unitCost: moneyInput().description("The supplier's is the default") })).min(1).max(MAX_LINES).unique('sku').required(),
});
export type PurchaseReceiptBody = { receiptId: string; lines: Array<{ sku: string; quantity: number }> };
export const purchaseReceiptBody = Joi.object<PurchaseReceiptBody, true>({
  receiptId: reference().required().description('Yours; the same one again books nothing'),
  lines: Joi.array().items(Joi.object({ sku: sku().required(), quantity: units().required() })).min(1).max(MAX_LINES).required(),
});

export const supplierReply = Joi.object({
  id: id().required(), code: Joi.string().required(), name: Joi.string().required(), email: Joi.string(), phone: Joi.string(), currency: Joi.string().required(),
  leadTimeDays: Joi.number().integer().required(), active: Joi.boolean().required(), createdAt: timestamp().required(), updatedAt: timestamp().required(), version: Joi.number().integer().required(),
}).meta({ name: 'Supplier' });
export const sourceReply = Joi.object({
  supplierId: id().required(), sku: sku().required(), priority: Joi.number().integer().required(), cost: seenWith('costs:read', moneySchema), leadTimeDays: Joi.number().integer(),
  minQuantity: Joi.number().integer().required(), supplierSku: Joi.string(),
}).meta({ name: 'SupplierSku' });
export const purchaseOrderReply = Joi.object({
  id: id().required(), number: Joi.string().required(), supplierId: id().required(), warehouseId: id().required(), state: Joi.string().valid(...PURCHASE_ORDER_STATES).required(),
  origin: Joi.string().valid('manual', 'reorder').required(), expectedOn: timestamp().required(), orderedAt: timestamp().allow(null).required(), closedAt: timestamp().allow(null).required(),
  lines: Joi.array().items(Joi.object({ sku: sku().required(), quantity: Joi.number().integer().required(), received: Joi.number().integer().required(), unitCost: seenWith('costs:read', moneySchema) })).required(),
  createdAt: timestamp().required(), updatedAt: timestamp().required(), version: Joi.number().integer().required(),
}).meta({ name: 'PurchaseOrder' });
