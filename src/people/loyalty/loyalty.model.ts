import { Schema, type Connection } from 'mongoose';
import { MERITS, type Interaction } from './interactions.js';
import { LEDGER_KINDS, type LedgerKind } from './loyalty.js';

const points = { type: Number, required: true, min: 0, validate: Number.isSafeInteger };

/** One document a customer; its id is the user's. */
export type AccountRow = { _id: string; balance: number; lifetime: number; debt: number; version: number };
const accountSchema = new Schema<AccountRow>({
  _id: String, balance: points, lifetime: points, debt: points, version: { type: Number, required: true },
}, { versionKey: false });

/** Append-only. A mistake is made good by another row. */
export type LedgerRow = { userId: string; kind: LedgerKind; points: number; orderId?: string; thing?: string; part?: number; reason?: string; at: Date };
const ledgerSchema = new Schema<LedgerRow>({
  userId: { type: String, required: true }, kind: { type: String, enum: LEDGER_KINDS, required: true }, points: { type: Number, required: true },
  orderId: String, thing: String, part: Number, reason: String, at: { type: Date, required: true },
}, { versionKey: false });
ledgerSchema.index({ orderId: 1, kind: 1, part: 1 }, { unique: true, partialFilterExpression: { orderId: { $exists: true } } });
ledgerSchema.index({ thing: 1, kind: 1, part: 1 }, { unique: true, partialFilterExpression: { thing: { $exists: true } } });
ledgerSchema.index({ userId: 1, _id: 1 });

/** One document a thing that points are given for. */
export type InteractionRow = Omit<Interaction, 'thing'> & { _id: string };
const interactionSchema = new Schema<InteractionRow>({
  _id: String, userId: { type: String, required: true }, merit: { type: String, enum: MERITS, required: true }, points, isGiven: { type: Boolean, required: true },
  part: { type: Number, required: true }, version: { type: Number, required: true }, at: { type: Date, required: true }, isUndecided: Boolean,
}, { versionKey: false });
interactionSchema.index({ userId: 1, _id: -1 });

/** How many points somebody's interactions of a day were worth, given or not: `<userId>:<day>`. */
export type InteractionDayRow = { _id: string; points: number; at: Date };
const interactionDaySchema = new Schema<InteractionDayRow>({ _id: String, points, at: { type: Date, required: true } }, { versionKey: false });
// An event that waited longer than this was set aside and is looked after by people.
interactionDaySchema.index({ at: 1 }, { expireAfterSeconds: 90 * 86_400 });

export const accountModel = (connection: Connection) => connection.model('PointsAccount', accountSchema, 'points_accounts');
export const ledgerModel = (connection: Connection) => connection.model('PointsLedgerEntry', ledgerSchema, 'points_ledger');
export const interactionModel = (connection: Connection) => connection.model('PointsInteraction', interactionSchema, 'points_interactions');
export const interactionDayModel = (connection: Connection) => connection.model('PointsInteractionDay', interactionDaySchema, 'points_interaction_days');
