import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { ReportError } from '../../shared/http/problem.js';
import type { FraudLabel, PastOrder } from '../../shared/order-risk.js';
import type { DataSubject, PersonalData } from '../../shared/personal-data.js';
import { AssessService, type History } from './assess.service.js';
import { BackTestService } from './back-test.service.js';
import { createKeys } from './keys.js';
import { RegistryService } from './registry.service.js';
import { riskRoutes } from './risk.routes.js';
import { RiskRepository } from './risk.repository.js';

export { OrderNotAccepted } from './risk.errors.js';
export type { Subject, Verdict } from './risk.js';
export { trainModel, measureModel, type Training } from './learning/train.js';
export { buildDataset, type Transaction } from './learning/dataset.js';
export type { ModelFile } from './fraud-model.js';

type Deps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit; report: ReportError; secret: string;
  /** The orders, which keep what was thought of them. */
  orders: { history: History; slice(after: string | null, from: Date, to: Date, limit: number): Promise<PastOrder[]>; label(orderId: string, label: FraudLabel): Promise<boolean> };
};

export function createRisk({ connection, now, inTransaction, audit, report, secret, orders }: Deps) {
  const rows = new RiskRepository(connection);
  const keys = createKeys(secret);
  const registry = new RegistryService({ rows, now, inTransaction, audit });
  const assess = new AssessService({ registry, rows, keys, history: orders.history, now, report });
  const backTests = new BackTestService({ slice: orders.slice, registry });
  /** The cardholder's bank has taken the money back: the surest label there is. Writing it twice writes the same. */
  const subscribers: Subscriber[] = [{
    name: 'risk.labelDisputed', on: ['payment.disputed'],
    handle: async ({ aggregateId, occurredAt }) => { await orders.label(aggregateId, { isFraud: true, source: 'chargeback', at: occurredAt }); },
  }];

  const keysOf = ({ userId, email }: DataSubject) => [keys.keyFor('user', userId), ...(email === null ? [] : [keys.keyFor('email', email)])];
  const personalData: PersonalData = {
    name: 'fraudChecks', collections: ['risk_refusals'],
    export: async (subject) => (await rows.refusalsOf(keysOf(subject))).map(({ at, score, total }) => ({ at, score, total })),
    /** What was thought of an order stays with it; by what it is linked to others goes with its marks. */
    erase: (subject) => rows.removeRefusals(keysOf(subject)),
  };

  return {
    personalData,
    routes: riskRoutes({ registry, assess, backTests, keys, now }), subscribers,
    /** Starts to look; what it returns judges, once the total is known. */
    assess: assess.begin.bind(assess),
    /** By what orders with this card are found. */
    cardKey: (fingerprint: string) => keys.keyFor('card', fingerprint),
    register: registry.register.bind(registry),
    activate: registry.activate.bind(registry),
    transactions: backTests.transactions.bind(backTests),
  };
}
