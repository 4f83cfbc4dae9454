import { Schema, type Connection, type Types } from 'mongoose';
import { COUNT_STATES, type StockCount } from './counts.js';
import { TRANSFER_STATES, type Transfer } from './transfers.js';

const text = { type: String, required: true };
const number = { type: Number, required: true };
const time = { type: Date, required: true };

export type TransferRow = Omit<Transfer, 'id'> & { _id: Types.ObjectId };
const transferSchema = new Schema<TransferRow>({
  fromWarehouseId: text, toWarehouseId: text, state: { type: String, enum: TRANSFER_STATES, required: true }, reason: String,
  lines: [new Schema({ sku: text, quantity: number, received: number }, { _id: false })],
  createdAt: time, shippedAt: { type: Date, default: null }, closedAt: { type: Date, default: null }, version: number,
}, { versionKey: false });
transferSchema.index({ createdAt: -1, _id: -1 });
transferSchema.index({ state: 1, createdAt: -1, _id: -1 });
transferSchema.index({ toWarehouseId: 1, createdAt: -1, _id: -1 });

export type CountRow = Omit<StockCount, 'id'> & { _id: Types.ObjectId };
const countSchema = new Schema<CountRow>({
  warehouseId: text, state: { type: String, enum: COUNT_STATES, required: true }, onMovement: text,
  lines: [new Schema({ sku: text, expected: number, moves: number, counted: { type: Number, default: null } }, { _id: false })],
  createdAt: time, postedAt: { type: Date, default: null }, version: number,
}, { versionKey: false });
countSchema.index({ createdAt: -1, _id: -1 });
countSchema.index({ warehouseId: 1, createdAt: -1, _id: -1 });

export const transferModel = (connection: Connection) => connection.model('StockTransfer', transferSchema, 'stock_transfers');
export const countModel = (connection: Connection) => connection.model('StockCount', countSchema, 'stock_counts');
