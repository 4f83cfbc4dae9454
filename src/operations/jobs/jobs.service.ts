import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { actorOf, type Caller } from '../../shared/http/caller.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { JobFinished, JobNotFound } from './jobs.errors.js';
import type { Job } from './jobs.js';
import type { JobFilter, JobRepository, NewJob } from './jobs.repository.js';

export class JobService {
  constructor(private readonly deps: { jobs: JobRepository; now: Clock; inTransaction: InTransaction; audit: RecordAudit }) {}

  /** Inside a transaction the job exists only if that commits. */
  enqueue(job: NewJob): Promise<Job> {
    return this.deps.jobs.insert(job, this.deps.now());
  }

  async get(id: string): Promise<Job> {
    const job = await this.deps.jobs.find(id);
    if (!job) throw new JobNotFound();
    return job;
  }

  list(filter: JobFilter, query: PageQuery): Promise<Page<Job>> {
    return this.deps.jobs.list(filter, query);
  }

  /** To cancel twice is to cancel once. */
  async cancel(id: string, caller: Caller): Promise<Job> {
    return this.deps.inTransaction(async () => {
      const before = await this.get(id);
      if (before.state === 'cancelled' || before.cancelRequestedAt) return before;
      const cancelled = await this.deps.jobs.cancel(id, this.deps.now());
      if (!cancelled) throw new JobFinished(before.state);
      await this.deps.audit({ actor: actorOf(caller), action: 'job.cancelled', subject: `job:${id}`, before: { state: before.state }, after: { state: cancelled.state } });
      return cancelled;
    });
  }
}
