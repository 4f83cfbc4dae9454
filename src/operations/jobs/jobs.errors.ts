import { ConflictError, NotFoundError } from '../../shared/errors.js';
import type { JobState } from './jobs.js';

export class JobNotFound extends NotFoundError {
  readonly code = 'job_not_found';
  constructor() { super('There is no such job.'); }
}

export class JobFinished extends ConflictError {
  readonly code = 'job_finished';
  constructor(state: JobState) { super(`This job has already ${state === 'failed' ? 'failed' : 'succeeded'}; there is nothing left to cancel.`, { state }); }
}

/** Thrown into the work of a job by its own writes: somebody asked for an end. */
export class JobCancelled extends Error {
  constructor() { super('The job was cancelled'); this.name = 'JobCancelled'; }
}

/** Thrown into the work of a holder that was paused for longer than its lease: another holds the job, and this one must not write. */
export class JobLost extends Error {
  constructor() { super('Another worker holds this job now'); this.name = 'JobLost'; }
}

/** Thrown into the work when the process is to end: the job goes back to the queue. */
export class WorkerStopping extends Error {
  constructor() { super('The worker is stopping'); this.name = 'WorkerStopping'; }
}
