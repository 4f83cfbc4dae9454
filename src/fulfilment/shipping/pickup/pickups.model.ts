import { Schema, type Connection } from 'mongoose';
import { PICKUP_STATES, type PickupState } from './pickups.js';

/** One per order. The code itself is nowhere: it can be made again from the order, and is found by its hash. */
export type PickupRow = { _id: string; locationId: string; codeHash: string; state: PickupState; claimedAt: Date | null; claimedBy: { type: string; id: string | null } | null; collectedAt: Date | null; createdAt: Date };

const text = { type: String, required: true } as const;
const pickupSchema = new Schema<PickupRow>({
  _id: text, locationId: text, codeHash: text, state: { type: String, enum: PICKUP_STATES, required: true }, claimedAt: { type: Date, default: null },
  claimedBy: { type: new Schema({ type: { type: String, required: true }, id: { type: String, default: null } }, { _id: false, id: false }), default: null },
  collectedAt: { type: Date, default: null }, createdAt: { type: Date, required: true },
}, { versionKey: false });
pickupSchema.index({ codeHash: 1 }, { unique: true });
// Those that a crash left half done.
pickupSchema.index({ claimedAt: 1 }, { partialFilterExpression: { state: 'collecting' } });

export const pickupModel = (connection: Connection) => connection.model('Pickup', pickupSchema, 'pickups');
