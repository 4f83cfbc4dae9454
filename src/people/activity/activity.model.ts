import { Schema, type Connection } from 'mongoose';
import { personal } from '../../shared/db/personal.js';
import type { ActivityEntry } from './activity.js';

/** The id is the event's, so that an event delivered twice is one entry. */
export type ActivityRow = Omit<ActivityEntry, 'id'> & { _id: string };

const activitySchema = new Schema<ActivityRow>({
  _id: String, userId: { type: String, required: true }, type: { type: String, required: true },
  occurredAt: { type: Date, required: true }, data: { type: Schema.Types.Mixed, required: true },
}, { versionKey: false, minimize: false });
activitySchema.index({ userId: 1, occurredAt: -1, _id: -1 });

// On what device, for one.
personal(activitySchema, 'Activity', 'activity', { fields: ['data'], erased: { data: {} }, whenErased: 'skip', owner: ({ userId }) => (typeof userId === 'string' ? { userId } : undefined) });

export const activityModel = (connection: Connection) => connection.model<ActivityRow>('Activity', activitySchema, 'activity');
