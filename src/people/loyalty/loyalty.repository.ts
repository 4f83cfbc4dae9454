import type { Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { ownedRows } from '../../shared/db/owned-rows.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { orLostRace } from '../../shared/db/retry.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { effectOf, emptyAccount, type Account, type LedgerEntry, type LedgerKind } from './loyalty.js';
import { accountModel, ledgerModel, type AccountRow, type LedgerRow } from './loyalty.model.js';

type NewEntry = Omit<LedgerEntry, 'id'>;
type Effect = ReturnType<typeof effectOf>;

const LOST = 'The points of this customer changed meanwhile.';

export class LoyaltyRepository {
  private readonly accounts;
  private readonly ledger;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.accounts = accountModel(connection);
    this.ledger = ledgerModel(connection);
    this.personalData = ownedRows(this.ledger, { name: 'points', erase: 'keep' });
  }

  async getAccount(userId: string): Promise<Account> {
    const found = await this.accounts.findById(userId).lean();
    return found ? toAccount(found) : emptyAccount(userId);
  }

  async findOrderPoints(orderId: string, kind: LedgerKind): Promise<number | null> {
    const found = await this.ledger.findOne({ orderId, kind }, { points: 1 }).lean();
    return found?.points ?? null;
  }

  /** What an order has lost again, and in how many parts. */
  async takenBack(orderId: string): Promise<{ taken: number; parts: number }> {
    const found = await this.ledger.find({ orderId, kind: { $in: ['clawback', 'debt'] } }, { kind: 1, points: 1 }).lean();
    return { taken: found.reduce((so, { points }) => so - points, 0), parts: found.filter(({ kind }) => kind === 'clawback').length };
  }

  findLedgerPage(userId: string, query: PageQuery): Promise<Page<LedgerEntry>> {
    return findPage<LedgerRow>(this.ledger, { filter: { userId }, query, fallbackSort: '-id', paths: { id: '_id' } })
      .then((page) => ({ ...page, items: page.items.map(({ _id, part: _part, ...row }) => ({ id: _id.toHexString(), ...row })) }));
  }

  /** False when the order has a row of this kind already: nothing was written then. */
  async addOnce(entry: NewEntry & { orderId: string }): Promise<boolean> {
    const { orderId, kind, ...rest } = entry;
    const { upsertedCount } = await this.ledger.updateOne({ orderId, kind }, { $setOnInsert: rest }, { upsert: true });
    return upsertedCount === 1;
  }

  async add(entries: readonly NewEntry[]): Promise<void> {
    await orLostRace(() => this.ledger.insertMany(entries, { lean: true }), LOST, { userId: entries[0]?.userId });
  }

  /** Adds to the account what the entries say; null when the balance does not reach, and then nothing was changed. */
  async change(userId: string, entries: ReadonlyArray<Pick<LedgerEntry, 'kind' | 'points'>>): Promise<Account | null> {
    const effect = entries.map(effectOf).reduce(addUp);
    const gives = effect.balance >= 0;
    const changed = await orLostRace(() => this.accounts.findOneAndUpdate(
      { _id: userId, ...(!gives && { balance: { $gte: -effect.balance } }) },
      { $inc: { ...effect, version: 1 } }, { returnDocument: 'after', upsert: gives },
    ).lean(), LOST, { userId });
    return changed && toAccount(changed);
  }
}

const addUp = (a: Effect, b: Effect): Effect => ({ balance: a.balance + b.balance, lifetime: a.lifetime + b.lifetime, debt: a.debt + b.debt });
const toAccount = ({ _id, balance, lifetime, debt, version }: AccountRow): Account => ({ userId: _id, balance, lifetime, debt, version });
