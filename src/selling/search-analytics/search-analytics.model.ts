import { Schema, type Connection } from 'mongoose';
import type { Tally } from './search-analytics.js';

/** Half a year, and the same season a year ago is not what a merchandiser looks at. */
const KEPT_SECONDS = 183 * 86_400;

/** `day|channel|words`. */
export type SearchTallyRow = Tally & { _id: string; day: Date; channel: string; words: string };
/** That a search has led to an outcome, so that it is counted once. */
export type SearchOutcomeRow = { _id: string; expiresAt: Date };

const required = <T>(type: T) => ({ type, required: true as const });
const count = { type: Number, default: 0 };
const tallySchema = new Schema<SearchTallyRow>({
  _id: String, day: required(Date), channel: { type: String, default: '' }, words: required(String), searches: count, empty: count, click: count, cart: count, purchase: count, positions: count,
}, { versionKey: false });
tallySchema.index({ day: 1 }, { expireAfterSeconds: KEPT_SECONDS });

const outcomeSchema = new Schema<SearchOutcomeRow>({ _id: String, expiresAt: required(Date) }, { versionKey: false });
outcomeSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const searchTallyModel = (connection: Connection) => connection.model<SearchTallyRow>('SearchTally', tallySchema, 'search_tallies');
export const searchOutcomeModel = (connection: Connection) => connection.model<SearchOutcomeRow>('SearchOutcome', outcomeSchema, 'search_outcomes');
