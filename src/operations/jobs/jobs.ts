import type { Actor } from '../../shared/actor.js';

export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** `total` is null until it is known. */
export type Progress = Readonly<{ done: number; total: number | null; message: string | null }>;
/** What a caller may read of a failure: a stable word and a sentence. */
export type JobError = Readonly<{ code: string; message: string }>;

export type Job = Readonly<{
  id: string;
  type: string;
  input: Readonly<Record<string, unknown>>;
  state: JobState;
  progress: Progress;
  /** Where a later attempt goes on. */
  checkpoint: unknown;
  result: unknown;
  error: JobError | null;
  attempts: number;
  createdBy: Actor;
  cancelRequestedAt?: Date;
  createdAt: Date; startedAt?: Date; finishedAt?: Date; updatedAt: Date;
}>;

/** A job as its holder has it: with the token that every write of this holder carries. */
export type HeldJob = Job & Readonly<{ lockToken: number }>;

export const NO_PROGRESS: Progress = { done: 0, total: null, message: null };

export const isFinished = ({ state }: Pick<Job, 'state'>): boolean => state === 'succeeded' || state === 'failed' || state === 'cancelled';

/** Growing waits between attempts: 2 s, 4 s, 8 s ... at most 5 minutes. */
export const waitBefore = (attempts: number): number => Math.min(1000 * 2 ** attempts, 300_000);
