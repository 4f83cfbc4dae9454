import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { finishSealing, waitingSince } from '../../shared/db/seal-stored.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { BELIEVED_MS, type Vault } from '../../shared/db/vault.js';
import type { Metrics } from '../../shared/metrics/metrics.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Schedule } from '../../shared/schedule.js';
import type { Jobs } from '../jobs/index.js';
import { KeyRotation, ROTATE_JOB } from './key-rotation.service.js';
import { CodeNotGood } from './privacy.errors.js';
import { PrivacyRepository } from './privacy.repository.js';
import { privacyRoutes } from './privacy.routes.js';
import { ERASE_GUEST_JOB, ERASE_JOB, EXPORT_JOB, PrivacyService, type Reauthenticate } from './privacy.service.js';
import { DEFAULT_RULES, ringRules, withDays } from './retention.js';
import { Retention } from './retention.service.js';

export { eventsKeptSince } from './retention.js';

type Deps = {
  connection: Connection; vault: Vault; jobs: Jobs; inTransaction: InTransaction; audit: RecordAudit; now: Clock; metrics: Pick<Metrics, 'retained'>;
  parts: () => readonly PersonalData[]; findAccount(userId: string): Promise<{ email: string; roles: readonly string[] } | null>; countOpenOrders(of: { userId: string } | { userId: null; emailKey: string }): Promise<number>;
  reauthenticate: Reauthenticate; hasAccount(email: string): Promise<boolean>; findGuestOrder(token: string): Promise<{ email: string; userId: string | null }>;
  config: Readonly<{ days: string; cartDays: number; taxYears: number; settleMs?: number }>;
};

const RETENTION_EVERY_MS = 3_600_000;
/** Longer than any rolling upgrade. */
const ROLLED_OUT_MS = 24 * 3_600_000;

async function finishLate(connection: Connection, now: Date): Promise<void> {
  const since = await waitingSince(connection);
  if (since !== null && since.getTime() + ROLLED_OUT_MS <= now.getTime()) await finishSealing(connection, () => {});
}

export function createPrivacy({ connection, vault, jobs, metrics, config, ...deps }: Deps) {
  const privacy = new PrivacyRepository(connection, vault);
  const service = new PrivacyService({
    ...deps, privacy, jobs, sealing: vault.sealing,
    guestOf: async (token) => { const { email, userId } = await deps.findGuestOrder(token); if (userId !== null) throw new CodeNotGood(); return email; },
  });
  const rotation = new KeyRotation({ ...deps, privacy, vault, jobs, settleMs: config.settleMs ?? 2 * BELIEVED_MS });
  const rules = withDays(DEFAULT_RULES, config.days);
  if (!rules) throw new Error(`RETENTION_DAYS must name some of ${DEFAULT_RULES.map(({ name }) => name).join(', ')} with days, like activity:365,mails:90`);
  const retention = new Retention({ privacy, vault, now: deps.now, rules, rings: ringRules(config.cartDays, config.taxYears, rules.find(({ name }) => name === 'security_events')!.days), count: metrics.retained });
  jobs.handle(EXPORT_JOB, (job, context) => service.runExport(job, context));
  jobs.handle(ERASE_JOB, (job, context) => service.runErasure(job, context));
  jobs.handle(ERASE_GUEST_JOB, (job) => service.runGuestErasure(job));
  jobs.handle(ROTATE_JOB, (job, context) => rotation.run(job, context));
  const schedules: Schedule[] = [
    { name: 'retention', everyMs: RETENTION_EVERY_MS, run: () => retention.run() },
    { name: 'finishSealing', everyMs: RETENTION_EVERY_MS, run: () => finishLate(connection, deps.now()) },
  ];
  return { routes: privacyRoutes(service, rotation), schedules, retention, parts: deps.parts };
}
