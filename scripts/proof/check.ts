import { setTimeout as pause } from 'node:timers/promises';
import mongoose from 'mongoose';
import type { Cluster } from './cluster.js';
import type { History, Wish } from './history.js';
import { STOCK } from './shop.js';

export type Verdict = {
  lost: number; duplicated: number; phantom: number; wrong: number; unitsSold: number; unitsOrdered: number; charges: number; auditor: number; settledMs: number;
  /** In sentences, the first few of each kind. */
  violations: string[];
};
type OrderRow = { _id: mongoose.Types.ObjectId; cartId: unknown; status: string; paymentStatus: string; items: Array<{ sku: string; quantity: number }>; totals: { grandTotal: { amount: number } } };

const SETTLE_MS = 60_000;
const BATCH = 1000;
const LIVE = ['pending', 'placed', 'completed'];

/**
 * Compares what customers were told with what is there: every acknowledged order exists once and as it was told, what exists
 * besides was asked for, and units and money add up in the shop, in its stock and in the provider's books.
 */
export async function checkHistory(cluster: Cluster, history: History): Promise<Verdict> {
  const settled = await settle(cluster);
  const orders = await findOrders(cluster, history.wishes);
  const violations: string[] = [...settled.left];
  const tell = (found: readonly string[]): number => { violations.push(...found.slice(0, 5)); return found.length; };

  const byCart = groupBy(orders, ({ cartId }) => String(cartId));
  const ofWish = (wish: Wish) => byCart.get(wish.cartId) ?? [];
  const acknowledged = history.wishes.filter(({ outcome }) => outcome === 'acknowledged');
  const lost = tell(acknowledged.filter((wish) => !ofWish(wish).some(({ _id }) => String(_id) === wish.orderId)).map((wish) => `order ${wish.orderId} was acknowledged and is not there`));
  const duplicated = tell(history.wishes.filter((wish) => ofWish(wish).length > 1).map((wish) => `cart ${wish.cartId} became ${ofWish(wish).length} orders`));
  const phantom = tell(history.wishes.filter((wish) => wish.outcome === 'refused' && ofWish(wish).some(({ status }) => LIVE.includes(status))).map((wish) => `cart ${wish.cartId} was refused (${wish.code}) and is an order`));
  const wrong = tell(acknowledged.flatMap((wish) => ofWish(wish).filter((order) => isOther(wish, order)).map((order) => `order ${String(order._id)} is not what was acknowledged: ${order.status}, ${JSON.stringify(order.items.map(({ sku, quantity }) => ({ sku, quantity })))}`)));
  const money = await checkMoney(cluster, history.wishes, ofWish);
  tell(money.found);
  const units = await countUnits(cluster);
  if (units.sold !== units.ordered) violations.push(`${units.sold} units left the stock, ${units.ordered} were ordered`);
  tell(history.defects);
  return {
    lost, duplicated: duplicated + money.twice, phantom, wrong, unitsSold: units.sold, unitsOrdered: units.ordered, charges: money.charges, auditor: settled.violations, settledMs: settled.tookMs, violations,
  };
}

const isOther = (wish: Wish, { items, totals, status }: OrderRow): boolean =>
  items.length !== 1 || items[0]!.sku !== wish.sku || items[0]!.quantity !== wish.quantity || totals.grandTotal.amount !== wish.total || !LIVE.includes(status);

/** Until events are delivered, payments have their answer (an order whose payment failed waits for another one), and the auditor finds nothing; a minute is what the promises allow. */
async function settle(cluster: Cluster): Promise<{ tookMs: number; violations: number; left: string[] }> {
  const begun = Date.now();
  const db = cluster.mongo.client.db();
  let left: string[] = [];
  let found: string[] = [];
  while (Date.now() - begun < SETTLE_MS) {
    const [events, pending] = [await db.collection('outbox').countDocuments({ state: 'pending' }), await db.collection('orders').countDocuments({ status: 'pending', paymentStatus: { $ne: 'failed' } })];
    const dead = await db.collection('outbox').countDocuments({ state: 'dead' });
    left = [...(events > 0 ? [`${events} events are not delivered`] : []), ...(pending > 0 ? [`${pending} orders still wait for an answer about their payment`] : []), ...(dead > 0 ? [`${dead} events are dead`] : [])];
    if (left.length === 0) {
      found = await audit(cluster);
      if (found.length === 0) break;
    }
    await pause(500);
  }
  if (left.length > 0) found = await audit(cluster);
  return { tookMs: Date.now() - begun, violations: found.length, left: [...left, ...found.slice(0, 10)] };
}

async function audit({ apis, shop }: Cluster): Promise<string[]> {
  const answer = await fetch(`${apis[0]!.url}/api/v1/admin/invariants`, { headers: shop.secret, signal: AbortSignal.timeout(60_000) }).catch((error: unknown) => String(error));
  if (typeof answer === 'string' || !answer.ok) return [`the auditor did not answer: ${typeof answer === 'string' ? answer : answer.status}`];
  const { data } = await answer.json() as { data: { checks: Array<{ violations: Array<{ invariant: string; subject: string; detail: string }> }> } };
  return data.checks.flatMap(({ violations }) => violations.map(({ invariant, subject, detail }) => `auditor: ${invariant} ${subject} ${detail}`));
}

async function findOrders({ mongo }: Cluster, wishes: readonly Wish[]): Promise<OrderRow[]> {
  const found: OrderRow[] = [];
  const ids = wishes.map(({ cartId }) => cartId);
  for (let from = 0; from < ids.length; from += BATCH) {
    const some = ids.slice(from, from + BATCH);
    const either = [...some, ...some.filter((id) => mongoose.isValidObjectId(id)).map((id) => new mongoose.Types.ObjectId(id))];
    found.push(...await mongo.client.db().collection<OrderRow>('orders').find({ cartId: { $in: either } }, { projection: { cartId: 1, status: 1, paymentStatus: 1, items: 1, totals: 1 } }).toArray());
  }
  return found;
}

/** The provider's books against the orders: one charge of the right amount for each, and none for nothing. */
async function checkMoney(cluster: Cluster, wishes: readonly Wish[], ofWish: (wish: Wish) => OrderRow[]): Promise<{ charges: number; twice: number; found: string[] }> {
  const ledger = await cluster.ledger();
  const charges = groupBy(ledger.charges, ({ orderId }) => orderId);
  const refunds = groupBy(ledger.refunds, ({ orderId }) => orderId);
  const found: string[] = [];
  let [count, twice] = [0, 0];
  for (const wish of wishes.filter(({ isCard }) => isCard)) {
    for (const order of ofWish(wish)) {
      const id = String(order._id);
      const taken = charges.get(id) ?? [];
      const net = sum(taken) - sum(refunds.get(id) ?? []);
      const due = ['placed', 'completed'].includes(order.status) ? order.totals.grandTotal.amount : 0;
      count += taken.length;
      if (taken.length > 1) { twice += 1; found.push(`order ${id} was charged ${taken.length} times`); }
      if (net !== due) found.push(`order ${id} (${order.status}) costs ${due}, the provider has ${net}`);
    }
  }
  const known = new Set(await cluster.mongo.client.db().collection('orders').find({ _id: { $in: [...charges.keys()].map((id) => new mongoose.Types.ObjectId(id)) } }, { projection: { _id: 1 } }).map(({ _id }) => String(_id)).toArray());
  for (const id of charges.keys()) if (!known.has(id)) found.push(`the provider has a charge of an unknown order ${id}`);
  return { charges: count, twice, found };
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...groups.get(keyOf(row)) ?? [], row]);
  return groups;
}

const sum = (rows: ReadonlyArray<{ amount: number }>): number => rows.reduce((total, { amount }) => total + amount, 0);

async function countUnits({ mongo, shop }: Cluster): Promise<{ sold: number; ordered: number }> {
  const db = mongo.client.db();
  const [level] = await db.collection('stock_levels').aggregate<{ reserved: number; onHand: number }>([{ $group: { _id: null, reserved: { $sum: '$reserved' }, onHand: { $sum: '$onHand' } } }]).toArray();
  const [ordered] = await db.collection('orders').aggregate<{ n: number }>([{ $match: { status: { $in: LIVE } } }, { $unwind: '$items' }, { $group: { _id: null, n: { $sum: '$items.quantity' } } }]).toArray();
  return { sold: (level?.reserved ?? 0) + shop.skus.length * STOCK - (level?.onHand ?? 0), ordered: ordered?.n ?? 0 };
}
