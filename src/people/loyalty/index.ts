import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Invariant } from '../../shared/invariant.js';
import type { InteractionTerms } from './interactions.js';
import { InteractionRepository } from './interactions.repository.js';
import { InteractionService } from './interactions.service.js';
import { LoyaltyAuditRepository } from './loyalty-audit.repository.js';
import { LoyaltyRepository } from './loyalty.repository.js';
import { loyaltyRoutes } from './loyalty.routes.js';
import { LoyaltyService } from './loyalty.service.js';

type Deps = {
  connection: Connection; now: Clock; outbox: Pick<Outbox, 'record' | 'once'>; inTransaction: InTransaction; audit?: RecordAudit; pointsPerMajorUnit: number;
  interactions: InteractionTerms;
};

export function createLoyalty({ connection, audit = async () => {}, interactions: terms, ...deps }: Deps) {
  const points = new LoyaltyRepository(connection);
  const service = new LoyaltyService({ ...deps, audit, points });
  const interactions = new InteractionRepository(connection);
  const writing = new InteractionService({ ...deps, interactions, points, terms });
  return {
    personalData: [points.personalData, interactions.personalData],
    routes: loyaltyRoutes(service),
    subscribers: [writing.subscriber],
    invariants: [...invariantsOf(new LoyaltyAuditRepository(connection)), ...interactionInvariants(interactions)],
    /** For auditors of what is written: by thing, whether its author has the points, and as of which version. */
    pointsGiven: async (things: readonly string[]) => new Map((await interactions.findMany(things)).map(({ thing, isGiven, version }) => [thing, { isGiven, version }])),
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

function interactionInvariants(interactions: InteractionRepository): Invariant[] {
  const name = 'loyalty.interactions_equal_ledger';
  return [{ name, check: async () => (await interactions.findUnlikeLedger()).map(({ _id, difference }) => ({ invariant: name, subject: `thing:${_id}`, detail: `the ledger has ${difference} points more than were decided` })) }];
}
