import { setTimeout as pause } from 'node:timers/promises';
import { later, type Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { JobCancelled, JobLost, WorkerStopping } from './jobs.errors.js';
import { waitBefore, type HeldJob, type Job, type JobError, type Progress } from './jobs.js';
import type { JobRepository } from './jobs.repository.js';

export type JobContext = Readonly<{
  /** Tells watchers how far it is. */
  progress(progress: { done: number; total?: number; message?: string }): Promise<void>;
  /** Where a later attempt goes on. Called in the transaction of a batch it makes that batch happen once: a holder that lost the job is refused, and the batch with it. */
  checkpoint(state: unknown): Promise<void>;
  /** Aborted when the job is cancelled, lost to another worker, or the process ends. */
  signal: AbortSignal;
}>;
/** Answers the result that callers may read; what it did since its last checkpoint may happen again. A DomainError fails the job at once; anything else is tried again. */
export type JobHandler = (job: Job, context: JobContext) => Promise<unknown>;
type Report = (error: unknown, context?: Readonly<Record<string, unknown>>) => void;

export type Timing = Readonly<{ leaseMs: number; heartbeatMs: number; stopPatienceMs: number; maxAttempts: number }>;
export const TIMING: Timing = { leaseMs: 30_000, heartbeatMs: 3_000, stopPatienceMs: 5_000, maxAttempts: 5 };

/** Takes due jobs under a lease and runs them; every write carries the token of the taking. */
export class JobRunner {
  private readonly handlers = new Map<string, JobHandler>();

  constructor(private readonly deps: { jobs: JobRepository; now: Clock; report: Report; timing: Timing }) {}

  handle(type: string, handler: JobHandler): void {
    if (this.handlers.has(type)) throw new Error(`There are two handlers for jobs of type ${type}`);
    this.handlers.set(type, handler);
  }

  /** Runs due jobs one after the other until none is left; answers how many it took. */
  async runDue(stop?: AbortSignal): Promise<number> {
    for (let taken = 0; ; taken++) {
      if (stop?.aborted) return taken;
      const job = await this.deps.jobs.take([...this.handlers.keys()], this.deps.now(), this.deps.timing.leaseMs);
      if (!job) return taken;
      await this.run(job, stop);
    }
  }

  private async run(job: HeldJob, stop: AbortSignal | undefined): Promise<void> {
    const { jobs, now, timing } = this.deps;
    if (job.cancelRequestedAt) return void await jobs.finish(job, { state: 'cancelled' }, now());
    // Whoever took it before died each time: it is set aside, so that the others flow.
    if (job.attempts > timing.maxAttempts) return void await jobs.finish(job, { state: 'failed', error: job.error ?? GAVE_UP }, now());

    const halt = new AbortController();
    const onStop = () => { halt.abort(new WorkerStopping()); };
    stop?.addEventListener('abort', onStop, { once: true });
    const heartbeat = setInterval(() => { void this.beat(job, halt); }, timing.heartbeatMs).unref();
    try {
      const result = await Promise.race([this.work(job, halt), stoppedFor(halt.signal, timing.stopPatienceMs)]);
      // Work that returns early because of the signal is not done.
      halt.signal.throwIfAborted();
      await jobs.finish(job, { state: 'succeeded', result: result ?? null }, now());
    } catch (error) {
      await this.end(job, halt.signal.aborted ? halt.signal.reason : error);
    } finally {
      clearInterval(heartbeat);
      stop?.removeEventListener('abort', onStop);
    }
  }

  private work(job: HeldJob, halt: AbortController): Promise<unknown> {
    const { jobs, now } = this.deps;
    const context: JobContext = {
      signal: halt.signal,
      progress: async ({ done, total, message }) => {
        const progress: Progress = { done, total: total ?? null, message: message ?? null };
        this.obey(await jobs.report(job, progress, now()), halt);
      },
      checkpoint: async (state) => { this.obey(await jobs.saveCheckpoint(job, state, now()), halt); },
    };
    return this.handlers.get(job.type)!(job, context);
  }

  /** A failed renewal is no loss yet: the database may be briefly away, and the token guards every write. */
  private async beat(job: HeldJob, halt: AbortController): Promise<void> {
    const { jobs, now, timing } = this.deps;
    try {
      this.obey(await jobs.renew(job, later(now(), timing.leaseMs)), halt);
    } catch (error) {
      if (!halt.signal.aborted) this.deps.report(error, { job: job.id, type: job.type });
    }
  }

  private obey(written: Job | null, halt: AbortController): void {
    if (!written) halt.abort(new JobLost());
    else if (written.cancelRequestedAt) halt.abort(new JobCancelled());
    halt.signal.throwIfAborted();
  }

  private async end(job: HeldJob, error: unknown): Promise<void> {
    const { jobs, now, timing, report } = this.deps;
    if (error instanceof JobLost) return;
    if (error instanceof JobCancelled) return void await jobs.finish(job, { state: 'cancelled' }, now());
    if (error instanceof WorkerStopping) return void await jobs.giveBack(job, now(), job.attempts - 1, null, now());
    if (error instanceof DomainError && error.status < 500) {
      return void await jobs.finish(job, { state: 'failed', error: { code: error.code, message: error.message } }, now());
    }
    report(error, { job: job.id, type: job.type, attempts: job.attempts });
    const shown: JobError = error instanceof DomainError ? { code: error.code, message: error.message } : DEFECT;
    if (job.attempts >= timing.maxAttempts) await jobs.finish(job, { state: 'failed', error: shown }, now());
    else await jobs.giveBack(job, later(now(), waitBefore(job.attempts)), job.attempts, shown, now());
  }
}

const DEFECT: JobError = { code: 'internal_error', message: 'Something went wrong on our side.' };
const GAVE_UP: JobError = { code: 'attempts_exhausted', message: 'Every worker that took this job ended before it was done.' };

/** Rejects some time after the signal, for work that does not listen to it. */
async function stoppedFor(signal: AbortSignal, patienceMs: number): Promise<never> {
  if (!signal.aborted) await new Promise((resolve) => { signal.addEventListener('abort', resolve, { once: true }); });
  await pause(patienceMs, undefined, { ref: false });
  throw signal.reason;
}
