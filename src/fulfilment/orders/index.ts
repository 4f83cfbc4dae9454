import type { Connection } from 'mongoose';
import type { Invariant } from '../../shared/invariant.js';
import type { Schedule } from '../../shared/schedule.js';
import type { OrderDeps } from './orders.deps.js';
import { orderInvariants } from './orders.invariants.js';
import { OrderRepository } from './orders.repository.js';
import { orderRoutes } from './orders.routes.js';
import { OrderService } from './orders.service.js';

export { orderNumber, type Order, type OrderItem, type OrderOwner, type PaymentSummary } from './orders.js';
export { presentOrder } from './orders.presenter.js';
export { orderReply, orderHeaders, orderParams, type OrderHeaders } from './orders.schemas.js';
export { orderOwnerOf } from './orders.routes.js';

type InvariantDeps = Omit<Parameters<typeof orderInvariants>[0], 'orders' | 'now'>;
type Deps = Omit<OrderDeps, 'orders'> & { connection: Connection; auditing: InvariantDeps };

export type Orders = ReturnType<typeof createOrders>;

export function createOrders(deps: Deps) {
  const orders = new OrderRepository(deps.connection);
  const service = new OrderService({ ...deps, orders });
  const invariants: Invariant[] = orderInvariants({ ...deps.auditing, orders, now: deps.now });
  const schedules: Schedule[] = [{ name: 'expire-unpaid-orders', everyMs: 1000, run: () => service.expireDue() }];
  return { service, routes: orderRoutes(service), invariants, schedules };
}
