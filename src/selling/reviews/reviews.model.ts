import { Schema, type Connection, type Types } from 'mongoose';
import { KINDS, STATUSES, type Contribution } from './reviews.js';

/**
 * Rows from before there were questions have no kind, history, media and points. Reviews are those with a `productId`; what else there is names its
 * product in `askedOf`, so that a process of an earlier version, which knows reviews only, never meets it under a product.
 */
export type ContributionRow = Omit<Contribution, 'id' | 'productId' | 'questionId' | 'kind' | 'history' | 'mediaIds' | 'earns'> & {
  productId?: Types.ObjectId; askedOf?: Types.ObjectId; questionId?: Types.ObjectId;
} & Partial<Pick<Contribution, 'kind' | 'history' | 'mediaIds' | 'earns'>>;
/** One opinion of one person on one contribution. */
type OpinionRow = { reviewId: Types.ObjectId; userId: string; at: Date };
export type VoteRow = OpinionRow & { isHelpful: boolean };
export type FlagRow = OpinionRow & { reason: string };

const required = <T>(type: T) => ({ type, required: true as const });
const said = new Schema({ text: required(String), at: required(Date), official: String }, { _id: false });
const step = new Schema({ what: required(String), by: { type: String, default: null }, at: required(Date), reason: { type: String, default: '' } }, { _id: false });

const contributionSchema = new Schema<ContributionRow>({
  kind: { type: String, enum: KINDS }, productId: Schema.Types.ObjectId, askedOf: Schema.Types.ObjectId, userId: required(String), authorName: required(String), rating: Number, title: { type: String, default: '' }, text: { type: String, default: '' },
  status: { type: String, enum: STATUSES, required: true }, purchase: required(String), isVerified: required(Boolean),
  helpful: required(Number), unhelpful: required(Number), flags: required(Number), concerns: required([String]), mediaIds: { type: [String], default: undefined },
  questionId: Schema.Types.ObjectId, official: String, isAccepted: Boolean, acceptedId: String, earns: Boolean,
  reply: said, appeal: said, decision: new Schema({ by: { type: String, default: null }, at: required(Date), reason: { type: String, default: '' } }, { _id: false }), history: { type: [step], default: undefined },
  version: required(Number), createdAt: required(Date), updatedAt: required(Date),
}, { versionKey: false });
contributionSchema.index({ userId: 1, purchase: 1 }, { unique: true });
for (const order of [{ createdAt: -1 as const }, { helpful: -1 as const }, { rating: -1 as const }]) {
  contributionSchema.index({ productId: 1, status: 1, ...order, _id: -1 });
}
for (const order of [{ createdAt: -1 as const }, { helpful: -1 as const }]) contributionSchema.index({ askedOf: 1, kind: 1, status: 1, ...order, _id: -1 }, { partialFilterExpression: { askedOf: { $exists: true } } });
for (const order of [{ createdAt: 1 as const }, { helpful: -1 as const }]) contributionSchema.index({ questionId: 1, status: 1, ...order, _id: 1 }, { partialFilterExpression: { questionId: { $exists: true } } });
contributionSchema.index({ userId: 1, createdAt: -1, _id: -1 });
// The queue of the moderators: the longest waiting first.
contributionSchema.index({ status: 1, updatedAt: 1, _id: 1 });
// For the auditor: what has points to show for it.
contributionSchema.index({ earns: 1, _id: 1 }, { partialFilterExpression: { earns: true } });

const voteSchema = new Schema<VoteRow>({ reviewId: required(Schema.Types.ObjectId), userId: required(String), isHelpful: required(Boolean), at: required(Date) }, { versionKey: false });
voteSchema.index({ reviewId: 1, userId: 1 }, { unique: true });
const flagSchema = new Schema<FlagRow>({ reviewId: required(Schema.Types.ObjectId), userId: required(String), reason: required(String), at: required(Date) }, { versionKey: false });
flagSchema.index({ reviewId: 1, userId: 1 }, { unique: true });

export const contributionModel = (connection: Connection) => connection.model<ContributionRow>('Review', contributionSchema, 'reviews');
export const voteModel = (connection: Connection) => connection.model<VoteRow>('ReviewVote', voteSchema, 'review_votes');
export const flagModel = (connection: Connection) => connection.model<FlagRow>('ReviewFlag', flagSchema, 'review_flags');
