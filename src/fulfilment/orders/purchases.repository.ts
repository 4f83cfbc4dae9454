import { Types, type Connection } from 'mongoose';
import { orderModel } from './orders.model.js';

/** What was bought together, of an order that stands. */
export type Purchase = Readonly<{ id: string; at: Date; productIds: readonly string[] }>;
type Row = { _id: Types.ObjectId; createdAt: Date; items: Array<{ productId: string }> };

const STANDS = { status: { $in: ['placed', 'completed'] as const } };
const FIELDS = { createdAt: 1, 'items.productId': 1 } as const;

/** For whoever learns from what is bought. */
export class PurchaseRepository {
  private readonly orders;

  constructor(connection: Connection) {
    this.orders = orderModel(connection);
  }

  /** The latest first; `before` is an order's id. */
  async before(before: string | null, limit: number): Promise<Purchase[]> {
    const found = await this.orders.find({ ...STANDS, ...(before !== null && { _id: { $lt: new Types.ObjectId(before) } }) }, FIELDS).sort({ _id: -1 }).limit(limit).lean<Row[]>();
    return found.map(toPurchase);
  }

  async since(at: Date, limit: number): Promise<Purchase[]> {
    return (await this.orders.find({ ...STANDS, createdAt: { $gte: at } }, FIELDS).sort({ createdAt: -1, _id: -1 }).limit(limit).lean<Row[]>()).map(toPurchase);
  }

  async ofUser(userId: string, limit: number): Promise<Purchase[]> {
    return (await this.orders.find({ ...STANDS, userId }, FIELDS).sort({ createdAt: -1, _id: -1 }).limit(limit).lean<Row[]>()).map(toPurchase);
  }
}

const toPurchase = ({ _id, createdAt, items }: Row): Purchase => ({ id: _id.toHexString(), at: createdAt, productIds: [...new Set(items.map(({ productId }) => productId))] });
