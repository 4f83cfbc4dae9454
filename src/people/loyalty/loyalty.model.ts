import { Schema, type Connection } from 'mongoose';
import { LEDGER_KINDS, type LedgerKind } from './loyalty.js';

const points = { type: Number, required: true, min: 0, validate: Number.isSafeInteger };

/** One document a customer; its id is the user's. */
export type AccountRow = { _id: string; balance: number; lifetime: number; debt: number; version: number };
const accountSchema = new Schema<AccountRow>({
  _id: String, balance: points, lifetime: points, debt: points, version: { type: Number, required: true },
}, { versionKey: false });

/** Append-only. A mistake is made good by another row. */
export type LedgerRow = { userId: string; kind: LedgerKind; points: number; orderId?: string; part?: number; reason?: string; at: Date };
const ledgerSchema = new Schema<LedgerRow>({
  userId: { type: String, required: true }, kind: { type: String, enum: LEDGER_KINDS, required: true }, points: { type: Number, required: true },
  orderId: String, part: Number, reason: String, at: { type: Date, required: true },
}, { versionKey: false });
ledgerSchema.index({ orderId: 1, kind: 1, part: 1 }, { unique: true, partialFilterExpression: { orderId: { $exists: true } } });
ledgerSchema.index({ userId: 1, _id: 1 });

export const accountModel = (connection: Connection) => connection.model('PointsAccount', accountSchema, 'points_accounts');
export const ledgerModel = (connection: Connection) => connection.model('PointsLedgerEntry', ledgerSchema, 'points_ledger');
