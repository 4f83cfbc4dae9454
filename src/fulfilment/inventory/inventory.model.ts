import { Schema, type Connection } from 'mongoose';
import type { Actor } from '../../shared/actor.js';
import type { HeldLine, HoldState } from './holds.js';
import { MOVEMENT_TYPES, type BackorderPolicy, type Cause, type Level, type MovementType, type Owing, type ReorderPolicy } from './inventory.js';

const count = { type: Number, required: true, min: 0, validate: Number.isSafeInteger };
const text = { type: String, required: true };

/** Every SKU that can be stocked, so that a new warehouse knows what it may be sent. */
export type StockItemRow = { _id: string; productId: string };
const stockItemSchema = new Schema<StockItemRow>({ _id: String, productId: text }, { versionKey: false });

export type LevelRow = Level & {
  /** The crossing that nobody was told of yet. */
  lowUnannounced?: boolean;
  reorderUnannounced?: boolean;
};
const backorderSchema = new Schema<BackorderPolicy>({ ceiling: count, restockInDays: count }, { _id: false });
const reorderSchema = new Schema<ReorderPolicy>({ point: count, quantity: Number, upTo: Number }, { _id: false });
const preorderSchema = new Schema<NonNullable<Level['preorder']>>({ cap: count, taken: count, shipsAt: { type: Date, required: true } }, { _id: false });
const levelSchema = new Schema<LevelRow>({
  sku: text, productId: text, warehouseId: text, active: { type: Boolean, required: true },
  onHand: count, reserved: count, version: count, threshold: Number, lowSince: Date, lowUnannounced: Boolean,
  backordered: Number, backorder: backorderSchema, preorder: preorderSchema, moves: Number,
  reorder: reorderSchema, reorderSince: Date, reorderUnannounced: Boolean,
}, { versionKey: false });
levelSchema.index({ sku: 1, warehouseId: 1 }, { unique: true });
levelSchema.index({ sku: 1, _id: 1 });
levelSchema.index({ warehouseId: 1, sku: 1, _id: 1 });
levelSchema.index({ sku: 1, _id: 1 }, { name: 'low', partialFilterExpression: { lowSince: { $exists: true } } });
levelSchema.index({ sku: 1 }, { name: 'owed', partialFilterExpression: { backordered: { $gt: 0 } } });
levelSchema.index({ lowUnannounced: 1 }, { partialFilterExpression: { lowUnannounced: true } });
levelSchema.index({ reorderUnannounced: 1 }, { partialFilterExpression: { reorderUnannounced: true } });

export type HoldRow = {
  orderId: string; cartId: string; sku: string; warehouseId: string; lines: HeldLine[]; quantity: number; shipped: number; released: number;
  state: HoldState; expiresAt: Date | null; createdAt: Date; endedAt?: Date;
  backordered?: number; owing?: Owing; readyAt?: Date; queued?: number;
  /** Present while units are reserved or owed: the unique index covers only those, so that an ended hold never blocks its owner. */
  active?: boolean;
};
const heldLineSchema = new Schema<HeldLine>({ lineId: text, quantity: count, backordered: Number, each: Number }, { _id: false });
const holdSchema = new Schema<HoldRow>({
  orderId: text, cartId: text, sku: text, warehouseId: text, lines: [heldLineSchema], quantity: count, shipped: count, released: count,
  state: { type: String, enum: ['held', 'allocated', 'shipped', 'released', 'expired'], required: true },
  expiresAt: { type: Date, default: null }, createdAt: { type: Date, required: true }, endedAt: Date, active: Boolean,
  backordered: Number, owing: String, readyAt: Date, queued: Number,
}, { versionKey: false });
holdSchema.index({ cartId: 1, sku: 1, warehouseId: 1 }, { unique: true, partialFilterExpression: { active: true } });
holdSchema.index({ orderId: 1, _id: 1 });
// First in, first out.
holdSchema.index({ sku: 1, warehouseId: 1, queued: 1 }, { partialFilterExpression: { backordered: { $gt: 0 } } });
holdSchema.index({ state: 1, expiresAt: 1 }, { partialFilterExpression: { active: true } });

/** Append-only. Adding up all movements of a level gives the level. */
export type MovementRow = {
  sku: string; warehouseId: string; type: MovementType; onHandDelta: number; reservedDelta: number; onHandAfter: number; reservedAfter: number;
  backorderedDelta?: number; backorderedAfter?: number; owing?: Owing;
  cause: Cause; reason?: string; actor: Actor; at: Date;
};
const movementSchema = new Schema<MovementRow>({
  sku: text, warehouseId: text, type: { type: String, enum: MOVEMENT_TYPES, required: true },
  onHandDelta: { type: Number, required: true }, reservedDelta: { type: Number, required: true }, onHandAfter: count, reservedAfter: count,
  backorderedDelta: Number, backorderedAfter: Number, owing: String,
  cause: { type: new Schema<Cause>({ type: text, id: text }, { _id: false }), required: true }, reason: String,
  actor: { type: new Schema<Actor>({ type: text, id: { type: String, default: null } }, { _id: false }), required: true },
  at: { type: Date, required: true },
}, { versionKey: false });
movementSchema.index({ sku: 1, _id: 1 });
movementSchema.index({ warehouseId: 1, _id: 1 });
movementSchema.index({ 'cause.id': 1, _id: 1 });
// Orders write nearly all movements: theirs are found by walking back, the rare others by this.
movementSchema.index({ type: 1, _id: 1 }, { partialFilterExpression: { type: { $in: ['receipt', 'return', 'adjustment', 'transfer_in', 'transfer_out'] } } });
movementSchema.index({ type: 1, _id: 1 }, { name: 'owed_and_lost', partialFilterExpression: { type: { $in: ['write_off', 'backorder', 'backorder_fill', 'backorder_release'] } } });

export type ReceiptRow = { _id: string; warehouseId: string; purchaseOrderId?: string; lines: Array<{ sku: string; quantity: number }>; actor: Actor; createdAt: Date };
const receiptSchema = new Schema<ReceiptRow>({
  _id: String, warehouseId: text, purchaseOrderId: String, lines: [new Schema({ sku: text, quantity: count }, { _id: false })],
  actor: { type: new Schema<Actor>({ type: text, id: { type: String, default: null } }, { _id: false }), required: true },
  createdAt: { type: Date, required: true },
}, { versionKey: false });

export const stockItemModel = (connection: Connection) => connection.model('StockItem', stockItemSchema, 'stock_items');
export const levelModel = (connection: Connection) => connection.model('StockLevel', levelSchema, 'stock_levels');
export const holdModel = (connection: Connection) => connection.model('StockHold', holdSchema, 'stock_holds');
export const movementModel = (connection: Connection) => connection.model('StockMovement', movementSchema, 'stock_movements');
export const receiptModel = (connection: Connection) => connection.model('StockReceipt', receiptSchema, 'stock_receipts');
