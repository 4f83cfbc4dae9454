import { createHash } from 'node:crypto';
import { Types, type Connection, type QueryFilter } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { orLostRace } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Attribution, Entry, ValueAccount } from './gift-cards.js';
import { accountModel, entryModel, type AccountRow, type EntryRow } from './gift-cards.model.js';

export type NewCard = Pick<ValueAccount, 'id' | 'currency' | 'balance' | 'last4' | 'expiresAt' | 'origin'> & { codeHash: string };
export type NewEntry = Omit<Entry, 'id'> & Pick<EntryRow, 'key' | 'attribution'>;

/** Two requests that open the same account make one. */
const idOfCredit = (userId: string, currency: string): string => createHash('sha256').update(`store-credit:${userId}:${currency}`).digest('hex').slice(0, 24);

export class ValueRepository {
  private readonly accounts;
  private readonly entries;

  constructor(connection: Connection) {
    this.accounts = accountModel(connection);
    this.entries = entryModel(connection);
  }

  async insertCards(cards: readonly NewCard[], now: Date): Promise<void> {
    const rows = cards.map(({ id, balance, expiresAt, ...card }): AccountRow => ({
      _id: id, kind: 'gift_card', status: 'active', ...card, balance, initial: balance, ...(expiresAt && { expiresAt }), version: 1, createdAt: now, updatedAt: now,
    }));
    await this.accounts.insertMany(rows, { lean: true });
  }

  async findMany(ids: readonly string[]): Promise<ValueAccount[]> {
    const found = new Map((await this.accounts.find({ _id: { $in: [...ids] } }).lean()).map((row) => [row._id, toAccount(row)]));
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  async findByHash(codeHash: string): Promise<ValueAccount | null> {
    const found = await this.accounts.findOne({ codeHash }).lean();
    return found && toAccount(found);
  }

  async findCard(id: string): Promise<ValueAccount | null> {
    const found = await this.accounts.findOne({ _id: id, kind: 'gift_card' }).lean();
    return found && toAccount(found);
  }

  async findCredit(userId: string, currency: string): Promise<ValueAccount | null> {
    return (await this.findMany([idOfCredit(userId, currency)]))[0] ?? null;
  }

  async findCredits(userId: string): Promise<ValueAccount[]> {
    return (await this.accounts.find({ userId }).sort({ currency: 1 }).lean()).map(toAccount);
  }

  async findOfOrder(orderId: string): Promise<ValueAccount[]> {
    return (await this.accounts.find({ 'origin.orderId': orderId, origin: { $exists: true } }).sort({ _id: 1 }).lean()).map(toAccount);
  }

  async findCards(query: PageQuery): Promise<Page<ValueAccount>> {
    const page = await findPage<AccountRow>(this.accounts as never, { filter: { kind: 'gift_card' }, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map((row) => toAccount(row as unknown as AccountRow)) };
  }

  findEntries(accountIds: readonly string[], query: PageQuery): Promise<Page<Entry>> {
    return findPage<EntryRow>(this.entries as never, { filter: { accountId: { $in: [...accountIds] } }, query, fallbackSort: '-id', paths: { id: '_id' } })
      .then((page) => ({ ...page, items: page.items.map(toEntry) }));
  }

  /** Takes only what is there, from an account that may be used; null changed nothing. */
  async take(id: string, amount: number, now: Date): Promise<ValueAccount | null> {
    return this.change({ _id: id, status: 'active', balance: { $gte: amount }, $or: [{ expiresAt: { $exists: false } }, { expiresAt: null }, { expiresAt: { $gt: now } }] }, -amount, now);
  }

  /** Money that comes back is kept even on a card that is expired or disabled: staff can see it there. */
  async give(id: string, amount: number, now: Date): Promise<ValueAccount | null> {
    return this.change({ _id: id }, amount, now);
  }

  async adjustCredit(userId: string, currency: string, amount: number, now: Date): Promise<ValueAccount | null> {
    const _id = idOfCredit(userId, currency);
    if (amount < 0) return this.change({ _id, balance: { $gte: -amount } }, amount, now);
    return orLostRace(async () => {
      const found = await this.accounts.findOneAndUpdate({ _id }, {
        $inc: { balance: amount, version: 1 }, $set: { updatedAt: now }, $setOnInsert: { kind: 'store_credit', currency, userId, status: 'active', createdAt: now },
      }, { upsert: true, returnDocument: 'after' }).lean();
      return found && toAccount(found as AccountRow);
    }, 'The store credit changed meanwhile.', { userId });
  }

  /** A card of this order that nobody has spent a cent of; null otherwise. */
  async void(id: string, initial: number, now: Date): Promise<ValueAccount | null> {
    const found = await this.accounts.findOneAndUpdate({ _id: id, kind: 'gift_card', status: 'active', balance: initial },
      { $set: { status: 'disabled', balance: 0, updatedAt: now }, $inc: { version: 1 } }, { returnDocument: 'after' }).lean();
    return found && toAccount(found);
  }

  async setStatus({ id, version }: ValueAccount, change: { status: ValueAccount['status']; expiresAt: Date | null }, now: Date): Promise<ValueAccount> {
    const found = await this.accounts.findOneAndUpdate({ _id: id, version }, { $set: { ...change, updatedAt: now }, $inc: { version: 1 } }, { returnDocument: 'after' }).lean();
    if (!found) throw new ConcurrentChange('The gift card changed meanwhile. Read it again.', { giftCardId: id });
    return toAccount(found);
  }

  async append(entries: readonly NewEntry[]): Promise<void> {
    if (entries.length > 0) await this.entries.insertMany(entries.map((entry) => ({ ...entry, _id: new Types.ObjectId() })), { lean: true });
  }

  /** What an order did to accounts, oldest first. */
  entriesOf(orderId: string): Promise<Entry[]> {
    return this.entriesOfOrders([orderId]);
  }

  async entriesOfOrders(orderIds: readonly string[]): Promise<Entry[]> {
    return (await this.entries.find({ orderId: { $in: orderIds }, kind: { $in: ['spend', 'give_back', 'refund'] } }).sort({ _id: 1 }).lean()).map(toEntry);
  }

  async isMade(key: string): Promise<boolean> {
    return await this.entries.exists({ key: `${key}#1` }) !== null;
  }

  /** What the refunds of an order were for, so far as they said so. */
  async attributionsOf(orderId: string): Promise<Attribution[]> {
    return (await this.entries.find({ orderId, attribution: { $exists: true } }, { attribution: 1 }).lean()).flatMap(({ attribution }) => attribution ?? []);
  }

  /** All entries of one refund, by its key; null where there is none. */
  async findRefund(orderId: string, key: string): Promise<{ id: string; amount: number; at: Date; attribution?: Attribution } | null> {
    const found = (await this.entries.find({ orderId, kind: 'refund' }).sort({ _id: 1 }).lean()).filter((row) => row.key?.startsWith(`${key}#`));
    const [first] = found;
    return first ? { id: first._id.toHexString(), amount: found.reduce((so, { amount }) => so + amount, 0), at: first.at, ...(first.attribution && { attribution: first.attribution }) } : null;
  }

  private async change(filter: QueryFilter<AccountRow>, amount: number, now: Date): Promise<ValueAccount | null> {
    const found = await this.accounts.findOneAndUpdate(filter, { $inc: { balance: amount, version: 1 }, $set: { updatedAt: now } }, { returnDocument: 'after' }).lean();
    return found && toAccount(found);
  }
}

function toAccount({ _id, codeHash: _codeHash, ...row }: AccountRow): ValueAccount {
  return { id: _id, ...row };
}

function toEntry({ _id, accountId, kind, amount, orderId, reason, at }: EntryRow & { _id: Types.ObjectId }): Entry {
  return { id: _id.toHexString(), accountId, kind, amount, ...(orderId !== undefined && { orderId }), ...(reason !== undefined && { reason }), at };
}
