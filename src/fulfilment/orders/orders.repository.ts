import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { orLostRace } from '../../shared/db/retry.js';
import { findPage } from '../../shared/db/page.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Axes, Order, OrderFilter, OrderOwner, TimelineEntry } from './orders.js';
import { orderModel, type OrderRow } from './orders.model.js';
import { RISK_HOLD } from '../../shared/order-risk.js';

export type NewOrder = Omit<Order, 'version'> & { timeline: TimelineEntry[] };
export type Change = Partial<Omit<Order, 'id' | 'number' | 'cartId' | 'createdAt' | 'updatedAt' | 'version'>>;

/** What is long and shown to few is read by them alone. */
const WITHOUT_TIMELINE = { timeline: 0, risk: 0 } as const;
/** What a change asks and adds besides. */
type Besides = Readonly<{
  /** Only while nobody has to check it first. */
  unheld?: boolean;
  /** By what other orders are found that came from there. */
  riskKey?: string | undefined;
}>;

export class OrderRepository {
  private readonly orders;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.orders = orderModel(connection);
    this.personalData = ownedRows(this.orders, { name: 'orders', erase: 'keep', hide: ['tokenHash'] });
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  /** A cart becomes one order: the unique index refuses the second, which then finds the first. */
  async insert({ id, ...order }: NewOrder): Promise<Order> {
    return orLostRace(async () => {
      const row = { ...order, _id: new Types.ObjectId(id), version: 1 } as OrderRow;
      // What the workflow computed needs no casting; hydrating a document of this size would cost more than the insert.
      await this.orders.insertMany([row], { lean: true });
      return toOrder({ ...row });
    }, 'This cart has just become an order.', { cartId: order.cartId });
  }

  async find(id: string, owner: OrderOwner): Promise<Order | null> {
    const found = await this.orders.findOne({ _id: new Types.ObjectId(id), ...ownerFilter(owner) }, WITHOUT_TIMELINE).lean();
    return found && toOrder(found);
  }

  /** What was sent instead of its goods. */
  async findReplacements(orderId: string): Promise<Order[]> {
    const found = await this.orders.find({ 'origin.orderId': orderId }, WITHOUT_TIMELINE).lean();
    return found.map(toOrder);
  }

  async findByCart(cartId: string): Promise<Order | null> {
    const found = await this.orders.findOne({ cartId }, WITHOUT_TIMELINE).lean();
    return found && toOrder(found);
  }

  async timeline(id: string, owner: OrderOwner): Promise<TimelineEntry[] | null> {
    const found = await this.orders.findOne({ _id: new Types.ObjectId(id), ...ownerFilter(owner) }, { timeline: 1 }).lean();
    return found && found.timeline;
  }

  async list(owner: OrderOwner, filter: OrderFilter, query: PageQuery): Promise<Page<Order>> {
    const page = await findPage<OrderRow>(this.orders as never, { filter: { ...toQuery(filter), ...ownerFilter(owner) }, query, fallbackSort: '-createdAt', projection: WITHOUT_TIMELINE, paths: { total: 'totals.grandTotal.amount' } });
    return { ...page, items: page.items.map(toOrder) };
  }

  /** Changes an order that is still as it was read, and writes down who did it. Null when it has changed meanwhile. */
  async change(order: Pick<Order, 'id' | 'version'>, change: Change, entry: TimelineEntry | null, besides: Pick<Besides, 'riskKey'> = {}): Promise<Order | null> {
    const updated = await this.orders.findOneAndUpdate(
      { _id: new Types.ObjectId(order.id), version: order.version },
      { $set: change as Partial<OrderRow>, $inc: { version: 1 }, ...(entry && { $push: { timeline: entry } }), ...noting(besides) } as never,
      { returnDocument: 'after', projection: WITHOUT_TIMELINE },
    ).lean();
    return updated && toOrder(updated as unknown as OrderRow);
  }

  /** Compare-and-set on the status axis, for changes that need nothing else of the order. */
  async transition(id: string, from: Axes['status'], change: Change, entry: TimelineEntry, besides: Besides = {}): Promise<Order | null> {
    const updated = await this.orders.findOneAndUpdate(
      { _id: new Types.ObjectId(id), status: from, ...(besides.unheld && { holds: { $ne: RISK_HOLD } }) },
      { $set: change as Partial<OrderRow>, $inc: { version: 1 }, $push: { timeline: entry }, ...noting(besides) } as never,
      { returnDocument: 'after', projection: WITHOUT_TIMELINE },
    ).lean();
    return updated && toOrder(updated as unknown as OrderRow);
  }

  /** Pending orders past their time, oldest first; of these SKUs only, when given. */
  async findDue(now: Date, limit: number, skus?: readonly string[]): Promise<Order[]> {
    const found = await this.orders.find(
      { status: 'pending', expiresAt: { $lte: now }, ...(skus && { 'items.sku': { $in: [...skus] } }) }, WITHOUT_TIMELINE,
    ).sort({ expiresAt: 1 }).limit(limit).lean();
    return found.map(toOrder);
  }

  /** Placed orders of which nothing more is expected, the longest due first. */
  async findCompletable(now: Date, limit: number): Promise<Order[]> {
    const found = await this.orders.find({ status: 'placed', completesAt: { $type: 'date', $lte: now } }, WITHOUT_TIMELINE).sort({ completesAt: 1 }).limit(limit).lean();
    return found.map(toOrder);
  }

  /** For the auditor: a slice of all orders in id order. */
  async slice(after: string | null, limit: number): Promise<Order[]> {
    const found = await this.orders.find(after ? { _id: { $gt: new Types.ObjectId(after) } } : {}).sort({ _id: 1 }).limit(limit).lean();
    return found.map(toOrder);
  }

  async findMany(ids: readonly string[]): Promise<Order[]> {
    return (await this.orders.find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } }, WITHOUT_TIMELINE).lean()).map(toOrder);
  }

  /** For whoever compares documents with orders: what these cost, and whether that was changed since. */
  async totalsOf(ids: readonly string[]): Promise<Map<string, { grandTotal: number; isEdited: boolean; givenBackAt?: Date }>> {
    const shown = { totals: 1, editedAt: 1, items: 1, status: 1, paymentStatus: 1, tenders: 1, origin: 1, updatedAt: 1 } as const;
    const found = await this.orders.find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } }, shown).lean();
    const isChanged = ({ editedAt, items }: Pick<OrderRow, 'editedAt' | 'items'>) => editedAt !== undefined || items.some(({ credited }) => credited !== undefined);
    return new Map(found.map((row) => [row._id.toHexString(), { grandTotal: row.totals.grandTotal.amount, isEdited: isChanged(row), ...(keepsNothing(row) && { givenBackAt: row.updatedAt }) }]));
  }

  /** Whether somebody has an order that was not given up, as a user or as whoever reads that mailbox. */
  async hasStanding({ userId, email }: { userId: string | null; email?: string | undefined }): Promise<boolean> {
    const whose = [...(userId === null ? [] : [{ userId }]), ...(email === undefined ? [] : [{ email }])];
    return whose.length > 0 && await this.orders.exists({ $or: whose, status: { $nin: ['cancelled', 'expired'] } }) !== null;
  }

  /** Under way: these still need to know where to. */
  async idsOf(userId: string): Promise<string[]> {
    return (await this.orders.find({ userId }, { _id: 1 }).lean()).map(({ _id }) => _id.toHexString());
  }

  /** Of a user, or of the guests of one address, by its mark. */
  async countOpen(of: { userId: string } | { userId: null; emailKey: string }): Promise<number> {
    return this.orders.countDocuments({ ...of, status: { $in: ['pending', 'placed'] } });
  }

  /** For the auditor: orders that were given something, in id order. */
  async slicePromoted(after: string | null, limit: number): Promise<Array<{ id: string; stands: boolean; promotionIds: string[] }>> {
    const found = await this.orders.find({ 'promotions.0': { $exists: true }, ...(after !== null && { _id: { $gt: new Types.ObjectId(after) } }) }, { status: 1, promotions: 1 }).sort({ _id: 1 }).limit(limit).lean();
    return found.map(({ _id, status, promotions }) => ({ id: _id.toHexString(), stands: status !== 'cancelled' && status !== 'expired', promotionIds: promotions.map(({ promotionId }) => promotionId) }));
  }

  /** For the auditor of gift cards and store credit: what these orders say of their money. */
  async payablesOf(ids: readonly string[]): Promise<Array<Pick<Order, 'id' | 'status' | 'totals' | 'tenders'> & { isEdited: boolean }>> {
    const found = await this.orders.find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } }, { status: 1, totals: 1, tenders: 1, editedAt: 1, amountDue: 1 }).lean();
    return found.map(({ _id, editedAt, amountDue, ...order }) => ({ id: _id.toHexString(), ...order, isEdited: editedAt !== undefined || amountDue !== undefined }));
  }

  async linesBoughtBy(userId: string, productId: string): Promise<string[]> {
    const found = await this.orders.find({ userId, status: { $in: ['placed', 'completed'] }, 'items.productId': productId }, { 'items.id': 1, 'items.productId': 1, 'items.units': 1 }).sort({ createdAt: -1 }).limit(100).lean<Array<Pick<OrderRow, '_id' | 'items'>>>();
    return found.flatMap(({ _id, items }) => items.filter((item) => item.productId === productId && item.units.ordered > item.units.cancelled).map(({ id }) => `${_id.toHexString()}:${id}`));
  }

  async existing(ids: readonly string[]): Promise<Set<string>> {
    const found = await this.orders.find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } }, { _id: 1 }).lean();
    return new Set(found.map(({ _id }) => _id.toHexString()));
  }
}

const noting = ({ riskKey }: Besides): Record<string, unknown> => (riskKey === undefined ? {} : { $addToSet: { 'risk.keys': riskKey } });

function ownerFilter(owner: OrderOwner): Record<string, unknown> {
  return 'staff' in owner ? {} : { ...owner };
}

function toQuery(filter: OrderFilter): Record<string, unknown> {
  const range = { ...(filter['created_at[gte]'] && { $gte: new Date(filter['created_at[gte]']) }), ...(filter['created_at[lte]'] && { $lte: new Date(filter['created_at[lte]']) }) };
  return {
    ...(filter.status && { status: filter.status }), ...(filter.payment_status && { paymentStatus: filter.payment_status }),
    ...(filter.fulfilment_status && { fulfilmentStatus: filter.fulfilment_status }), ...(filter.user_id && { userId: filter.user_id }),
    ...(filter.disputed && { openDisputes: { $gt: 0 } }),
    ...(filter.email && { email: filter.email }), ...(filter.number && { number: filter.number }),
    ...(Object.keys(range).length > 0 && { createdAt: range }),
  };
}

function toOrder({ _id, ...row }: Omit<OrderRow, 'timeline'> & { timeline?: unknown }): Order {
  delete row.timeline;
  delete row.risk;
  return { id: _id.toHexString(), ...row };
}

/** Given up, and all that was paid went back as far as the order itself can tell; what replaced goods was paid elsewhere. */
function keepsNothing({ status, paymentStatus, tenders = [], totals, origin }: Pick<OrderRow, 'status' | 'paymentStatus' | 'tenders' | 'totals' | 'origin'>): boolean {
  const byTenders = (tenders ?? []).reduce((so, { amount }) => so + amount.amount, 0) >= totals.grandTotal.amount;
  return status === 'cancelled' && !origin && (byTenders || paymentStatus === 'refunded' || paymentStatus === 'voided');
}
