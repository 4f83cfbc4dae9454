import { randomBytes } from 'node:crypto';
import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { money, type Money } from '../../shared/money.js';
import { idOfBought, type Codes } from './codes.js';
import { GiftCardNotFound, GiftCardNotUsable, GiftCardSpent, GuestHasNoCredit, InsufficientCredit } from './gift-cards.errors.js';
import { grouped, isUsable, type Entry, type ValueAccount } from './gift-cards.js';
import type { NewCard, ValueRepository } from './gift-cards.repository.js';

/** Store credit for money that a payment brought. */
export type CreditRefund = Readonly<{ order: Readonly<{ id: string; userId: string | null }>; amount: Money; reason: string; actor: Actor }>;
export type ValueDeps = {
  /** Makes sure that the money cannot go back a second time; throws when there is not so much left. */
  convertToCredit(orderId: string, amount: Money): Promise<void>;
  /** Orders say what of their money is left: told in the transaction that moves some of it. */
  moneyMoved(orderId: string, cause: string): Promise<unknown>;
  isLargeRefund(amount: Money): boolean;
  paidBackLately(orderId: string): Promise<number>;
  values: ValueRepository; codes: Codes; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; audit: RecordAudit; now: Clock;
};
/** An order as far as gift cards are bought with it. */
export type SoldOrder = Readonly<{ id: string; currency: string; items: ReadonlyArray<Readonly<{ id: string; quantity: number; unitPrice: Money; digital?: Readonly<{ kind: string }> | undefined }>> }>;
export type Issued = Readonly<{ card: ValueAccount; code: string }>;

export class GiftCardService {
  constructor(private readonly deps: ValueDeps) {}

  /** The code is shown here and nowhere else. */
  async issue({ amount, expiresAt, reason, actor }: { amount: Money; expiresAt?: Date | null; reason: string; actor: Actor }): Promise<Issued> {
    const { values, inTransaction, outbox, audit, codes } = this.deps;
    const id = randomBytes(12).toString('hex');
    return inTransaction(async () => {
      await this.open([this.newCard(id, amount, { expiresAt: expiresAt ?? null })], { reason });
      await outbox.record({ type: 'gift_card.issued', aggregateId: id, data: { giftCardId: id, amount, reason } });
      await audit({ actor, action: 'gift_card.issued', subject: `gift_card:${id}`, after: { amount, expiresAt: expiresAt ?? null, reason } });
      return { card: (await values.findCard(id))!, code: grouped(codes.codeOf(id)) };
    });
  }

  /** In the transaction that places the order, which happens once: a card for every unit, worth what it was listed at. */
  async issueFor({ id: orderId, items }: SoldOrder): Promise<void> {
    const cards = items.filter(isGiftCard).flatMap(({ id: itemId, quantity, unitPrice }) =>
      Array.from({ length: quantity }, (_unit, n) => this.newCard(idOfBought(orderId, itemId, n), unitPrice, { origin: { orderId, itemId } })));
    if (cards.length === 0) return;
    await this.open(cards, { orderId, reason: 'bought' });
    // Whoever tells the buyer asks for the codes; an event would keep them for ever.
    await this.deps.outbox.record({ type: 'gift_card.bought', aggregateId: orderId, data: { orderId, giftCardIds: cards.map(({ id }) => id) } });
  }

  /** In the transaction that takes back these units, or all: their cards end, unless somebody has begun to spend them. */
  async voidOf(orderId: string, units?: ReadonlyArray<{ itemId: string; quantity: number }>): Promise<void> {
    const { values, now, outbox } = this.deps;
    const live = (await values.findOfOrder(orderId)).filter(({ status }) => status === 'active');
    const chosen = units === undefined ? live : units.flatMap(({ itemId, quantity }) => chooseUnspent(live.filter(({ origin }) => origin?.itemId === itemId), quantity));
    for (const { id, initial } of chosen) {
      if (!await values.void(id, initial!, now())) throw new GiftCardSpent();
      await values.append([{ accountId: id, kind: 'void', amount: -initial!, reason: 'order taken back', at: now(), orderId }]);
    }
    if (chosen.length > 0) await outbox.record({ type: 'gift_card.voided', aggregateId: orderId, data: { orderId, giftCardIds: chosen.map(({ id }) => id) } });
  }

  /** For the buyer: the cards of an order with their codes. */
  async codesOf(orderId: string): Promise<Issued[]> {
    return (await this.deps.values.findOfOrder(orderId)).map((card) => ({ card, code: grouped(this.deps.codes.codeOf(card.id)) }));
  }

  /** A card that can be used, in this currency if one is named; every other code gets one and the same refusal. */
  async redeemable(code: string, currency?: string): Promise<ValueAccount> {
    const found = await this.deps.values.findByHash(this.deps.codes.hashOf(code));
    if (!found || !isUsable(found, this.deps.now()) || (currency !== undefined && found.currency !== currency)) throw new GiftCardNotUsable();
    return found;
  }

  async get(id: string): Promise<ValueAccount> {
    const found = await this.deps.values.findCard(id);
    if (!found) throw new GiftCardNotFound();
    return found;
  }

  list(query: PageQuery) { return this.deps.values.findCards(query); }

  entriesOf(id: string, query: PageQuery) { return this.deps.values.findEntries([id], query); }

  change(id: string, change: { status?: ValueAccount['status'] | undefined; expiresAt?: Date | null | undefined }, { actor, ifMatch }: { actor: Actor; ifMatch: number | undefined }): Promise<ValueAccount> {
    const { values, inTransaction, outbox, audit, now } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      const wanted = { status: change.status ?? before.status, expiresAt: change.expiresAt === undefined ? before.expiresAt ?? null : change.expiresAt };
      const after = await values.setStatus(before, wanted, now());
      await outbox.record({ type: 'gift_card.changed', aggregateId: id, data: { giftCardId: id, status: after.status } });
      await audit({ actor, action: 'gift_card.changed', subject: `gift_card:${id}`, before: { status: before.status, expiresAt: before.expiresAt ?? null }, after: wanted });
      return after;
    }));
  }

  /** Staff give store credit to a customer or take it away; never more than there is. */
  adjustCredit({ userId, amount, currency, reason, actor }: { userId: string; amount: number; currency: string; reason: string; actor: Actor }): Promise<ValueAccount> {
    const { values, inTransaction, outbox, audit, now } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const account = await values.adjustCredit(userId, currency, amount, now());
      if (!account) throw new InsufficientCredit(money(-amount, currency), money((await values.findCredit(userId, currency))?.balance ?? 0, currency));
      await values.append([{ accountId: account.id, kind: 'adjustment', amount, reason, at: now() }]);
      await outbox.record({ type: 'store_credit.adjusted', aggregateId: userId, data: { userId, amount, currency, balance: account.balance } });
      await audit({ actor, action: 'store_credit.adjusted', subject: `user:${userId}`, before: { balance: account.balance - amount }, after: { balance: account.balance, currency, reason } });
      return account;
    }));
  }

  /** More than a stolen session of staff may give away by itself. */
  isLarge({ amount, currency }: Money): boolean {
    return amount > 0 && this.deps.isLargeRefund({ amount, currency });
  }

  /** The same with what went back of this order within a day. */
  async refundsMuch(orderId: string, { amount, currency }: Money): Promise<boolean> {
    return this.isLarge({ amount: amount + await this.deps.paidBackLately(orderId), currency });
  }

  /** Instead of money: what the payment of an order could give back becomes store credit of its customer. */
  refundAsCredit({ order: { id: orderId, userId }, amount, reason, actor }: CreditRefund): Promise<ValueAccount> {
    const { values, inTransaction, outbox, audit, now, convertToCredit, moneyMoved } = this.deps;
    if (userId === null) throw new GuestHasNoCredit();
    return retryLostRace(() => inTransaction(async () => {
      await convertToCredit(orderId, amount);
      const account = (await values.adjustCredit(userId, amount.currency, amount.amount, now()))!;
      await values.append([{ accountId: account.id, kind: 'adjustment', amount: amount.amount, orderId, reason, at: now() }]);
      await outbox.record({ type: 'order.refunded_to_store_credit', aggregateId: orderId, data: { orderId, userId, amount, reason } });
      await moneyMoved(orderId, reason);
      await audit({ actor, action: 'order.refunded_to_store_credit', subject: `order:${orderId}`, after: { amount, reason, balance: account.balance } });
      return account;
    }));
  }

  async creditOf(userId: string, query: PageQuery): Promise<{ accounts: ValueAccount[]; entries: Awaited<ReturnType<ValueRepository['findEntries']>> }> {
    const accounts = await this.deps.values.findCredits(userId);
    return { accounts, entries: await this.deps.values.findEntries(accounts.map(({ id }) => id), query) };
  }

  private newCard(id: string, { amount, currency }: Money, more: Pick<NewCard, 'expiresAt' | 'origin'>): NewCard {
    const code = this.deps.codes.codeOf(id);
    return { id, currency, balance: amount, codeHash: this.deps.codes.hashOf(code), last4: code.slice(-4), ...more };
  }

  private async open(cards: readonly NewCard[], entry: Pick<Entry, 'orderId' | 'reason'>): Promise<void> {
    const { values, now } = this.deps;
    await values.insertCards(cards, now());
    await values.append(cards.map(({ id, balance }) => ({ accountId: id, kind: 'issue' as const, amount: balance, at: now(), ...entry })));
  }
}

export const isGiftCard = ({ digital }: { digital?: Readonly<{ kind: string }> | undefined }): boolean => digital?.kind === 'gift_card';

function chooseUnspent(cards: readonly ValueAccount[], quantity: number): ValueAccount[] {
  const unspent = cards.filter(({ balance, initial }) => balance === initial);
  if (unspent.length < quantity) throw new GiftCardSpent();
  return unspent.slice(0, quantity);
}
