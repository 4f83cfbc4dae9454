import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import { later, type Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Invariant } from '../../shared/invariant.js';
import type { Schedule } from '../../shared/schedule.js';
import { JobRunner, TIMING, type Timing } from './job-runner.service.js';
import { JobRepository } from './jobs.repository.js';
import { jobRoutes } from './jobs.routes.js';
import { JobService } from './jobs.service.js';

export type { JobContext, JobHandler } from './job-runner.service.js';
export type { Job } from './jobs.js';
export type Jobs = ReturnType<typeof createJobs>;

type JobsDeps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit;
  report: (error: unknown, context?: Readonly<Record<string, unknown>>) => void; timing?: Partial<Timing>;
};

/** Long jobs must not hold up short ones, so a worker runs this many side by side. */
const LANES = 2;
const WATCH = { everyMs: 500, pingMs: 15_000 };

export function createJobs({ connection, now, inTransaction, audit, report, timing }: JobsDeps) {
  const jobs = new JobRepository(connection);
  const service = new JobService({ jobs, now, inTransaction, audit });
  const runner = new JobRunner({ jobs, now, report, timing: { ...TIMING, ...timing } });
  return {
    routes: jobRoutes(service, WATCH),
    schedules: Array.from({ length: LANES }, (_none, lane): Schedule => ({ name: `jobs, lane ${lane + 1}`, everyMs: 500, everywhere: true, run: (stop) => runner.runDue(stop) })),
    invariants: [abandoned(jobs, now)],
    enqueue: service.enqueue.bind(service),
    get: service.get.bind(service),
    handle: runner.handle.bind(runner),
    runDue: runner.runDue.bind(runner),
  };
}

/** A killed worker's job is taken up when its lease ends; a minute later somebody should have. */
const abandoned = (jobs: JobRepository, now: Clock): Invariant => ({
  name: 'jobs_taken_up',
  check: async () => (await jobs.findAbandoned(later(now(), -60_000))).map(({ id, type, attempts }) => (
    { invariant: 'jobs_taken_up', subject: `job:${id}`, detail: `${type} lost its worker after attempt ${attempts} and nobody took it up` })),
});
