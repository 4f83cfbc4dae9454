import type { Invariant, Violation } from '../../shared/invariant.js';
import { add, subtract, sum } from '../../shared/money.js';
import { grossOf } from './credits.js';
import { grossOfFee } from './fees.js';
import type { OrderAuditRepository } from './orders-audit.repository.js';
import { fulfilmentStatusOf, returnStatusOf, type Order } from './orders.js';
import { paymentStatusOf, type OrderMoney } from './payment-status.js';
import { linesToReserve } from './reserved-units.js';
import type { OrderRepository } from './orders.repository.js';

const BATCH = 500;
const OVERDUE_MS = 60_000;
const AXIS = 'the payment axis says what the ledgers say';

export type OpenHold = Readonly<{ orderId: string; sku: string; quantity: number; backordered?: number }>;
type Deps = {
  orders: OrderRepository;
  audit: OrderAuditRepository;
  /** Reserved units by order, for these orders, or all open holds when none are named. */
  openHolds(orderIds: readonly string[]): Promise<readonly OpenHold[]>;
  ordersWithOpenHolds(): Promise<readonly string[]>;
  moneyOf(orders: readonly Order[]): Promise<ReadonlyMap<string, OrderMoney>>;
  countEvents(type: string, orderIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Of older orders events may be gone. */
  eventsKeptSince(): Date;
  now: () => Date;
};

/** What must hold between orders, holds and events. Walks all orders in batches, so that it works on a million. */
export function orderInvariants(deps: Deps): Invariant[] {
  return [
    { name: 'every order adds up', check: () => walk(deps, async (orders) => orders.flatMap(sums)) },
    { name: 'every order reserves exactly its unsent units', check: () => walk(deps, (orders) => holdsMatch(deps, orders)) },
    { name: 'no hold without its order', check: () => noOrphans(deps) },
    { name: 'every order has its events exactly once', check: () => walk(deps, (orders) => eventsMatch(deps, orders)) },
    { name: AXIS, check: () => walk(deps, (orders) => axisMatches(deps, orders)) },
    { name: 'no pending order is overdue', check: () => walk(deps, async (orders) => orders.flatMap((order) => overdue(order, deps.now()))) },
    wholeSet('orders.units_are_sound', () => deps.audit.findUnsoundUnits()),
    wholeSet('orders.timeline_folds_to_state', () => deps.audit.findUnlikeTimeline()),
    wholeSet('orders.parcels_hold_each_unit_once', () => deps.audit.findUnlikeParcels()),
  ];
}

const wholeSet = (name: string, find: () => Promise<ReadonlyArray<{ _id: unknown; detail: string }>>): Invariant => ({
  name, check: async () => (await find()).map(({ _id, detail }) => ({ invariant: name, subject: `order:${String(_id)}`, detail })),
});

async function walk(deps: Deps, check: (orders: Order[]) => Promise<Violation[]>): Promise<Violation[]> {
  const found: Violation[] = [];
  for (let after: string | null = null; ;) {
    const orders: Order[] = await deps.orders.slice(after, BATCH);
    if (orders.length === 0) return found;
    found.push(...await check(orders));
    after = orders.at(-1)!.id;
  }
}

function sums(order: Order): Violation[] {
  const { totals, items, currency, fees = [] } = order;
  const charged = sum(fees.map(({ amount }) => amount), currency).amount;
  const lines = sum(items.map(({ lineTotal }) => lineTotal), currency);
  const tax = totals.taxIncluded ? 0 : totals.taxTotal.amount;
  const expected = add(lines, totals.shippingTotal).amount + charged + tax;
  const bySubtotal = add(subtract(totals.subtotal, totals.discountTotal), totals.shippingTotal).amount + charged + tax;
  const taxes = sum([...items, ...fees].map(({ tax: own }) => own), currency).amount + order.shippingTax.amount;
  const wrong = [
    ...(expected === totals.grandTotal.amount ? [] : [`lines, shipping and fees make ${expected}, the total says ${totals.grandTotal.amount}`]),
    ...(bySubtotal === totals.grandTotal.amount ? [] : [`subtotal - discount + shipping + fees makes ${bySubtotal}, the total says ${totals.grandTotal.amount}`]),
    ...(taxes === totals.taxTotal.amount ? [] : [`tax lines make ${taxes}, the total says ${totals.taxTotal.amount}`]),
    ...(fulfilmentStatusOf(items) === order.fulfilmentStatus ? [] : [`units say ${fulfilmentStatusOf(items)}, the axis says ${order.fulfilmentStatus}`]),
    ...(returnStatusOf(items) === order.returnStatus ? [] : [`units say ${returnStatusOf(items)}, the axis says ${order.returnStatus}`]),
    ...items.filter((item) => (item.credited?.amount ?? 0) > grossOf(item, totals.taxIncluded).amount || (item.credited?.units ?? 0) > item.quantity)
      .map((item) => `line ${item.id} is credited ${item.credited!.amount} for ${item.credited!.units} units`),
    ...(charged === (totals.feeTotal?.amount ?? 0) ? [] : [`fees make ${charged}, the total says ${totals.feeTotal?.amount ?? 0}`]),
    ...fees.filter((fee) => (fee.credited ?? 0) > grossOfFee(fee, totals.taxIncluded) || fee.shares.reduce((so, share) => so + share.amount, 0) !== fee.amount.amount)
      .map(({ code, credited = 0 }) => `fee ${code} is credited ${credited}, or its shares are not the whole of it`),
  ];
  return wrong.map((detail) => ({ invariant: 'every order adds up', subject: `order:${order.id}`, detail }));
}

const open = ({ status }: Order) => status === 'pending' || status === 'placed';

async function holdsMatch(deps: Deps, orders: Order[]): Promise<Violation[]> {
  const held = new Map<string, number>();
  const wanted = new Map<string, number>();
  const count = (sums: Map<string, number>, key: string, units: number) => { if (units !== 0) sums.set(key, (sums.get(key) ?? 0) + units); };
  for (const { orderId, sku, quantity, backordered = 0 } of await deps.openHolds(orders.map(({ id }) => id))) {
    count(held, `${orderId} ${sku}`, quantity);
    count(held, `${orderId} ${sku} owed`, backordered);
  }
  for (const order of orders.filter(open)) {
    for (const item of order.items) {
      const { ordered, cancelled, shipped, backordered } = item.units;
      for (const { sku, each = 1 } of linesToReserve([item])) count(wanted, `${order.id} ${sku}`, (ordered - cancelled - shipped - backordered) * each);
      count(wanted, `${order.id} ${item.sku} owed`, backordered);
    }
  }
  return [...new Set([...held.keys(), ...wanted.keys()])].filter((key) => (held.get(key) ?? 0) !== (wanted.get(key) ?? 0)).map((key) => ({
    invariant: 'every order reserves exactly its unsent units', subject: `order:${key}`, detail: `wants ${wanted.get(key) ?? 0}, holds ${held.get(key) ?? 0}`,
  }));
}

async function noOrphans(deps: Deps): Promise<Violation[]> {
  const ids = await deps.ordersWithOpenHolds();
  const existing = await deps.orders.existing(ids);
  return ids.filter((id) => !existing.has(id)).map((id) => ({ invariant: 'no hold without its order', subject: `order:${id}`, detail: 'stock is held for an order that does not exist' }));
}

async function eventsMatch(deps: Deps, orders: Order[]): Promise<Violation[]> {
  const ids = orders.map(({ id }) => id);
  const found: Violation[] = [];
  const keptSince = deps.eventsKeptSince();
  const expectOnce = async (type: string, due: (order: Order) => boolean) => {
    const counts = await deps.countEvents(type, ids);
    for (const order of orders) {
      const [wanted, counted] = [due(order) ? 1 : 0, counts.get(order.id) ?? 0];
      const mayBeGone = counted === 0 && order.createdAt < keptSince;
      if (wanted !== counted && !mayBeGone) found.push({ invariant: 'every order has its events exactly once', subject: `order:${order.id}`, detail: `${type}: ${counted} instead of ${wanted}` });
    }
  };
  await expectOnce('order.created', () => true);
  await expectOnce('order.placed', ({ placedAt }) => placedAt !== null);
  await expectOnce('order.completed', ({ status }) => status === 'completed');
  await expectOnce('order.cancelled', ({ status }) => status === 'cancelled');
  return found;
}

/** Money moves while the auditor looks: only what is still so at a second look, with the order read before its money both times, is wrong. */
async function axisMatches(deps: Deps, orders: readonly Order[], isSecondLook = false): Promise<Violation[]> {
  const money = await deps.moneyOf(orders);
  const wrong = orders.filter((order) => paymentStatusOf(order, money.get(order.id)!) !== order.paymentStatus);
  if (wrong.length > 0 && !isSecondLook) return axisMatches(deps, await deps.orders.findMany(wrong.map(({ id }) => id)), true);
  return wrong.map((order) => {
    const { own, captured, returned, tenders } = money.get(order.id)!;
    const ledgers = `payment ${own ?? 'none'}, captured ${captured}, returned ${returned}, tenders ${tenders.left}+${tenders.refunded}+${tenders.givenBack}`;
    return { invariant: AXIS, subject: `order:${order.id}`, detail: `${order.status}: the ledgers (${ledgers}) say ${paymentStatusOf(order, money.get(order.id)!)}, the axis says ${order.paymentStatus}` };
  });
}

function overdue(order: Order, now: Date): Violation[] {
  if (order.status !== 'pending' || !order.expiresAt || now.getTime() - order.expiresAt.getTime() < OVERDUE_MS) return [];
  return [{ invariant: 'no pending order is overdue', subject: `order:${order.id}`, detail: `should have expired at ${order.expiresAt.toISOString()}; is the worker running?` }];
}
