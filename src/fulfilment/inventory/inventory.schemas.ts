import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, sku, timestamp } from '../../shared/http/schemas.js';
import { transferResource } from './stock-taking.schemas.js';
import { MOVEMENT_TYPES, type BackorderPolicy, type MovementType, type ReorderPolicy } from './inventory.js';

const MAX_COUNT = 1_000_000_000;
const MAX_LINES = 500;
const count = () => Joi.number().integer().min(0).max(MAX_COUNT);
const units = () => Joi.number().integer().min(1).max(MAX_COUNT);
const reference = () => Joi.string().pattern(/^[\w.:/-]{1,100}$/, 'reference');

export type LevelParams = { sku: string; warehouseId: string };
export const levelParams = Joi.object<LevelParams, true>({ sku: sku().required(), warehouseId: id().required() });
export type SkuParams = { sku: string };
export const skuParams = Joi.object<SkuParams, true>({ sku: sku().required() });

export type LevelListQuery = PageQuery & { sku?: string; warehouse_id?: string; low?: boolean };
export const levelListQuery = Joi.object<LevelListQuery>({
  ...pageParams(['sku']), sku: sku(), warehouse_id: id(), low: Joi.boolean().valid(true).description('Only levels at or below their threshold'),
});

export type MovementListQuery = PageQuery & { sku?: string; warehouse_id?: string; type?: MovementType; cause?: string };
export const movementListQuery = Joi.object<MovementListQuery>({
  ...pageParams(['id']), sku: sku(), warehouse_id: id(), type: Joi.string().valid(...MOVEMENT_TYPES),
  cause: reference().description('The id of the order, receipt, transfer or count behind it'),
});

export type SetLevelBody = { onHand: number; threshold?: number | null };
export const setLevelBody = Joi.object<SetLevelBody>({
  onHand: count().required(), threshold: count().allow(null).description('Low at or below it; null falls back to the warehouse'),
});

export type AdjustBody = { sku: string; warehouseId: string; delta: number; reason: string; reference?: string };
export const adjustBody = Joi.object<AdjustBody>({
  sku: sku().required(), warehouseId: id().required(), delta: Joi.number().integer().min(-MAX_COUNT).max(MAX_COUNT).invalid(0).required(),
  reason: line(200).min(1).required(), reference: reference(),
});

export type TransferBody = { sku?: string; quantity?: number; lines?: Array<{ sku: string; quantity: number }>; ship: boolean; fromWarehouseId: string; toWarehouseId: string };
export const transferBody = Joi.object<TransferBody>({
  sku: sku().description('With quantity: moved at once, both levels together'), quantity: units(),
  lines: Joi.array().items(Joi.object({ sku: sku().required(), quantity: units().required() })).min(1).max(MAX_LINES).unique('sku').description('Instead: sent on the road, and booked where they arrive'),
  ship: Joi.boolean().default(true).description('Of lines: false plans the transfer, and a shipment sends it'), fromWarehouseId: id().required(),
  toWarehouseId: id().required().invalid(Joi.ref('fromWarehouseId')).messages({ 'any.invalid': '{{#label}} must be another warehouse' }),
}).xor('sku', 'lines').with('sku', 'quantity').with('quantity', 'sku');

export type ReceiptBody = { receiptId: string; warehouseId: string; purchaseOrderId?: string; lines: Array<{ sku: string; quantity: number }> };
export const receiptBody = Joi.object<ReceiptBody>({
  purchaseOrderId: id().description('Counts against it: never more than was ordered'),
  receiptId: reference().required().description('Yours; the same one again books nothing'), warehouseId: id().required(),
  lines: Joi.array().items(Joi.object({ sku: sku().required(), quantity: units().required() })).min(1).max(MAX_LINES).required(),
});

const backorder = () => Joi.object<BackorderPolicy>({
  ceiling: count().required().description('So many units may be owed at a time'), restockInDays: Joi.number().integer().min(0).max(3650).required(),
});
const preorder = () => Joi.object<{ cap: number; shipsAt: string }>({ cap: count().required().description('So many units are sold before they exist, in all'), shipsAt: timestamp().required() });
const reorder = () => Joi.object<ReorderPolicy>({ point: count().required(), quantity: units(), upTo: units() }).xor('quantity', 'upTo')
  .description('When only point units are left, quantity more are ordered, or as many as it takes to have upTo: one of the two');
export type PolicyBody = {
  reorder?: ReorderPolicy | null; threshold?: number | null; backorder?: BackorderPolicy | null; preorder?: { cap: number; shipsAt: string } | null };
export const policyBody = Joi.object<PolicyBody>({ threshold: count().allow(null), backorder: backorder().allow(null), preorder: preorder().allow(null), reorder: reorder().allow(null) }).min(1)
  .description('What is absent stays, null takes a policy away. A level has a backorder policy or a preorder policy, not both.');

const backorderable = () => Joi.object({
  kind: Joi.string().valid('backorder', 'preorder').required(), quantity: Joi.number().integer().required(), restockInDays: Joi.number().integer(), shipsAt: timestamp(),
}).description('What can be ordered before it is there');
const levelKeys = {
  sku: sku().required(), productId: Joi.string().required(), warehouseId: id().required(), active: Joi.boolean().required(),
  onHand: Joi.number().integer().required(), reserved: Joi.number().integer().required(), available: Joi.number().integer().required(),
  threshold: Joi.number().integer(), lowSince: timestamp(), version: Joi.number().integer().required(),
  backordered: Joi.number().integer().description('Ordered, and not there yet'), backorder: backorder(),
  preorder: Joi.object({ cap: Joi.number().integer().required(), shipsAt: timestamp().required(), taken: Joi.number().integer().required() }),
  reorder: Joi.object({ point: Joi.number().integer().required(), quantity: Joi.number().integer(), upTo: Joi.number().integer() }), reorderSince: timestamp(),
};
export const levelReply = Joi.object(levelKeys).meta({ name: 'StockLevel' });
export const summaryReply = Joi.object({
  sku: sku().required(), productId: Joi.string().required(), onHand: Joi.number().integer().required(), reserved: Joi.number().integer().required(),
  available: Joi.number().integer().required().description('In active warehouses, without what is owed'), inStock: Joi.boolean().required(),
  backordered: Joi.number().integer().required(), backorderable: backorderable(),
  version: Joi.number().integer().required(), levels: Joi.array().items(levelReply).required(),
});
export const movementReply = Joi.object({
  id: id().required(), sku: sku().required(), warehouseId: id().required(), type: Joi.string().valid(...MOVEMENT_TYPES).required(),
  onHandDelta: Joi.number().integer().required(), reservedDelta: Joi.number().integer().required(),
  onHandAfter: Joi.number().integer().required(), reservedAfter: Joi.number().integer().required(),
  backorderedDelta: Joi.number().integer(), backorderedAfter: Joi.number().integer(), owing: Joi.string().valid('backorder', 'preorder'),
  cause: Joi.object({ type: Joi.string().required(), id: Joi.string().required() }).required(), reason: Joi.string(),
  actor: Joi.object({ type: Joi.string().required(), id: Joi.string().allow(null).required() }).required(), at: timestamp().required(),
}).meta({ name: 'StockMovement' });
export const transferReply = Joi.object({ transferId: Joi.string().required(), from: levelReply, to: levelReply, transfer: transferResource });
export const receiptReply = Joi.object({
  receiptId: Joi.string().required(), warehouseId: id().required(), purchaseOrderId: id(), createdAt: timestamp().required(),
  lines: Joi.array().items(Joi.object({ sku: sku().required(), quantity: Joi.number().integer().required() })).required(),
});
