import { Schema, type Connection, type Types } from 'mongoose';
import { REVIEW_STATUSES, type Review } from './reviews.js';

export type ReviewRow = Omit<Review, 'id' | 'productId'> & { productId: Types.ObjectId };
/** One opinion of one person on one review. */
export type OpinionRow = { reviewId: Types.ObjectId; userId: string; at: Date };
export type VoteRow = OpinionRow & { isHelpful: boolean };
export type FlagRow = OpinionRow & { reason: string };

const required = <T>(type: T) => ({ type, required: true as const });
const said = new Schema({ text: required(String), at: required(Date) }, { _id: false });

const reviewSchema = new Schema<ReviewRow>({
  productId: required(Schema.Types.ObjectId), userId: required(String), authorName: required(String), rating: required(Number), title: { type: String, default: '' }, text: { type: String, default: '' },
  status: { type: String, enum: REVIEW_STATUSES, required: true }, purchase: required(String), isVerified: required(Boolean),
  helpful: required(Number), unhelpful: required(Number), flags: required(Number), concerns: required([String]),
  reply: said, appeal: said, decision: new Schema({ by: { type: String, default: null }, at: required(Date), reason: { type: String, default: '' } }, { _id: false }),
  version: required(Number), createdAt: required(Date), updatedAt: required(Date),
}, { versionKey: false });
reviewSchema.index({ userId: 1, purchase: 1 }, { unique: true });
for (const order of [{ createdAt: -1 as const }, { helpful: -1 as const }, { rating: -1 as const }]) reviewSchema.index({ productId: 1, status: 1, ...order, _id: -1 });
reviewSchema.index({ userId: 1, createdAt: -1, _id: -1 });
// The queue of the moderators: the longest waiting first.
reviewSchema.index({ status: 1, updatedAt: 1, _id: 1 });

const voteSchema = new Schema<VoteRow>({ reviewId: required(Schema.Types.ObjectId), userId: required(String), isHelpful: required(Boolean), at: required(Date) }, { versionKey: false });
voteSchema.index({ reviewId: 1, userId: 1 }, { unique: true });
const flagSchema = new Schema<FlagRow>({ reviewId: required(Schema.Types.ObjectId), userId: required(String), reason: required(String), at: required(Date) }, { versionKey: false });
flagSchema.index({ reviewId: 1, userId: 1 }, { unique: true });

export const reviewModel = (connection: Connection) => connection.model<ReviewRow>('Review', reviewSchema, 'reviews');
export const voteModel = (connection: Connection) => connection.model<VoteRow>('ReviewVote', voteSchema, 'review_votes');
export const flagModel = (connection: Connection) => connection.model<FlagRow>('ReviewFlag', flagSchema, 'review_flags');
