import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { avatarRoutes } from './avatars.routes.js';
import { BuyerService } from './buyers.service.js';
import { CustomerRepository } from './customers.repository.js';
import { customerRoutes } from './customers.routes.js';
import { CustomerService, type Avatars } from './customers.service.js';
import { CompanyRepository, GroupRepository } from './groups.repository.js';
import { groupRoutes } from './groups.routes.js';
import { CompanyService, GroupService } from './groups.service.js';

export type Customers = ReturnType<typeof createCustomers>;

type CustomersDeps = { connection: Connection; now: Clock; outbox: Outbox; inTransaction: InTransaction; audit: RecordAudit; avatars: Avatars; uploadFolder?: string };

export function createCustomers({ connection, uploadFolder = join(tmpdir(), 'kontor-uploads'), ...deps }: CustomersDeps) {
  const customers = new CustomerRepository(connection);
  const groups = new GroupRepository(connection);
  const companies = new CompanyRepository(connection);
  const buyers = new BuyerService({ customers, groups, companies });
  const missingGroups = async (ids: readonly string[]) => {
    const known = new Set((await groups.findMany(ids)).map(({ id }) => id));
    return ids.filter((id) => !known.has(id));
  };
  const service = new CustomerService({ ...deps, customers, missingGroups, forgetBuyer: buyers.forget.bind(buyers) });
  const shared = { ...deps, groups, companies, customers, profiles: service, forgetBuyers: () => { buyers.forgetAll(); } };
  return {
    personalData: customers.personalData,
    routes: [...customerRoutes(service), ...avatarRoutes(service, uploadFolder), ...groupRoutes(new GroupService(shared), new CompanyService(shared))],
    createProfile: service.createProfile.bind(service),
    changeEmail: service.changeEmail.bind(service),
    findByUser: service.findByUser.bind(service),
    /** `Ada L.`, as strangers may see it. */
    publicNameOf: async (userId: string): Promise<string> => {
      const profile = await service.findByUser(userId);
      return profile ? `${profile.firstName} ${profile.lastName.slice(0, 1)}.` : 'Somebody';
    },
    addAddress: service.addAddress.bind(service),
    buyerOf: buyers.buyerOf.bind(buyers),
  };
}
