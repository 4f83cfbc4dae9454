import { Schema, type Connection } from 'mongoose';
import { PICKUP_STATES, type Pickup } from './pickups.js';

export type PickupRow = Omit<Pickup, 'orderId'> & { _id: string };

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
