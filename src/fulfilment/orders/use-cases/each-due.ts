import { isPassingDatabaseError } from '../../../shared/db/retry.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import type { OrderDeps } from '../orders.deps.js';
import type { Order } from '../orders.js';

/** One that fails is reported and stays due; those behind it do not wait for it, unless the database is away from all of them. Answers how many were done. */
export async function eachDue({ report }: Pick<OrderDeps, 'report'>, due: readonly Order[], finish: (order: Order) => Promise<boolean>): Promise<number> {
  let done = 0;
  for (const order of due) {
    try {
      if (await finish(order)) done += 1;
    } catch (error) {
      if (isPassingDatabaseError(error)) throw error;
      if (!(error instanceof ConcurrentChange)) report(error, { orderId: order.id });
    }
  }
  return done;
}
