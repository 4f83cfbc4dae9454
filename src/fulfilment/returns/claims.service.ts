import type { Actor } from '../../shared/actor.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { creditLines, moveUnits, orderEvent, type Order, type OrderOwner, type UnitsOfLine } from '../orders/index.js';
import type { Claim, ClaimState, ClaimType, Resolution } from './claims.js';
import type { ClaimRepository } from './claims.repository.js';
import { sameGoods } from './replacements.js';
import type { ReturnDeps } from './returns.deps.js';
import { ClaimNotFound, ClaimNotOpen } from './returns.errors.js';
import { requireReturnable, type ReturnService } from './returns.service.js';
import type { GoodsReturn } from './returns.js';
import { sendReplacement } from './use-cases/send-replacement.js';

export type RequestClaim = Readonly<{ owner: OrderOwner; actor: Actor; type: ClaimType; lines: readonly UnitsOfLine[]; note?: string | undefined }>;
export type ResolveClaim = Readonly<{ resolution: Resolution; withReturn: boolean; actor: Actor }>;
type Deps = ReturnDeps & Readonly<{ claims: ClaimRepository }>;
/** `by` is named where staff decided, who are on record. */
type Decision = Readonly<{ event: string; by?: Actor }>;

/** The reason under which claimed goods come back, where they do. */
const RETURN_REASON: Readonly<Record<ClaimType, string>> = { lost: 'damaged', missing: 'damaged', damaged: 'damaged', wrong_item: 'wrong_item' };

/** Goods that were lost, missing, broken or wrong: the shop answers for it with money or with the same goods again. */
export class ClaimService {
  constructor(private readonly deps: Deps, private readonly returns: ReturnService) {}

  request(orderId: string, { owner, actor, type, lines, note }: RequestClaim): Promise<Claim> {
    const { orders, claims, outbox, now } = this.deps;
    return this.returns.turn(orderId, async () => {
      const before = await orders.get(orderId, owner);
      requireReturnable(before, lines);
      const claim: Claim = {
        id: orders.newId(), orderId, currency: before.currency, type, state: 'requested', lines: [...lines], ...(note !== undefined && { note }), resolution: null, withReturn: false, lost: false,
        returnId: null, replacementOrderId: null, refunded: 0, createdAt: now(), updatedAt: now(), version: 1,
      };
      await claims.insert(claim);
      const order = await orders.change(before, { items: moveUnits(before.items, lines, null, 'returnRequested'), event: 'order.claimed', cause: type, actor, details: { claimId: claim.id, lines } });
      await outbox.record(claimEvent('claim.requested', order, claim));
      return claim;
    });
  }

  async get(id: string, owner: OrderOwner): Promise<Claim> {
    const found = await this.deps.claims.find(id);
    if (!found) throw new ClaimNotFound();
    if (!('staff' in owner)) await this.deps.orders.get(found.orderId, owner).catch(() => { throw new ClaimNotFound(); });
    return found;
  }

  async paysBackMuch(id: string): Promise<boolean> {
    const { orderId, lines } = await this.get(id, { staff: true });
    return this.deps.orders.paysBackMuch(orderId, lines);
  }

  async ofOrder(orderId: string, owner: OrderOwner): Promise<Claim[]> {
    await this.deps.orders.get(orderId, owner);
    return this.deps.claims.findByOrder(orderId);
  }

  list(query: PageQuery & { state?: ClaimState }): Promise<Page<Claim>> {
    return this.deps.claims.findPage(query, query);
  }

  /** Once, whoever decides how often: money or goods, with or without the goods coming back. */
  resolve(id: string, request: ResolveClaim): Promise<Claim> {
    return this.decide(id, async (claim, order) => (request.withReturn ? this.afterReturn(claim, order, request) : this.atOnce(claim, order, request)), { event: 'claim.resolved', by: request.actor });
  }

  reject(id: string, { actor, rejection }: { actor: Actor; rejection: string }): Promise<Claim> {
    return this.decide(id, (claim, order) => this.drop(claim, order, actor, { state: 'rejected', rejection }), { event: 'claim.rejected', by: actor });
  }

  async cancel(id: string, { owner, actor }: { owner: OrderOwner; actor: Actor }): Promise<Claim> {
    await this.get(id, owner);
    return this.decide(id, (claim, order) => this.drop(claim, order, actor, { state: 'cancelled' }), { event: 'claim.cancelled', ...('staff' in owner && { by: actor }) });
  }

  /** The goods of an accepted claim have come and been paid for. */
  async onRefunded({ cause, settlement }: GoodsReturn): Promise<void> {
    if (cause?.type !== 'claim') return;
    const claim = await this.get(cause.id, { staff: true });
    if (claim.state === 'accepted') await this.deps.claims.save(claim, { state: 'resolved', refunded: settlement?.refunded ?? 0 }, this.deps.now());
  }

  async onReturnEnded({ cause }: GoodsReturn): Promise<void> {
    if (cause?.type !== 'claim') return;
    const claim = await this.get(cause.id, { staff: true });
    if (claim.state === 'accepted') await this.deps.claims.save(claim, { state: 'cancelled' }, this.deps.now());
  }

  private async drop({ id, lines }: Claim, order: Order, actor: Actor, change: Partial<Claim>): Promise<Partial<Claim>> {
    await this.deps.orders.change(order, { items: moveUnits(order.items, lines, 'returnRequested', null), event: 'order.claim_ended', cause: change.rejection ?? 'given up by the customer', actor, details: { claimId: id } });
    return change;
  }

  /** The goods are gone: they are written off and settled now. */
  private async atOnce(claim: Claim, before: Order, { resolution, actor }: ResolveClaim): Promise<Partial<Claim>> {
    const { id, lines, type } = claim;
    const { refundsShipping } = await this.deps.policyOf(before.returnPolicyVersion);
    const items = moveUnits(before.items, lines, 'returnRequested', 'writtenOff');
    const isRefund = resolution === 'refund';
    const carried = isRefund ? 0 : await this.deps.orders.worthOf(before, lines);
    const replacementOf = isRefund ? null : sameGoods(before, creditLines(before, lines).credits);
    const { order, refunded } = await this.deps.orders.credit(before, {
      items, lines, refundsShipping: isRefund && refundsShipping, carried, event: 'order.claim_settled', reason: `claim: ${type}`, key: `claim:${id}`, actor, details: { claimId: id },
    });
    const replacement = replacementOf && await sendReplacement(this.deps, order, { origin: { type: 'claim', id, orderId: order.id }, items: replacementOf, prepaid: carried, actor });
    return { state: 'resolved', resolution, withReturn: false, lost: true, refunded, replacementOrderId: replacement?.id ?? null };
  }

  /** The goods come back first for a refund; goods instead of them go out at once. */
  private async afterReturn(claim: Claim, before: Order, { resolution, actor }: ResolveClaim): Promise<Partial<Claim>> {
    const { id, lines, type } = claim;
    const free = await this.deps.orders.change(before, { items: moveUnits(before.items, lines, 'returnRequested', null), event: 'order.claim_accepted', cause: `claim: ${type}`, actor, details: { claimId: id } });
    const isRefund = resolution === 'refund';
    const carried = isRefund ? 0 : await this.deps.orders.worthOf(free, lines);
    const wanted = lines.map((line) => ({ ...line, reason: RETURN_REASON[type] }));
    const { goods, order } = await this.returns.open(free, { actor, lines: wanted, approved: true, outsidePolicy: true, cause: { type: 'claim', id }, carries: carried });
    const replacement = isRefund ? null
      : await sendReplacement(this.deps, order, { origin: { type: 'claim', id, orderId: order.id }, items: sameGoods(order, creditLines(order, lines).credits), prepaid: carried, actor });
    return { state: 'accepted', resolution, withReturn: true, returnId: goods.id, replacementOrderId: replacement?.id ?? null };
  }

  private async decide(id: string, work: (claim: Claim, order: Order) => Promise<Partial<Claim>>, { event, by }: Decision): Promise<Claim> {
    const { orderId } = await this.get(id, { staff: true });
    return this.returns.turn(orderId, async () => {
      const before = await this.get(id, { staff: true });
      if (before.state !== 'requested') throw new ClaimNotOpen(before.state);
      const order = await this.deps.orders.get(orderId, { staff: true });
      const after = await this.deps.claims.save(before, await work(before, order), this.deps.now());
      await this.deps.outbox.record(claimEvent(event, order, after));
      if (by) await this.deps.audit({ actor: by, action: event, subject: `claim:${id}`, before: { state: before.state }, after: { orderId, state: after.state, resolution: after.resolution, refunded: { amount: after.refunded, currency: after.currency } } });
      return after;
    });
  }
}

const claimEvent = (type: string, order: Order, { id, type: what, lines, resolution, rejection, refunded, returnId, replacementOrderId }: Claim) => orderEvent(type, order, {
  claimId: id, claim: what, lines, ...(resolution && { resolution }), ...(rejection !== undefined && { rejection }), refunded: { amount: refunded, currency: order.currency }, ...(returnId && { returnId }), ...(replacementOrderId && { replacementOrderId }),
});
