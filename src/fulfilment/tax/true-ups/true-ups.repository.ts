import { Schema, type Connection } from 'mongoose';
import { personal } from '../../../shared/db/personal.js';
import { findPage } from '../../../shared/db/page.js';
import type { Page, PageQuery } from '../../../shared/http/pagination.js';
import type { Estimate } from './true-ups.js';

type EstimateRow = Estimate & { _id?: never };

const estimateSchema = new Schema<EstimateRow>({
  orderId: { type: String, required: true }, currency: { type: String, required: true }, request: { type: Schema.Types.Mixed, required: true },
  rounding: { type: new Schema({ mode: String, level: String, per: String }, { _id: false }), required: true }, charged: { type: Number, required: true },
  state: { type: String, enum: ['open', 'settled'], required: true }, attempts: { type: Number, required: true }, dueAt: { type: Date, default: null },
  exact: Number, difference: Number, createdAt: { type: Date, required: true }, settledAt: Date,
}, { versionKey: false, minimize: false });
estimateSchema.index({ orderId: 1 }, { unique: true });
estimateSchema.index({ dueAt: 1 }, { partialFilterExpression: { state: 'open' } });
estimateSchema.index({ createdAt: -1, _id: -1 });
estimateSchema.index({ state: 1, createdAt: -1, _id: -1 });

// The place that tax was asked for is where somebody lives.
personal(estimateSchema, 'TaxEstimate', 'tax_estimates', { fields: ['request'], owner: () => ({ own: true }) });

export class TrueUpRepository {
  private readonly estimates;

  constructor(connection: Connection) {
    this.estimates = connection.model('TaxEstimate', estimateSchema, 'tax_estimates');
  }

  async insert(estimate: Estimate): Promise<void> {
    await this.estimates.insertMany([estimate], { lean: true });
  }

  async findDue(now: Date, limit: number): Promise<Estimate[]> {
    return this.estimates.find({ state: 'open', dueAt: { $lte: now } }).sort({ dueAt: 1 }).limit(limit).lean();
  }

  async postpone(orderId: string, dueAt: Date): Promise<void> {
    await this.estimates.updateOne({ orderId, state: 'open' }, { $set: { dueAt }, $inc: { attempts: 1 } });
  }

  /** False when another worker was first. */
  async settle(orderId: string, outcome: { exact: number; difference: number; settledAt: Date }): Promise<boolean> {
    const { matchedCount } = await this.estimates.updateOne({ orderId, state: 'open' }, { $set: { ...outcome, state: 'settled', dueAt: null }, $inc: { attempts: 1 } });
    return matchedCount === 1;
  }

  async page(state: Estimate['state'] | undefined, query: PageQuery): Promise<Page<Estimate>> {
    const page = await findPage<EstimateRow>(this.estimates as never, { filter: state ? { state } : {}, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items as unknown as Estimate[] };
  }
}
