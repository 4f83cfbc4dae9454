import type { Connection } from 'mongoose';
import type { Subscriber } from '../../shared/events/outbox.js';
import { OrderAccessRepository } from './order-access.repository.js';
import { orderAccessRoutes } from './order-access.routes.js';
import { OrderAccessService, type OrderAccessDeps } from './order-access.service.js';

export function createOrderAccess({ connection, ...deps }: Omit<OrderAccessDeps, 'accesses'> & { connection: Connection }) {
  const service = new OrderAccessService({ ...deps, accesses: new OrderAccessRepository(connection) });
  const subscribers: Subscriber[] = [{ name: 'order-access', on: ['order.lookup_requested'], handle: (event) => service.hear(event) }];
  return { open: service.open.bind(service), routes: orderAccessRoutes(service), subscribers };
}
