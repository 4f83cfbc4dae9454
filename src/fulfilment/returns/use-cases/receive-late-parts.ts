import type { Actor } from '../../../shared/actor.js';
import { fraction, money } from '../../../shared/money.js';
import { reduceCredits, totalOf, type CreditedLine, type Order } from '../../orders/index.js';
import type { ReturnDeps } from '../returns.deps.js';
import { IllegalReturnMove, PartsNotExpected } from '../returns.errors.js';
import { creditOf, itemOf, returnEvent, type ReturnService } from '../returns.service.js';
import { keptParts, nextStates, type Condition, type Deduction, type Disposition, type GoodsReturn, type LateParts } from '../returns.js';
import { dispositionOf, requireComponents, sitesOf } from './receive-goods.js';

type ArrivedPart = Readonly<{ itemId: string; sku: string; quantity: number; condition: Condition; disposition?: Disposition | undefined; warehouseId?: string | undefined }>;
export type ReceiveLateParts = Readonly<{ receiptId: string; lines: readonly ArrivedPart[]; actor: Actor }>;

const TAKING: ReadonlySet<GoodsReturn['state']> = new Set(['partially_received', 'received', 'inspected', 'refunded']);

/**
 * Parts of sets that were kept when the rest came back arrive after all: they go on a shelf, and what was not refunded because of them is; with the
 * last of them nothing is left. A delivery that was booked before changes nothing.
 */
export async function receiveLateParts(deps: ReturnDeps, service: ReturnService, id: string, { receiptId, lines, actor }: ReceiveLateParts): Promise<GoodsReturn> {
  const { orderId } = await service.get(id, { staff: true });
  return service.turn(orderId, async () => {
    const before = await service.get(id, { staff: true });
    if (before.lateParts?.some((known) => known.id === receiptId)) return before;
    if (!TAKING.has(before.state)) throw new IllegalReturnMove(before.state, 'received in parts', nextStates(before));
    const order = await deps.orders.get(orderId, { staff: true });
    for (const { itemId, sku } of lines) requireComponents(itemOf(order, itemId), [sku]);
    const tooMany = lines.filter(({ itemId, sku, quantity }) => quantity > keptParts(before, itemId, sku));
    if (tooMany.length > 0) throw new PartsNotExpected(tooMany.map(({ itemId, sku, quantity }) => ({ itemId, sku, requested: quantity, kept: keptParts(before, itemId, sku) })));

    const siteOf = await sitesOf(deps, order);
    const placed: LateParts['lines'] = lines.map(({ itemId, sku, quantity, condition, disposition = dispositionOf(condition), warehouseId }) => ({ itemId, sku, quantity, condition, disposition, warehouseId: siteOf(itemId, warehouseId) }));
    const late: LateParts = { id: receiptId, at: deps.now(), actor, lines: placed };
    const { deductions, freed } = deductionsAfter(before, placed, order.currency);
    const given = before.settlement && await payBack(deps, before, freed, { order, actor, receiptId });
    const after = await deps.returns.save(before, { lateParts: [...before.lateParts ?? [], late], deductions, ...(given && { settlement: given }) }, deps.now());
    await shelve(deps, order, after, late);
    await deps.outbox.record(returnEvent('return.parts_received', order, after));
    await deps.audit({ actor, action: 'return.parts_received', subject: `return:${id}`, after: { orderId, receiptId, settlement: after.settlement } });
    return after;
  });
}

/** Each part takes its share of what was kept back for it. */
function deductionsAfter(before: GoodsReturn, lines: LateParts['lines'], currency: string): { deductions: Deduction[]; freed: CreditedLine[] } {
  const freed: CreditedLine[] = [];
  const deductions = before.deductions.map((deduction) => {
    const { itemId, sku, amount } = deduction;
    const came = lines.reduce((so, line) => (line.itemId === itemId && line.sku === sku ? so + line.quantity : so), 0);
    if (sku === undefined || came === 0) return deduction;
    const open = keptParts(before, itemId, sku);
    const left = fraction(money(amount, currency), open - came, open).amount;
    freed.push({ itemId, quantity: 0, amount: amount - left });
    return { ...deduction, amount: left };
  }).filter(({ amount }) => amount > 0);
  return { deductions, freed };
}

type PayBack = Readonly<{ order: Order; actor: Actor; receiptId: string }>;
/** The return was paid already: what it kept for these parts follows, the same way. An exchange may have kept less. */
async function payBack(deps: ReturnDeps, { id, number, refundTo, settlement }: GoodsReturn, freed: readonly CreditedLine[], { order, actor, receiptId }: PayBack): Promise<GoodsReturn['settlement']> {
  const amount = Math.min(totalOf(freed), settlement!.deductions);
  if (amount === 0) return settlement;
  const { refunded } = await deps.orders.credit(order, {
    items: order.items, lines: [], retained: -amount, mapped: reduceCredits(freed, amount), creditOf: creditOf(order, refundTo),
    event: 'order.return_refunded', reason: `return ${number}`, key: `return:${id}:parts:${receiptId}`, actor, details: { returnId: id, receiptId },
  });
  return { ...settlement!, deductions: settlement!.deductions - amount, refunded: settlement!.refunded + refunded };
}

async function shelve(deps: ReturnDeps, order: Order, { id, number }: GoodsReturn, { id: receiptId, lines, actor }: LateParts): Promise<void> {
  const stockOf = (wanted: Disposition) => lines.filter(({ disposition }) => disposition === wanted).map(({ itemId, sku, quantity, warehouseId }) => (
    { sku, warehouseId, quantity: quantity * itemOf(order, itemId).components!.find((component) => component.sku === sku)!.quantity }));
  const booking = { key: `${number}:parts:${receiptId}`, cause: { type: 'return', id }, actor: actor as Actor };
  const [fine, broken] = [stockOf('restock'), stockOf('write_off')];
  if (fine.length > 0) await deps.inventory.restock({ ...booking, lines: fine });
  if (broken.length > 0) await deps.inventory.writeOff({ ...booking, lines: broken });
}
