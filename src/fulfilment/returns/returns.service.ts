import type { Actor } from '../../shared/actor.js';
import { randomText } from '../../shared/crypto/tokens.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { money } from '../../shared/money.js';
import { ItemNotInOrder, moveUnits, orderEvent, type Order, type OrderItem, type OrderOwner, type UnitsOfLine } from '../orders/index.js';
import { isFault, returnDeadline, type ReturnReason } from '../return-policies/index.js';
import type { ReturnDeps } from './returns.deps.js';
import { FinalSale, IllegalReturnMove, ReturnNotFound, ReturnWindowOver, StoreCreditNeedsAccount, UnitsNotReturnable } from './returns.errors.js';
import { mayBecome, nextStates, outstanding, received, returnableUnits, type GoodsReturn, type RefundForm, type ReturnState } from './returns.js';

export type WantedLine = UnitsOfLine & Readonly<{ reason: string }>;
export type RequestReturn = Readonly<{ owner: OrderOwner; actor: Actor; lines: readonly WantedLine[]; note?: string | undefined; outsidePolicy?: boolean | undefined; refundTo?: RefundForm | undefined }>;
export type Opened = Readonly<{ order: Order; goods: GoodsReturn }>;
type OpenReturn = Pick<RequestReturn, 'actor' | 'lines' | 'note' | 'refundTo'> & Readonly<{ approved: boolean; outsidePolicy: boolean; cause?: GoodsReturn['cause']; carries?: number }>;

type Move = (order: Order, goods: GoodsReturn) => Promise<Partial<GoodsReturn>>;

const NUMBER_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** From the wish to send something back to the consent of the shop. */
export class ReturnService {
  /** Told inside the transaction when a return ends before its goods came. */
  private readonly enders: Array<(goods: GoodsReturn, actor: Actor) => Promise<void>> = [];

  constructor(private readonly deps: ReturnDeps) {}

  onEnded(listener: (goods: GoodsReturn, actor: Actor) => Promise<void>): void { this.enders.push(listener); }

  list(query: PageQuery & { state?: ReturnState }): Promise<Page<GoodsReturn>> {
    return this.deps.returns.findPage(query, query);
  }

  async ofOrder(orderId: string, owner: OrderOwner): Promise<GoodsReturn[]> {
    await this.deps.orders.get(orderId, owner);
    return this.deps.returns.findByOrder(orderId);
  }

  async get(id: string, owner: OrderOwner): Promise<GoodsReturn> {
    const found = await this.deps.returns.find(id);
    if (!found) throw new ReturnNotFound();
    // Whoever may not see the order may not know of its returns either.
    if (!('staff' in owner)) await this.deps.orders.get(found.orderId, owner).catch(() => { throw new ReturnNotFound(); });
    return found;
  }

  async paysBackMuch(id: string): Promise<boolean> {
    const goods = await this.get(id, { staff: true });
    return goods.state === 'inspected' && this.deps.orders.paysBackMuch(goods.orderId, received(goods));
  }

  /** Whether the parts that were kept of it, were they to come now, would bring more than that. */
  async keptMuch(id: string): Promise<boolean> {
    const { settlement, currency } = await this.get(id, { staff: true });
    return settlement !== null && this.deps.orders.isLargeRefund(money(settlement.deductions, currency));
  }

  /** By the customer within the policy; by staff, who decide at once and may go beyond it. */
  request(orderId: string, { owner, actor, lines, note, refundTo, outsidePolicy = false }: RequestReturn): Promise<Opened> {
    const isStaff = 'staff' in owner;
    return this.turn(orderId, async () => {
      const order = await this.deps.orders.get(orderId, owner);
      const outside = isStaff && outsidePolicy;
      if (!outside) await this.requirePolicy(order, lines);
      const { autoApprove } = await this.deps.policyOf(order.returnPolicyVersion);
      return this.open(order, { actor, lines, note, refundTo, approved: isStaff || autoApprove, outsidePolicy: outside });
    });
  }

  /** Inside the caller's transaction: exchanges and claims bring their own. */
  async open(before: Order, { actor, lines, note, refundTo = 'original', approved, outsidePolicy, cause = null, carries = 0 }: OpenReturn): Promise<Opened> {
    const { returns, orders, outbox, now } = this.deps;
    requireReturnable(before, lines);
    creditOf(before, refundTo);
    const goods: GoodsReturn = {
      id: orders.newId(), number: `R-${randomText(10, NUMBER_ALPHABET)}`, orderId: before.id, userId: before.userId, currency: before.currency, state: approved ? 'approved' : 'requested',
      lines: lines.map(({ itemId, quantity, reason }) => ({ itemId, sku: itemOf(before, itemId).sku, quantity, reason, restocked: 0, writtenOff: 0, dismissed: 0 })), receipts: [],
      policyVersion: before.returnPolicyVersion ?? 0, outsidePolicy, refundTo, ...(note !== undefined && { note }), deductions: [], cause, carries, settlement: null,
      createdAt: now(), updatedAt: now(), version: 1,
    };
    await returns.insert(goods);
    const order = await orders.change(before, {
      items: moveUnits(before.items, lines, null, 'returnRequested'), event: 'order.return_requested', cause: lines[0]!.reason, actor, details: { returnId: goods.id, lines },
    });
    await outbox.record(returnEvent('return.requested', order, goods), ...(approved ? [returnEvent('return.approved', order, goods)] : []));
    return { order, goods };
  }

  approve(id: string, actor: Actor): Promise<GoodsReturn> {
    return this.move(id, 'approved', actor, async () => ({}));
  }

  reject(id: string, { actor, rejection }: { actor: Actor; rejection: string }): Promise<GoodsReturn> {
    return this.move(id, 'rejected', actor, (order, goods) => this.giveUp(order, goods, { rejection }, actor));
  }

  async cancel(id: string, { owner, actor }: { owner: OrderOwner; actor: Actor }): Promise<GoodsReturn> {
    await this.get(id, owner);
    return this.move(id, 'cancelled', actor, (order, goods) => this.giveUp(order, goods, {}, actor));
  }

  /** The same inside the caller's transaction, for an exchange that came to nothing. */
  cancelInside(id: string, actor: Actor): Promise<GoodsReturn> {
    return this.moveInside(id, 'cancelled', actor, (order, goods) => this.giveUp(order, goods, {}, actor));
  }

  /** The units stay with the customer after all. */
  private async giveUp(order: Order, goods: GoodsReturn, more: Partial<GoodsReturn>, actor: Actor): Promise<Partial<GoodsReturn>> {
    const cause = more.rejection ?? 'given up by the customer';
    await this.deps.orders.change(order, { items: moveUnits(order.items, outstanding(goods), 'returnRequested', null), event: 'order.return_ended', cause, actor, details: { returnId: goods.id } });
    for (const told of this.enders) await told(goods, actor);
    return more;
  }

  private async move(id: string, to: ReturnState, actor: Actor, work: Move): Promise<GoodsReturn> {
    const { orderId } = await this.get(id, { staff: true });
    return this.turn(orderId, () => this.moveInside(id, to, actor, work));
  }

  private async moveInside(id: string, to: ReturnState, actor: Actor, work: Move): Promise<GoodsReturn> {
    const before = await this.get(id, { staff: true });
    if (!mayBecome(before, to)) throw new IllegalReturnMove(before.state, to, nextStates(before));
    const order = await this.deps.orders.get(before.orderId, { staff: true });
    const change = await work(order, before);
    const after = await this.deps.returns.save(before, { ...change, state: to }, this.deps.now());
    if (to === 'approved') await this.deps.orders.change(order, { items: order.items, event: 'order.return_approved', cause: 'approved', actor, details: { returnId: id } });
    await this.deps.outbox.record(returnEvent(`return.${to}`, order, after));
    if (to !== 'cancelled') await this.deps.audit({ actor, action: `return.${to}`, subject: `return:${id}`, before: { state: before.state }, after: { orderId: before.orderId } });
    return after;
  }

  /** The law's clock starts with the delivery of the last goods; what is the shop's fault is never a final sale. */
  async requirePolicy(order: Order, lines: readonly WantedLine[]): Promise<void> {
    const finalSale = lines.filter(({ itemId, reason }) => itemOf(order, itemId).finalSale && !isFault(reason as ReturnReason));
    if (finalSale.length > 0) throw new FinalSale(finalSale.map(({ itemId }) => itemId));
    const policy = await this.deps.policyOf(order.returnPolicyVersion);
    const deadline = order.deliveredAt ? returnDeadline(policy, order.deliveredAt) : null;
    if (deadline && this.deps.now() > deadline) throw new ReturnWindowOver(deadline, policy.version);
  }

  turn<T>(orderId: string, work: () => Promise<T>): Promise<T> {
    return this.deps.queue.run([orderId], () => retryLostRace(() => this.deps.inTransaction(work)));
  }
}

/** Whose store credit gets the money; undefined where it goes back to where it came from. */
export function creditOf({ userId }: Pick<Order, 'userId'>, refundTo: RefundForm = 'original'): string | undefined {
  if (refundTo === 'original') return undefined;
  if (userId === null) throw new StoreCreditNeedsAccount();
  return userId;
}

export function itemOf(order: Order, itemId: string): OrderItem {
  const found = order.items.find(({ id }) => id === itemId);
  if (!found) throw new ItemNotInOrder(itemId);
  return found;
}

export function requireReturnable(order: Order, lines: readonly UnitsOfLine[]): void {
  const wanted = new Map<string, number>();
  for (const { itemId, quantity } of lines) wanted.set(itemId, (wanted.get(itemId) ?? 0) + quantity);
  const missing = [...wanted].map(([itemId, requested]) => ({ itemId, requested, returnable: returnableUnits(itemOf(order, itemId).units) })).filter(({ requested, returnable }) => requested > returnable);
  if (missing.length > 0) throw new UnitsNotReturnable(missing);
}

export const returnEvent = (type: string, order: Order, { id, number, state, lines, settlement, rejection, refundTo = 'original' }: GoodsReturn) => orderEvent(type, order, {
  returnId: id, returnNumber: number, state, lines: lines.map(({ itemId, sku, quantity, reason }) => ({ itemId, sku, quantity, reason })), currency: order.currency, ...(settlement && { settlement, refundTo }), ...(rejection !== undefined && { rejection }),
});
