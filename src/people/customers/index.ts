import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { CustomerRepository } from './customers.repository.js';
import { customerRoutes } from './customers.routes.js';
import { CustomerService } from './customers.service.js';

export type Customers = ReturnType<typeof createCustomers>;

type CustomersDeps = { connection: Connection; now: Clock; outbox: Outbox; inTransaction: InTransaction; audit: RecordAudit };

export function createCustomers({ connection, ...deps }: CustomersDeps) {
  const service = new CustomerService({ ...deps, customers: new CustomerRepository(connection) });
  return {
    routes: customerRoutes(service),
    createProfile: service.createProfile.bind(service),
    findByUser: service.findByUser.bind(service),
    addAddress: service.addAddress.bind(service),
  };
}
