import { Schema, type Connection } from 'mongoose';
import { JOB_STATES, type Job } from './jobs.js';

/** `dueAt`: from when a worker may take it, which for a running job is when its lease ends. */
export type JobRow = Omit<Job, 'id'> & { dueAt: Date; lockToken: number; expiresAt?: Date };

const jobSchema = new Schema<JobRow>({
  type: { type: String, required: true },
  input: { type: Schema.Types.Mixed, required: true },
  state: { type: String, enum: JOB_STATES, required: true },
  progress: { type: new Schema({ done: { type: Number, required: true }, total: { type: Number, default: null }, message: { type: String, default: null } }, { _id: false }), required: true },
  checkpoint: { type: Schema.Types.Mixed, default: null },
  result: { type: Schema.Types.Mixed, default: null },
  error: { type: new Schema({ code: { type: String, required: true }, message: { type: String, required: true } }, { _id: false }), default: null },
  attempts: { type: Number, required: true },
  createdBy: { type: new Schema({ type: { type: String, required: true }, id: { type: String, default: null } }, { _id: false }), required: true },
  cancelRequestedAt: Date,
  createdAt: { type: Date, required: true }, startedAt: Date, finishedAt: Date, updatedAt: { type: Date, required: true },
  dueAt: { type: Date, required: true },
  lockToken: { type: Number, required: true },
  expiresAt: Date,
}, { versionKey: false, minimize: false });
// Finished jobs are the bulk and are never taken: only what is open is indexed for the workers.
jobSchema.index({ dueAt: 1, _id: 1 }, { partialFilterExpression: { state: { $in: ['queued', 'running'] } } });
jobSchema.index({ createdAt: -1, _id: -1 });
jobSchema.index({ state: 1, createdAt: -1, _id: -1 });
jobSchema.index({ type: 1, createdAt: -1, _id: -1 });
// Nothing hangs on a finished job, so it may simply go.
jobSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const jobModel = (connection: Connection) => connection.model<JobRow>('Job', jobSchema, 'jobs');
