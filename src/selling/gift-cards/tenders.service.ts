import { money, type Money } from '../../shared/money.js';
import { RefundExceedsTenders, TenderGone } from './gift-cards.errors.js';
import { outstanding, planReturn, planTenders, type Attribution, type EntryKind, type Tender } from './gift-cards.js';
import type { ValueDeps } from './gift-cards.service.js';

/** What a cart wants to pay with beside its payment. */
export type TenderWish = Readonly<{ giftCards: readonly string[]; storeCreditOf: string | null; total: Money }>;
type Refund<Amount> = Readonly<{ orderId: string; amount: Amount; reason: string; key: string; attribution?: Attribution }>;
export type TendersMoved = Readonly<{ left: number; refunded: number; givenBack: number }>;
const NOTHING_MOVED: TendersMoved = { left: 0, refunded: 0, givenBack: 0 };
type Movement = Readonly<{ kind: EntryKind; orderId: string; reason: string; key?: string; attribution?: Attribution | undefined }>;

/** Gift cards and store credit in an order: taken and given back inside the order's own transactions. */
export class TenderService {
  constructor(private readonly deps: Pick<ValueDeps, 'values' | 'outbox' | 'now' | 'convertToCredit'>) {}

  /** What each account would pay now. Gift cards go first, in the order they were added; nothing is taken yet. */
  async plan({ giftCards, storeCreditOf, total }: TenderWish): Promise<Tender[]> {
    const { values, now } = this.deps;
    const cards = giftCards.length > 0 ? await values.findMany(giftCards) : [];
    const credit = storeCreditOf === null ? null : await values.findCredit(storeCreditOf, total.currency);
    return planTenders(total, [...cards, ...(credit ? [credit] : [])], now());
  }

  /** One conditional decrement for each: of many orders that want the same money, those get it that come first. */
  async spend(orderId: string, tenders: readonly Tender[]): Promise<void> {
    const { values, now } = this.deps;
    for (const { accountId, amount } of tenders) {
      if (!await values.take(accountId, amount.amount, now())) throw new TenderGone();
      await values.append([{ accountId, kind: 'spend', amount: -amount.amount, orderId, reason: 'paid an order', at: now() }]);
    }
  }

  /** For an order that lives again: everything once more, or false and nothing. */
  async takeAgain(orderId: string, tenders: readonly Tender[]): Promise<boolean> {
    const { values, now } = this.deps;
    const found = new Map((await values.findMany(tenders.map(({ accountId }) => accountId))).map((account) => [account.id, account]));
    const there = tenders.every(({ accountId, amount }) => {
      const account = found.get(accountId);
      return account !== undefined && account.status === 'active' && account.balance >= amount.amount && (!account.expiresAt || account.expiresAt > now());
    });
    if (there) await this.spend(orderId, tenders);
    return there;
  }

  /** The order was given up: whatever is still in it goes back to where it came from. An order that lives again may be given up again. */
  async giveBack(orderId: string): Promise<void> {
    const entries = await this.deps.values.entriesOf(orderId);
    const shares = outstanding(entries);
    const amount = shares.reduce((so, share) => so + share.amount, 0);
    if (amount === 0) return;
    const reason = 'order given up';
    await this.move(shares, { kind: 'give_back', orderId, reason });
    await this.deps.outbox.record({ type: 'order.tenders_refunded', aggregateId: orderId, data: { orderId, amount, key: `${orderId}:given-up:${entries.length}`, reason } });
  }

  /** Minor units: all that came in, and what of it could still go back. */
  async received(orderId: string): Promise<{ taken: number; left: number }> {
    const { left, refunded } = (await this.movementsOf([orderId])).get(orderId) ?? NOTHING_MOVED;
    return { taken: left + refunded, left };
  }

  /** By order, minor units: what is still in it, what was refunded, and what went back because it was given up. Orders that took nothing are not named. */
  async movementsOf(orderIds: readonly string[]): Promise<Map<string, TendersMoved>> {
    const moved = new Map<string, TendersMoved>();
    for (const { orderId = '', kind, amount } of await this.deps.values.entriesOfOrders(orderIds)) {
      const { left, refunded, givenBack } = moved.get(orderId) ?? NOTHING_MOVED;
      moved.set(orderId, { left: left - amount, refunded: refunded + (kind === 'refund' ? amount : 0), givenBack: givenBack + (kind === 'give_back' ? amount : 0) });
    }
    return moved;
  }

  /** Inside the transaction of what it is for. What was spent last gets its money first; the same key is the same refund. */
  async refund({ orderId, amount, reason, key, attribution }: Refund<number>): Promise<void> {
    if (await this.deps.values.isMade(key)) return;
    const entries = await this.deps.values.entriesOf(orderId);
    const shares = planReturn(entries, amount);
    const possible = shares.reduce((so, share) => so + share.amount, 0);
    if (possible < amount) throw new RefundExceedsTenders(amount, possible);
    await this.move(shares, { kind: 'refund', orderId, reason, key, attribution });
    await this.deps.outbox.record({ type: 'order.tenders_refunded', aggregateId: orderId, data: { orderId, amount, key, reason, ...(attribution && { attribution }) } });
  }

  /** Inside the transaction of what it is for: what the payment could give back becomes store credit instead; the same key is the same refund. */
  async refundAsCredit({ orderId, userId, amount, reason, key, attribution }: Refund<Money> & { userId: string }): Promise<void> {
    const { values, outbox, now, convertToCredit } = this.deps;
    if (await values.isMade(key)) return;
    await convertToCredit(orderId, amount);
    const account = (await values.adjustCredit(userId, amount.currency, amount.amount, now()))!;
    await values.append([{ accountId: account.id, kind: 'adjustment', amount: amount.amount, orderId, reason, at: now(), key: `${key}#1`, ...(attribution && { attribution }) }]);
    await outbox.record({ type: 'order.refunded_to_store_credit', aggregateId: orderId, data: { orderId, userId, amount, reason, key, ...(attribution && { attribution }) } });
  }

  /** What the refunds here were for, and one of them by its key. */
  attributionsOf(orderId: string): Promise<Attribution[]> { return this.deps.values.attributionsOf(orderId); }
  findRefund(orderId: string, key: string) { return this.deps.values.findRefund(orderId, key); }

  private async move(shares: ReadonlyArray<{ accountId: string; amount: number }>, { key, attribution, ...movement }: Movement): Promise<void> {
    const { values, now } = this.deps;
    for (const [at, { accountId, amount }] of shares.entries()) {
      await values.give(accountId, amount, now());
      await values.append([{ accountId, amount, at: now(), ...movement, ...(key !== undefined && { key: `${key}#${at + 1}` }), ...(at === 0 && attribution && { attribution }) }]);
    }
  }
}

export const dueAfter = (total: Money, tenders: readonly Tender[]): Money => money(tenders.reduce((so, { amount }) => so - amount.amount, total.amount), total.currency);
