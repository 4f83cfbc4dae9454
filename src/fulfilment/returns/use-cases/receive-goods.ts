import { randomUUID } from 'node:crypto';
import type { Actor } from '../../../shared/actor.js';
import { moveUnits, type Order, type OrderItem } from '../../orders/index.js';
import type { ReturnDeps } from '../returns.deps.js';
import { ComponentUnknown, IllegalReturnMove, UnitsNotExpected, WarehouseUnknown } from '../returns.errors.js';
import { itemOf, returnEvent, type ReturnService } from '../returns.service.js';
import { afterReceipt, mayBecome, nextStates, outstanding, type Condition, type Disposition, type GoodsReturn, type Receipt } from '../returns.js';

type Arrived = Readonly<{ itemId: string; quantity: number; condition: Condition; disposition?: Disposition | undefined; warehouseId?: string | undefined; components?: readonly string[] | undefined }>;
export type ReceiveGoods = Readonly<{ receiptId?: string | undefined; lines: readonly Arrived[]; actor: Actor }>;
/** Told inside the transaction once everything has come. */
export type OnReceived = (goods: GoodsReturn, actor: Actor) => Promise<void>;

/** Books goods that came back, in as many deliveries as they take; a delivery that was booked before changes nothing. */
export async function receiveGoods(deps: ReturnDeps, service: ReturnService, id: string, { receiptId = randomUUID(), lines, actor }: ReceiveGoods, told: readonly OnReceived[]): Promise<GoodsReturn> {
  const { orderId } = await service.get(id, { staff: true });
  return service.turn(orderId, async () => {
    const before = await service.get(id, { staff: true });
    if (before.receipts.some((receipt) => receipt.id === receiptId)) return before;
    const order = await deps.orders.get(orderId, { staff: true });
    const arrived = await placed(deps, order, lines);
    const { lines: counted, tooMany } = afterReceipt(before.lines, arrived);
    const to = outstanding({ lines: counted }).length === 0 ? 'received' : 'partially_received';
    if (before.state !== to && !mayBecome(before, to)) throw new IllegalReturnMove(before.state, to, nextStates(before));
    if (tooMany.length > 0) throw new UnitsNotExpected(tooMany);

    const receipt: Receipt = { id: receiptId, at: deps.now(), actor, lines: arrived };
    const after = await deps.returns.save(before, { lines: counted, receipts: [...before.receipts, receipt], state: to }, deps.now());
    await book(deps, order, after, receipt);
    const changed = await deps.orders.change(order, { items: unitsAfter(order, arrived), event: 'order.goods_returned', cause: 'goods came back', actor, details: { returnId: id, receiptId } });
    await deps.outbox.record(returnEvent(to === 'received' ? 'return.received' : 'return.partially_received', changed, after));
    if (to === 'received') for (const tell of told) await tell(after, actor);
    return after;
  });
}

/** What is fine goes back on a shelf, what is not is written off, unless staff says otherwise. */
export const dispositionOf = (condition: Condition): Disposition => (condition === 'ok' ? 'restock' : 'write_off');

/** Each unit gets its place. */
async function placed(deps: ReturnDeps, order: Order, lines: readonly Arrived[]): Promise<Receipt['lines']> {
  const siteOf = await sitesOf(deps, order);
  return lines.map(({ itemId, quantity, condition, disposition = dispositionOf(condition), warehouseId, components }) => {
    requireComponents(itemOf(order, itemId), components);
    return { itemId, quantity, condition, disposition, warehouseId: siteOf(itemId, warehouseId), ...(components && { components }) };
  });
}

/** The named warehouse, else the one that sent the item, else the preferred one. */
export async function sitesOf(deps: ReturnDeps, order: Order): Promise<(itemId: string, named: string | undefined) => string> {
  const active = new Set((await deps.inventory.activeWarehouses()).map(({ id }) => id));
  const sent = (await deps.orders.fulfilmentsOf(order.id)).flatMap((fulfilment) => fulfilment.lines);
  return (itemId, named) => {
    const site = named ?? sent.find((line) => line.itemId === itemId && line.warehouseId !== null && active.has(line.warehouseId))?.warehouseId ?? [...active][0] ?? null;
    if (site === null || !active.has(site)) throw new WarehouseUnknown(site);
    return site;
  };
}

async function book(deps: ReturnDeps, order: Order, { id, number }: GoodsReturn, { id: receiptId, lines, actor }: Receipt): Promise<void> {
  const cause = { type: 'return', id };
  const goods = (wanted: Disposition) => lines.filter(({ disposition }) => disposition === wanted).flatMap(({ itemId, quantity, warehouseId, components }) => stockOf(order, itemId, quantity, components).map((line) => ({ ...line, warehouseId: warehouseId! })));
  const [fine, broken] = [goods('restock'), goods('write_off')];
  const booking = { cause, actor: actor as Actor };
  if (fine.length > 0) await deps.inventory.restock({ ...booking, key: `${number}:${receiptId}`, lines: fine });
  if (broken.length > 0) await deps.inventory.writeOff({ ...booking, key: `${number}:${receiptId}`, lines: broken });
}

/** Only what the set consists of can come of it. */
export function requireComponents({ components = [] }: OrderItem, came: readonly string[] | undefined): void {
  const unknown = came?.find((sku) => !components.some((component) => component.sku === sku));
  if (unknown !== undefined) throw new ComponentUnknown(unknown);
}

/** A set comes back as what it is made of, or as that part of it which came; keys and files come back to no shelf. */
function stockOf(order: Order, itemId: string, quantity: number, came: readonly string[] | undefined): Array<{ sku: string; quantity: number }> {
  const { sku, components, digital } = itemOf(order, itemId);
  if (digital) return [];
  if (!components?.length) return [{ sku, quantity }];
  return components.filter((component) => came?.includes(component.sku) ?? true).map((component) => ({ sku: component.sku, quantity: component.quantity * quantity }));
}

function unitsAfter(order: Order, arrived: Receipt['lines']) {
  const of = (wanted: Disposition) => arrived.filter(({ disposition }) => disposition === wanted);
  return moveUnits(moveUnits(order.items, of('restock'), 'returnRequested', 'returned'), of('write_off'), 'returnRequested', 'writtenOff');
}
