import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { JOB_STATES, type Job, type JobState } from './jobs.js';

export type JobParams = { id: string };
export const jobParams = Joi.object<JobParams, true>({ id: id().required() });

export type JobsQuery = PageQuery & { state?: JobState; type?: string };
export const jobsQuery = Joi.object<JobsQuery>({
  ...pageParams(['createdAt']),
  state: Joi.string().valid(...JOB_STATES), type: Joi.string().pattern(/^[a-z_.]{1,64}$/, 'job type'),
});

export const jobReply = Joi.object({
  id: id().required(), type: Joi.string().required(), state: Joi.string().valid(...JOB_STATES).required(),
  progress: Joi.object({
    done: Joi.number().integer().required(), total: Joi.number().integer().allow(null).required(), message: Joi.string().allow(null).required(),
  }).required(),
  result: Joi.any().required().description('What the job made; null until it has succeeded'),
  error: Joi.object({ code: Joi.string().required(), message: Joi.string().required() }).allow(null).required(),
  attempts: Joi.number().integer().required(),
  createdBy: Joi.object({ type: Joi.string().required(), id: Joi.string().allow(null).required() }).required(),
  cancelRequestedAt: timestamp(), createdAt: timestamp().required(), startedAt: timestamp(), finishedAt: timestamp(), updatedAt: timestamp().required(),
}).meta({ name: 'Job' });
export const jobAnswer = successOf(jobReply);
export const jobsAnswer = pageOf(jobReply);

/** What the job was given and where it stands inside is its own affair. */
export function presentJob({ input: _input, checkpoint: _checkpoint, ...job }: Job) {
  return job;
}
