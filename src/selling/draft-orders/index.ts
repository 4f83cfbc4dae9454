import type { Connection } from 'mongoose';
import type { Invariant, Violation } from '../../shared/invariant.js';
import { DraftOrderRepository } from './draft-orders.repository.js';
import { draftOrderRoutes } from './draft-orders.routes.js';
import { DraftOrderService, type DraftOrderDeps } from './draft-orders.service.js';

const BATCH = 500;

export function createDraftOrders({ connection, ...deps }: Omit<DraftOrderDeps, 'drafts'> & { connection: Connection }) {
  const drafts = new DraftOrderRepository(connection);
  const invariants: Invariant[] = [{ name: 'every completed draft is one order', check: () => withoutOrder(drafts, deps.orders) }];
  return { personalData: drafts.personalData, routes: draftOrderRoutes(new DraftOrderService({ ...deps, drafts })), invariants };
}

async function withoutOrder(drafts: DraftOrderRepository, orders: Pick<DraftOrderDeps['orders'], 'findByCart'>): Promise<Violation[]> {
  const found: Violation[] = [];
  for (let after: string | null = null; ;) {
    const ids: string[] = await drafts.completedAfter(after, BATCH);
    if (ids.length === 0) return found;
    for (const id of ids) if (!await orders.findByCart(id)) found.push({ invariant: 'every completed draft is one order', subject: `draft:${id}`, detail: 'it is completed, and there is no order of it' });
    after = ids.at(-1)!;
  }
}
