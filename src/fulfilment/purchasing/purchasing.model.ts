import { Schema, type Connection, type Types } from 'mongoose';
import { PURCHASE_ORDER_STATES, type PurchaseOrder, type Source, type SupplierFields } from './purchasing.js';

const text = { type: String, required: true };
const number = { type: Number, required: true };
const time = { type: Date, required: true };
const money = { type: new Schema({ amount: number, currency: text }, { _id: false }), required: true };

export type SupplierRow = SupplierFields & { version: number; createdAt: Date; updatedAt: Date };
const supplierSchema = new Schema<SupplierRow>({
  code: text, name: text, email: String, phone: String, currency: text, leadTimeDays: number, active: { type: Boolean, required: true }, version: number, createdAt: time, updatedAt: time,
}, { versionKey: false });
supplierSchema.index({ code: 1 }, { unique: true });
supplierSchema.index({ name: 1, _id: 1 });
supplierSchema.index({ active: 1, name: 1, _id: 1 });
supplierSchema.index({ createdAt: -1, _id: -1 });

const sourceSchema = new Schema<Source>({ supplierId: text, sku: text, priority: number, cost: money, leadTimeDays: Number, minQuantity: number, supplierSku: String }, { versionKey: false });
sourceSchema.index({ supplierId: 1, sku: 1 }, { unique: true });
sourceSchema.index({ sku: 1, priority: 1, _id: 1 });

export type PurchaseOrderRow = Omit<PurchaseOrder, 'id'> & { _id: Types.ObjectId; openReorder?: string };
const lineSchema = new Schema({ sku: text, quantity: number, received: number, unitCost: money }, { _id: false });
const purchaseOrderSchema = new Schema<PurchaseOrderRow>({
  number: text, supplierId: text, warehouseId: text, state: { type: String, enum: PURCHASE_ORDER_STATES, required: true }, lines: [lineSchema],
  origin: text, expectedOn: time, orderedAt: { type: Date, default: null }, closedAt: { type: Date, default: null }, createdAt: time, updatedAt: time, version: number,
  openReorder: String,
}, { versionKey: false });
purchaseOrderSchema.index({ number: 1 }, { unique: true });
// Of a SKU and warehouse at most one order that was raised by itself is open, whoever raises it.
purchaseOrderSchema.index({ openReorder: 1 }, { unique: true, partialFilterExpression: { openReorder: { $type: 'string' } } });
purchaseOrderSchema.index({ createdAt: -1, _id: -1 });
purchaseOrderSchema.index({ state: 1, createdAt: -1, _id: -1 });
purchaseOrderSchema.index({ supplierId: 1, createdAt: -1, _id: -1 });
purchaseOrderSchema.index({ warehouseId: 1, createdAt: -1, _id: -1 });
purchaseOrderSchema.index({ 'lines.sku': 1, createdAt: -1, _id: -1 });

export type UnsourcedRow = { _id: string; sku: string; warehouseId: string; since: Date; checkedAt: Date };
const unsourcedSchema = new Schema<UnsourcedRow>({ _id: text, sku: text, warehouseId: text, since: time, checkedAt: time }, { versionKey: false });
unsourcedSchema.index({ checkedAt: 1 });

export const unsourcedModel = (connection: Connection) => connection.model<UnsourcedRow>('UnsourcedReorder', unsourcedSchema, 'unsourced_reorders');
export const supplierModel = (connection: Connection) => connection.model('Supplier', supplierSchema, 'suppliers');
export const sourceModel = (connection: Connection) => connection.model('SupplierSku', sourceSchema, 'supplier_skus');
export const purchaseOrderModel = (connection: Connection) => connection.model('PurchaseOrder', purchaseOrderSchema, 'purchase_orders');
