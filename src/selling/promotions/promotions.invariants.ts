import type { Invariant, Violation } from '../../shared/invariant.js';
import type { UsageRepository } from './usage.repository.js';

const BATCH = 500;
type Orders = {
  existing(orderIds: readonly string[]): Promise<ReadonlySet<string>>;
  promotedAfter(after: string | null, limit: number): Promise<ReadonlyArray<{ id: string; stands: boolean; promotionIds: readonly string[] }>>;
};

/** What must hold between rules, counters and orders. */
export function promotionInvariants(usages: UsageRepository, orders: Orders): Invariant[] {
  const names = { counted: 'promotions.uses_are_those_of_orders', limits: 'promotions.within_limits', orphans: 'promotions.no_use_without_order', held: 'promotions.orders_hold_what_they_were_given' };
  return [
    { name: names.counted, check: async () => (await usages.findMiscounted()).map(({ _id, difference }) => (
      { invariant: names.counted, subject: `promotion:${_id.promotionId}`, detail: `${_id.what}: orders hold ${difference} more than was counted` })) },
    { name: names.limits, check: () => usages.findBeyondLimits(names.limits) },
    { name: names.orphans, check: () => orphans(usages, orders, names.orphans) },
    { name: names.held, check: () => unlikeOrders(usages, orders, names.held) },
  ];
}

async function orphans(usages: UsageRepository, orders: Orders, invariant: string): Promise<Violation[]> {
  const found: Violation[] = [];
  for await (const ids of usages.ordersThatHold(BATCH)) {
    const there = await orders.existing(ids);
    found.push(...ids.filter((id) => !there.has(id)).map((id) => ({ invariant, subject: `order:${id}`, detail: 'holds a promotion and does not exist' })));
  }
  return found;
}

/** An order that stands holds exactly its promotions; one that was given up holds none. */
async function unlikeOrders(usages: UsageRepository, orders: Orders, invariant: string): Promise<Violation[]> {
  const found: Violation[] = [];
  for (let after: string | null = null; ;) {
    const batch = await orders.promotedAfter(after, BATCH);
    if (batch.length === 0) return found;
    const held = await usages.heldBy(batch.map(({ id }) => id));
    for (const { id, stands, promotionIds } of batch) {
      const [wanted, has] = [stands ? [...promotionIds].sort().join() : '', [...held.get(id) ?? []].sort().join()];
      if (wanted !== has) found.push({ invariant, subject: `order:${id}`, detail: `holds ${has || 'nothing'} instead of ${wanted || 'nothing'}` });
    }
    after = batch.at(-1)!.id;
  }
}
