import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Actor } from '../../shared/actor.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import type { Money } from '../../shared/money.js';
import { InsufficientPoints } from './loyalty.errors.js';
import { clawback, pointsFor, settlement, shareOf, type Account } from './loyalty.js';
import type { LoyaltyRepository } from './loyalty.repository.js';

type OfOrder = { orderId: string; userId: string };
type Adjust = { userId: string; points: number; reason: string; actor: Actor };
type Deps = {
  points: LoyaltyRepository; now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; audit: RecordAudit; pointsPerMajorUnit: number;
};

export class LoyaltyService {
  constructor(private readonly deps: Deps) {}

  /** Inside the transaction that places the order. Two round trips; a second call for the same order gives nothing. */
  async accrueForOrder({ orderId, userId, spent }: OfOrder & { spent: Money }): Promise<number> {
    const { points: rows, now, pointsPerMajorUnit } = this.deps;
    const points = pointsFor(spent, pointsPerMajorUnit);
    if (points === 0) return 0;
    const entry = { userId, orderId, kind: 'accrual' as const, points, reason: 'Order placed', at: now() };
    if (!await rows.addOnce(entry)) return 0;
    const account = await rows.change(userId, [entry]);
    const paid = settlement(points, account?.debt ?? 0).map((change) => ({ ...change, userId, orderId, reason: 'Paid an old debt', at: now() }));
    if (paid.length > 0) {
      await rows.change(userId, paid);
      await rows.add(paid);
    }
    return points;
  }

  /** Inside the transaction that cancels the order. Takes back what is left of what it gave, once; what is not there any more becomes a debt. */
  clawBackForOrder(order: OfOrder & { reason: string }): Promise<number> {
    return this.clawBackShare({ ...order, credited: 1, total: 1 });
  }

  /** Inside the transaction that takes goods back. `credited` is all that came back so far: asking again takes nothing more. */
  async clawBackShare({ orderId, userId, reason, credited, total }: OfOrder & { reason: string; credited: number; total: number }): Promise<number> {
    const { points: rows, now } = this.deps;
    const accrued = await rows.findOrderPoints(orderId, 'accrual');
    if (accrued === null) return 0;
    const { taken, parts } = await rows.takenBack(orderId);
    const points = shareOf(accrued, credited, total) - taken;
    if (points <= 0) return 0;
    const { balance } = await rows.getAccount(userId);
    const entries = clawback(points, balance).map((change) => ({ ...change, userId, orderId, reason, at: now(), ...(parts > 0 && { part: parts }) }));
    await rows.change(userId, entries);
    await rows.add(entries);
    return points;
  }

  /** For checkout: pays with points, inside the transaction of the order. Refused when they are not there. */
  async redeem({ orderId, userId, points }: OfOrder & { points: number }): Promise<Account> {
    const entry = { userId, orderId, kind: 'redemption' as const, points: -points, at: this.deps.now() };
    const account = await this.take(userId, entry, points);
    await this.deps.points.add([entry]);
    return account;
  }

  /** Staff gives or takes points; never more than there are. */
  async adjust({ userId, points, reason, actor }: Adjust): Promise<Account> {
    const { inTransaction, outbox, audit, now } = this.deps;
    return inTransaction(async () => {
      const entry = { userId, kind: 'adjustment' as const, points, reason, at: now() };
      const account = await this.take(userId, entry, -points);
      await this.deps.points.add([entry]);
      await outbox.record({ type: 'loyalty.points_adjusted', aggregateId: userId, data: { userId, points, balance: account.balance } });
      await audit({ actor, action: 'loyalty.points_adjusted', subject: `user:${userId}`, before: { points: account.balance - points }, after: { points: account.balance, reason } });
      return account;
    });
  }

  getAccount(userId: string): Promise<Account> {
    return this.deps.points.getAccount(userId);
  }

  findLedger(userId: string, query: PageQuery) {
    return this.deps.points.findLedgerPage(userId, query);
  }

  private async take(userId: string, entry: { kind: 'adjustment' | 'redemption'; points: number }, wanted: number): Promise<Account> {
    const account = await this.deps.points.change(userId, [entry]);
    if (!account) throw new InsufficientPoints(wanted, (await this.getAccount(userId)).balance);
    return account;
  }
}
