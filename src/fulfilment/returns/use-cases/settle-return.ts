import type { Actor } from '../../../shared/actor.js';
import { allocate, fraction, money, portion } from '../../../shared/money.js';
import { creditLines, moveUnits, totalOf, type CreditedLine, type Order } from '../../orders/index.js';
import { isFault, type ReturnPolicy, type ReturnReason } from '../../return-policies/index.js';
import type { ReturnDeps } from '../returns.deps.js';
import { DeductionTooHigh, ExchangeNotSettled, IllegalReturnMove } from '../returns.errors.js';
import { creditOf, returnEvent, type ReturnService } from '../returns.service.js';
import { closed, keptParts, mayBecome, nextStates, outstanding, received, type Deduction, type GoodsReturn, type RefundForm, type ReturnState } from '../returns.js';

export type Inspect = Readonly<{ deductions?: readonly Deduction[] | undefined; note?: string | undefined; actor: Actor }>;
/** Staff may decide otherwise than the customer asked. */
export type RefundReturn = Readonly<{ refundTo?: RefundForm | undefined; actor: Actor }>;
/** Asked inside the transaction what of the refund pays for other goods; throws when the money may not move yet. Told when it has. */
export type RefundHooks = Readonly<{ carriedBy(goods: GoodsReturn): Promise<number>; after(goods: GoodsReturn): Promise<void> }>;

/** Somebody has looked at what came: nothing more is expected, and what is missing in value is taken off. */
export function inspectReturn(deps: ReturnDeps, service: ReturnService, id: string, { deductions = [], note, actor }: Inspect): Promise<GoodsReturn> {
  return moved(deps, service, { id, to: 'inspected', actor }, async (order, before) => {
    const open = outstanding(before);
    if (before.cause?.type === 'exchange' && open.length > 0) throw new ExchangeNotSettled('incomplete');
    const all = [...missingShares(order, before), ...deductions];
    requireWithin(order, before, all);
    const change = { lines: closed(before.lines), deductions: all, ...(note !== undefined && { note }) };
    await deps.orders.change(order, { items: moveUnits(order.items, open, 'returnRequested', null), event: 'order.return_inspected', cause: 'goods inspected', actor, details: { returnId: id, missing: open, deductions: all } });
    return change;
  });
}

/** Of sets that came back in part, what the rest was paid: its share of those units to the cent, so that the parts add up to the whole. */
function missingShares(order: Order, goods: GoodsReturn): Deduction[] {
  const { credits } = creditLines(order, received(goods));
  return credits.flatMap(({ itemId, quantity, amount }) => {
    const { components = [] } = order.items.find(({ id }) => id === itemId)!;
    if (components.every(({ sku }) => keptParts(goods, itemId, sku) === 0)) return [];
    const weights = components.some(({ share }) => share.amount > 0) ? components.map(({ share }) => share.amount) : components.map((component) => component.quantity);
    const shares = allocate(money(amount, order.currency), weights);
    return components.flatMap(({ sku }, at): Deduction[] => {
      const share = fraction(shares[at]!, keptParts(goods, itemId, sku), quantity).amount;
      return share > 0 ? [{ itemId, sku, amount: share, reason: `${sku} was not sent back` }] : [];
    });
  });
}

function requireWithin(order: Order, goods: GoodsReturn, deductions: readonly Deduction[]): void {
  const { credits } = creditLines(order, received(goods));
  for (const { itemId } of deductions) {
    const most = credits.find((credit) => credit.itemId === itemId)?.amount ?? 0;
    if (deductions.reduce((so, one) => (one.itemId === itemId ? so + one.amount : so), 0) > most) throw new DeductionTooHigh(itemId, most);
  }
}

/** What those units were paid goes back, less the fee and the deductions; once, whoever asks how often. */
export function refundReturn(deps: ReturnDeps, service: ReturnService, id: string, { actor, ...wish }: RefundReturn, hooks: RefundHooks): Promise<GoodsReturn> {
  return moved(deps, service, { id, to: 'refunded', actor }, async (order, before) => {
    const carries = await hooks.carriedBy(before);
    const refundTo = wish.refundTo ?? before.refundTo ?? 'original';
    const policy = await deps.policyOf(before.policyVersion);
    const lines = received(before);
    const { credits: preview } = creditLines(order, lines);
    const deductions = before.deductions.reduce((so, { amount }) => so + amount, 0);
    const fee = Math.min(feeOf(policy, before, preview, order.currency), totalOf(preview) - deductions);
    const { credits, fees, shipping, retained, refunded } = await deps.orders.credit(order, {
      items: order.items, lines, refundsShipping: policy.refundsShipping, retained: fee + deductions, carried: carries, creditOf: creditOf(order, refundTo), keepsDigital: policy.digitalGoods === 'keep',
      event: 'order.return_refunded', reason: `return ${before.number}`, key: `return:${id}`, actor, details: { returnId: id },
    });
    const carried = Math.min(carries, totalOf(credits) + totalOf(fees) + shipping - retained);
    const settlement = { lines: [...credits, ...fees], shipping, fee: Math.max(0, retained - deductions), deductions: Math.min(deductions, retained), carried, refunded };
    await hooks.after({ ...before, settlement });
    return { settlement, refundTo };
  });
}

/** Only on what came back by the customer's own wish. */
function feeOf({ fee }: ReturnPolicy, { lines, cause }: GoodsReturn, credits: readonly CreditedLine[], currency: string): number {
  if (cause !== null) return 0;
  const wished = credits.filter(({ itemId }) => lines.some((line) => line.itemId === itemId && !isFault(line.reason as ReturnReason)));
  if (wished.length === 0) return 0;
  return portion(money(totalOf(wished), currency), fee.bps).amount + (fee.fixed.find((one) => one.currency === currency)?.amount ?? 0);
}

async function moved(deps: ReturnDeps, service: ReturnService, { id, to, actor }: { id: string; to: ReturnState; actor: Actor }, work: (order: Order, before: GoodsReturn) => Promise<Partial<GoodsReturn>>): Promise<GoodsReturn> {
  const { orderId } = await service.get(id, { staff: true });
  return service.turn(orderId, async () => {
    const before = await service.get(id, { staff: true });
    if (!mayBecome(before, to)) throw new IllegalReturnMove(before.state, to, nextStates(before));
    const order = await deps.orders.get(orderId, { staff: true });
    const after = await deps.returns.save(before, { ...await work(order, before), state: to }, deps.now());
    await deps.outbox.record(returnEvent(`return.${to}`, order, after));
    await deps.audit({ actor, action: `return.${to}`, subject: `return:${id}`, before: { state: before.state }, after: { orderId, deductions: after.deductions, settlement: after.settlement } });
    return after;
  });
}
