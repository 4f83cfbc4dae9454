import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { PolicyRepository } from './return-policies.repository.js';
import { policyRoutes } from './return-policies.routes.js';
import { PolicyService } from './return-policies.service.js';

export { isFault, RETURN_REASONS, returnDeadline, type ReturnPolicy, type ReturnReason } from './return-policies.js';

type Deps = { connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit } & Pick<ConstructorParameters<typeof PolicyService>[0], 'categoriesOf' | 'categoriesWithin'>;

export function createReturnPolicies({ connection, ...deps }: Deps) {
  const service = new PolicyService({ ...deps, policies: new PolicyRepository(connection) });
  return { routes: policyRoutes(service), get: service.get.bind(service), termsFor: service.termsFor.bind(service), deadlineOf: service.deadlineOf.bind(service) };
}
