import type { Actor } from '../../../shared/actor.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import { entry, type OrderDeps } from '../orders.deps.js';
import { fulfilmentStatusOf, returnStatusOf, type Axes, type Order, type OrderItem, type UnitCounters } from '../orders.js';
import type { Change } from '../orders.repository.js';

export type UnitsChange = Readonly<{
  items: readonly OrderItem[]; event: string; cause: string; actor: Actor;
  details?: Readonly<Record<string, unknown>>; more?: Omit<Change, keyof Axes | 'items'>; status?: Order['status']; paymentStatus?: Order['paymentStatus'];
}>;

/** The one writer of what units say: the axes that follow from them change with them, and only if nobody was faster. */
export async function recompute(deps: Pick<OrderDeps, 'orders' | 'now' | 'returnsUntil'>, order: Order, { items, event, cause, actor, details, more = {}, status = order.status, paymentStatus = order.paymentStatus }: UnitsChange): Promise<Order> {
  const derived: Axes = { status, paymentStatus, fulfilmentStatus: fulfilmentStatusOf(items), returnStatus: returnStatusOf(items) };
  const names = (Object.keys(derived) as Array<keyof Axes>).filter((name) => derived[name] !== order[name]);
  const of = (axes: Axes): Partial<Axes> => Object.fromEntries(names.map((name) => [name, axes[name]]));
  const delivered = derived.fulfilmentStatus === 'delivered' && order.fulfilmentStatus !== 'delivered' && { deliveredAt: deps.now(), completesAt: await deps.returnsUntil(order.returnPolicyVersion, deps.now()) };
  const allBack = derived.returnStatus === 'returned' && { completesAt: deps.now() };
  const written = { ...entry(deps.now(), event, cause, of(order), of(derived), actor), ...(details && { details }) };
  const changed = await deps.orders.change(order, { ...of(derived), ...delivered, ...allBack, ...more, items }, written);
  if (!changed) throw new ConcurrentChange('The order changed meanwhile. Read it again.', { orderId: order.id });
  return changed;
}

/** Moves units of these lines from one counter to another; null is outside of the counted. */
export function moveUnits(items: readonly OrderItem[], lines: ReadonlyArray<{ itemId: string; quantity: number }>, from: keyof UnitCounters | null, to: keyof UnitCounters | null): OrderItem[] {
  return items.map((item) => {
    const quantity = lines.reduce((so, line) => (line.itemId === item.id ? so + line.quantity : so), 0);
    if (quantity === 0) return item;
    const units = { ...item.units, ...(from && { [from]: item.units[from] - quantity }) };
    return { ...item, units: { ...units, ...(to && { [to]: units[to] + quantity }) } };
  });
}

export const orderEvent = (type: string, order: Order, more: Record<string, unknown> = {}) => ({
  type, aggregateId: order.id,
  data: { orderId: order.id, number: order.number, userId: order.userId, email: order.email, skus: order.items.map(({ sku }) => sku), ...more },
});
