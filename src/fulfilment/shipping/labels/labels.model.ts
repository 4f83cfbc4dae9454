import { Schema, type Connection } from 'mongoose';
import { personal } from '../../../shared/db/personal.js';
import { LABEL_FORMATS } from '../carriers/carrier.js';
import { LABEL_STATES, type Label } from './labels.js';

/** `active` while it stands for its parcel: of many who buy at once one can insert it. */
export type LabelRow = Omit<Label, 'id'> & { active?: true };

const text = { type: String, required: true } as const;
const mixed = { type: Schema.Types.Mixed, default: null } as const;
const labelSchema = new Schema<LabelRow>({
  orderId: text, fulfilmentId: text, parcelId: text, provider: text, service: text, format: { type: String, enum: LABEL_FORMATS, required: true },
  state: { type: String, enum: LABEL_STATES, required: true }, rate: mixed, bought: mixed, refund: { type: String, default: null }, failure: { type: String, default: null },
  claimedAt: { type: Date, required: true }, createdAt: { type: Date, required: true }, active: Boolean,
}, { versionKey: false, minimize: false });
labelSchema.index({ parcelId: 1 }, { unique: true, partialFilterExpression: { active: true } });
labelSchema.index({ orderId: 1, _id: 1 });
labelSchema.index({ claimedAt: 1 }, { partialFilterExpression: { state: 'buying' } });

// The address of the label shows where somebody lives; what a carrier refuses quotes it.
personal(labelSchema, 'ShippingLabel', 'shipping_labels', { fields: ['bought.labelUrl', 'failure'], erased: { 'bought.labelUrl': '', failure: 'erased' }, owner: () => ({ own: true }) });

export const labelModel = (connection: Connection) => connection.model('ShippingLabel', labelSchema, 'shipping_labels');
