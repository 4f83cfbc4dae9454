import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Invariant } from '../../shared/invariant.js';
import { LoyaltyAuditRepository } from './loyalty-audit.repository.js';
import { LoyaltyRepository } from './loyalty.repository.js';
import { loyaltyRoutes } from './loyalty.routes.js';
import { LoyaltyService } from './loyalty.service.js';

type Deps = {
  connection: Connection; now: Clock; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; audit?: RecordAudit; pointsPerMajorUnit: number;
};

export function createLoyalty({ connection, audit = async () => {}, ...deps }: Deps) {
  const points = new LoyaltyRepository(connection);
  const service = new LoyaltyService({ ...deps, audit, points });
  return {
    personalData: points.personalData,
    routes: loyaltyRoutes(service),
    invariants: invariantsOf(new LoyaltyAuditRepository(connection)),
    accrueForOrder: service.accrueForOrder.bind(service),
    clawBackForOrder: service.clawBackForOrder.bind(service),
    clawBackShare: service.clawBackShare.bind(service),
    redeem: service.redeem.bind(service),
  };
}

function invariantsOf(audit: LoyaltyAuditRepository): Invariant[] {
  const names = { fold: 'loyalty.balance_equals_ledger', negative: 'loyalty.never_negative', once: 'loyalty.once_per_order', overtaken: 'loyalty.no_more_taken_than_given' };
  return [
    { name: names.fold, check: async () => (await audit.findUnlikeLedger()).map(({ _id, balance, lifetime, debt }) =>
      ({ invariant: names.fold, subject: `user:${_id}`, detail: `the ledger differs by ${balance} points, ${lifetime} lifetime, ${debt} debt` })) },
    { name: names.negative, check: async () => (await audit.findNegative()).map(({ _id, balance, lifetime, debt }) =>
      ({ invariant: names.negative, subject: `user:${_id}`, detail: `${balance} points, ${lifetime} lifetime, ${debt} debt` })) },
    { name: names.once, check: async () => (await audit.findRepeated()).map(({ _id, times }) =>
      ({ invariant: names.once, subject: `order:${_id.orderId}`, detail: `${times} rows of ${_id.kind}` })) },
    { name: names.overtaken, check: async () => (await audit.findOvertaken()).map(({ _id, left }) =>
      ({ invariant: names.overtaken, subject: `order:${_id}`, detail: `it lost ${-left} points more than it gave` })) },
  ];
}
