import { Schema, type Connection } from 'mongoose';

type Packed = { starts: Buffer; items: Buffer; weights: Buffer };
/** A model as a whole in one document: it is there or it is not. */
export type ModelRow = { _id: string; trainedAt: Date; orders: number; products: number; productIds: string[]; together: Packed; similar: Packed; popular: Buffer };
export type TrendingRow = { _id: string; productIds: string[]; at: Date };
/** What somebody who agreed looked at last; a product once. */
export type ViewRow = { userId: string; productId: string; viewedAt: Date };
/** How often a product was looked at on a day, by nobody in particular. */
export type ViewCountRow = { productId: string; day: Date; views: number };

const DAY_SECONDS = 86_400;
const required = <T>(type: T) => ({ type, required: true as const });
const packed = () => ({ type: new Schema<Packed>({ starts: required(Buffer), items: required(Buffer), weights: required(Buffer) }, { _id: false }), required: true as const });
const modelSchema = new Schema<ModelRow>({
  _id: String, trainedAt: required(Date), orders: required(Number), products: required(Number), productIds: required([String]), together: packed(), similar: packed(), popular: required(Buffer),
}, { versionKey: false });
modelSchema.index({ trainedAt: -1 });
const trendingSchema = new Schema<TrendingRow>({ _id: String, productIds: required([String]), at: required(Date) }, { versionKey: false });
const viewSchema = new Schema<ViewRow>({ userId: required(String), productId: required(String), viewedAt: required(Date) }, { versionKey: false });
viewSchema.index({ userId: 1, productId: 1 }, { unique: true });
viewSchema.index({ userId: 1, viewedAt: -1 });
viewSchema.index({ viewedAt: 1 }, { expireAfterSeconds: 180 * DAY_SECONDS });
const countSchema = new Schema<ViewCountRow>({ productId: required(String), day: required(Date), views: required(Number) }, { versionKey: false });
countSchema.index({ productId: 1, day: 1 }, { unique: true });
countSchema.index({ day: 1 }, { expireAfterSeconds: 60 * DAY_SECONDS });

export const recommendationModelModel = (connection: Connection) => connection.model<ModelRow>('RecommendationModel', modelSchema, 'recommendation_models');
export const trendingModel = (connection: Connection) => connection.model<TrendingRow>('TrendingProducts', trendingSchema, 'trending_products');
export const viewModel = (connection: Connection) => connection.model<ViewRow>('ProductView', viewSchema, 'product_views');
export const viewCountModel = (connection: Connection) => connection.model<ViewCountRow>('ProductViewCount', countSchema, 'product_view_counts');
