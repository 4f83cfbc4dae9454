import { Schema, type Connection } from 'mongoose';
import { ENTRY_KINDS, VALUE_KINDS, type Attribution, type Entry, type ValueAccount } from './gift-cards.js';

/** Gift cards and store credit, one document an account; the id of store credit follows from its customer and currency. */
export type AccountRow = Omit<ValueAccount, 'id'> & { _id: string; codeHash?: string };
/** Append-only. `key`: the same movement is made once. */
export type EntryRow = Omit<Entry, 'id'> & { key?: string; /** Stands on the first entry of a refund, for all of it. */ attribution?: Attribution };

const whole = { type: Number, required: true, validate: Number.isSafeInteger };
const accountSchema = new Schema<AccountRow>({
  _id: String, kind: { type: String, enum: VALUE_KINDS, required: true }, currency: { type: String, required: true }, balance: { ...whole, min: 0 },
  status: { type: String, enum: ['active', 'disabled'], required: true },
  codeHash: String, last4: String, initial: Number, expiresAt: { type: Date, default: undefined }, origin: { type: new Schema({ orderId: String, itemId: String }, { _id: false }) },
  userId: String, version: { type: Number, required: true }, createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true },
}, { versionKey: false });
accountSchema.index({ codeHash: 1 }, { unique: true, partialFilterExpression: { codeHash: { $exists: true } } });
accountSchema.index({ 'origin.orderId': 1 }, { partialFilterExpression: { origin: { $exists: true } } });
accountSchema.index({ kind: 1, createdAt: -1, _id: -1 });
accountSchema.index({ userId: 1 }, { partialFilterExpression: { userId: { $exists: true } } });

const entrySchema = new Schema<EntryRow>({
  accountId: { type: String, required: true }, kind: { type: String, enum: ENTRY_KINDS, required: true }, amount: whole,
  orderId: String, reason: String, key: String, attribution: Schema.Types.Mixed, at: { type: Date, required: true },
}, { versionKey: false });
entrySchema.index({ accountId: 1, _id: 1 });
entrySchema.index({ orderId: 1, _id: 1 }, { partialFilterExpression: { orderId: { $exists: true } } });
entrySchema.index({ key: 1 }, { unique: true, partialFilterExpression: { key: { $exists: true } } });

export const accountModel = (connection: Connection) => connection.model('ValueAccount', accountSchema, 'value_accounts');
export const entryModel = (connection: Connection) => connection.model('ValueEntry', entrySchema, 'value_ledger');
