import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, sku, timestamp } from '../../shared/http/schemas.js';
import { COUNT_STATES, type OnMovement } from './counts.js';
import { TRANSFER_STATES, type TransferState } from './transfers.js';

const MAX_COUNT = 1_000_000_000;
const MAX_LINES = 500;
const MAX_COUNTED = 2_000;
const units = () => Joi.number().integer().min(1).max(MAX_COUNT);
const unitLines = () => Joi.array().items(Joi.object({ sku: sku().required(), quantity: units().required() })).min(1).max(MAX_LINES).unique('sku');

export type IdParams = { id: string };
export const idParams = Joi.object<IdParams, true>({ id: id().required() });

export type TransferListQuery = PageQuery & { state?: TransferState; to_warehouse_id?: string };
export const transferListQuery = Joi.object<TransferListQuery>({ ...pageParams(['createdAt']), state: Joi.string().valid(...TRANSFER_STATES), to_warehouse_id: id() });
export type ArrivalBody = { receiptId: string; lines: Array<{ sku: string; quantity: number }> };
export const arrivalBody = Joi.object<ArrivalBody, true>({
  receiptId: Joi.string().pattern(/^[\w.:/-]{1,60}$/, 'reference').required().description('Yours; the same one again books nothing'), lines: unitLines().required(),
});
export type ClosureBody = { reason: string };
export const closureBody = Joi.object<ClosureBody, true>({ reason: line(200).min(1).required() });

export type CountListQuery = PageQuery & { warehouse_id?: string };
export const countListQuery = Joi.object<CountListQuery>({ ...pageParams(['createdAt']), warehouse_id: id() });
export type OpenCountBody = { warehouseId: string; skus: string[]; onMovement: OnMovement };
export const openCountBody = Joi.object<OpenCountBody>({
  warehouseId: id().required(), skus: Joi.array().items(sku()).min(1).max(MAX_COUNTED).unique().required(),
  onMovement: Joi.string().valid('refuse', 'relative').default('refuse').description('Goods that move meanwhile: refuse the count, or book its difference on what lies there then'),
});
export type CountedBody = { lines: Array<{ sku: string; counted: number }> };
export const countedBody = Joi.object<CountedBody, true>({
  lines: Joi.array().items(Joi.object({ sku: sku().required(), counted: Joi.number().integer().min(0).max(MAX_COUNT).required() })).min(1).max(MAX_COUNTED).unique('sku').required(),
});

export const transferResource = Joi.object({
  id: id().required(), fromWarehouseId: id().required(), toWarehouseId: id().required(), state: Joi.string().valid(...TRANSFER_STATES).required(), reason: Joi.string(),
  lines: Joi.array().items(Joi.object({ sku: sku().required(), quantity: Joi.number().integer().required(), received: Joi.number().integer().required() })).required(),
  createdAt: timestamp().required(), shippedAt: timestamp().allow(null).required(), closedAt: timestamp().allow(null).required(), version: Joi.number().integer().required(),
}).meta({ name: 'StockTransfer' });
export const countResource = Joi.object({
  id: id().required(), warehouseId: id().required(), state: Joi.string().valid(...COUNT_STATES).required(), onMovement: Joi.string().valid('refuse', 'relative').required(),
  lines: Joi.array().items(Joi.object({ sku: sku().required(), expected: Joi.number().integer().required(), counted: Joi.number().integer().allow(null).required(), difference: Joi.number().integer().allow(null).required() })).required(),
  createdAt: timestamp().required(), postedAt: timestamp().allow(null).required(), version: Joi.number().integer().required(),
}).meta({ name: 'StockCount' });
