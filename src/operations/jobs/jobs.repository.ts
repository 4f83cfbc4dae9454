import { Types, type Connection } from 'mongoose';
import { later } from '../../shared/clock.js';
import { findPage } from '../../shared/db/page.js';
import { retryPassingError } from '../../shared/db/retry.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { NO_PROGRESS, type HeldJob, type Job, type JobError, type JobState, type Progress } from './jobs.js';
import { jobModel, type JobRow } from './jobs.model.js';

const KEPT_MS = 30 * 24 * 3_600_000;

type Stored = JobRow & { _id: Types.ObjectId };
export type NewJob = Pick<Job, 'type' | 'input' | 'createdBy'>;
export type JobFilter = { state?: JobState; type?: string };
export type Holder = Pick<HeldJob, 'id' | 'lockToken'>;
/** How a hold ends. */
type Outcome = { state: 'succeeded'; result: unknown } | { state: 'failed'; error: JobError } | { state: 'cancelled' };

export class JobRepository {
  private readonly jobs;

  constructor(connection: Connection) {
    this.jobs = jobModel(connection);
  }

  async insert(job: NewJob, now: Date): Promise<Job> {
    const row: Stored = {
      _id: new Types.ObjectId(), ...job, state: 'queued', progress: NO_PROGRESS, checkpoint: null, result: null, error: null, attempts: 0,
      createdAt: now, updatedAt: now, dueAt: now, lockToken: 0,
    };
    await this.jobs.insertMany([row]);
    return toJob(row);
  }

  async find(id: string): Promise<Job | null> {
    const found = await this.jobs.findOne({ _id: id }).lean();
    return found && toJob(found as Stored);
  }

  async list({ state, type }: JobFilter, query: PageQuery): Promise<Page<Job>> {
    const filter = { ...(state && { state }), ...(type !== undefined && { type }) };
    const page = await findPage(this.jobs, { filter, query, fallbackSort: '-createdAt', projection: { input: 0, checkpoint: 0 } });
    return { ...page, items: page.items.map((row) => toJob(row as Stored)) };
  }

  /** The longest due job that is waiting, or whose holder let the lease run out. The token grows with each taking. */
  async take(types: readonly string[], now: Date, leaseMs: number): Promise<HeldJob | null> {
    const taken = await this.jobs.findOneAndUpdate(
      { state: { $in: ['queued', 'running'] }, dueAt: { $lte: now }, type: { $in: types } },
      { $set: { state: 'running', dueAt: later(now, leaseMs), startedAt: now, updatedAt: now }, $inc: { lockToken: 1, attempts: 1 } },
      { sort: { dueAt: 1, _id: 1 }, returnDocument: 'after' },
    ).lean();
    return taken && { ...toJob(taken as Stored), lockToken: taken.lockToken };
  }

  /** Each of the following is refused (null or false) when another has taken the job since: the token no longer matches. */
  async renew(holder: Holder, until: Date): Promise<Job | null> {
    return this.write(holder, { dueAt: until });
  }

  async report(holder: Holder, progress: Progress, now: Date): Promise<Job | null> {
    return this.write(holder, { progress, updatedAt: now });
  }

  async saveCheckpoint(holder: Holder, checkpoint: unknown, now: Date): Promise<Job | null> {
    return this.write(holder, { checkpoint, updatedAt: now });
  }

  async finish(holder: Holder, outcome: Outcome, now: Date): Promise<boolean> {
    return await retryPassingError(() => this.write(holder, { ...outcome, finishedAt: now, updatedAt: now, expiresAt: later(now, KEPT_MS) })) !== null;
  }

  /** Back to the queue: after a failure that may pass, or because the process ends. */
  async giveBack(holder: Holder, dueAt: Date, attempts: number, error: JobError | null, now: Date): Promise<boolean> {
    return await retryPassingError(() => this.write(holder, { state: 'queued', dueAt, attempts, error, updatedAt: now })) !== null;
  }

  /** A waiting job ends here and now; a running one is asked to. Null when it is neither. */
  async cancel(id: string, now: Date): Promise<Job | null> {
    const ended = { $set: { state: 'cancelled', finishedAt: now, updatedAt: now, expiresAt: later(now, KEPT_MS) } };
    const waiting = await this.jobs.findOneAndUpdate({ _id: id, state: 'queued' }, ended, { returnDocument: 'after' }).lean();
    if (waiting) return toJob(waiting as Stored);
    const running = await this.jobs.findOneAndUpdate({ _id: id, state: 'running' }, { $set: { cancelRequestedAt: now, updatedAt: now } }, { returnDocument: 'after' }).lean();
    return running && toJob(running as Stored);
  }

  /** Running jobs whose lease ended before that moment and that nobody took up. */
  async findAbandoned(before: Date): Promise<Job[]> {
    const found = await this.jobs.find({ state: { $in: ['running'] }, dueAt: { $lt: before } }).sort({ dueAt: 1, _id: 1 }).limit(1000).lean();
    return found.map((row) => toJob(row as Stored));
  }

  private async write({ id, lockToken }: Holder, change: Partial<JobRow>): Promise<Job | null> {
    const written = await this.jobs.findOneAndUpdate({ _id: id, state: 'running', lockToken }, { $set: change }, { returnDocument: 'after' }).lean();
    return written && toJob(written as Stored);
  }
}

const toJob = ({ _id, dueAt: _dueAt, lockToken: _lockToken, expiresAt: _expiresAt, ...job }: Stored): Job => ({ ...job, id: _id.toHexString() });
