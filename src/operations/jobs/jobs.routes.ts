import { setTimeout as pause } from 'node:timers/promises';
import { EVENT_STREAM } from '../../shared/http/reply.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { isFinished, type Job } from './jobs.js';
import { jobAnswer, jobParams, jobsAnswer, jobsQuery, presentJob, type JobParams, type JobsQuery } from './jobs.schemas.js';
import type { JobService } from './jobs.service.js';

const tag = 'Jobs';
const mayRead = { permission: 'jobs:read' } as const;

export function jobRoutes(jobs: JobService, watch: { everyMs: number; pingMs: number }) {
  return [
    defineRoute<object, JobsQuery>({
      method: 'get', path: '/admin/jobs', summary: 'List jobs, newest first', tag, access: mayRead,
      query: jobsQuery, responses: { 200: jobsAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await jobs.list(query, query);
        return { status: 200, body: success('The jobs.', { ...page, items: page.items.map(presentJob) }) };
      },
    }),
    defineRoute<JobParams>({
      method: 'get', path: '/jobs/:id', summary: 'How far a job is, and what it made', tag, access: mayRead,
      params: jobParams, responses: { 200: jobAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => ({ status: 200, body: success('The job.', presentJob(await jobs.get(params.id))) }),
    }),
    defineRoute<JobParams>({
      method: 'get', path: '/jobs/:id/events', summary: 'Follow a job until it ends, as server-sent events', tag, access: mayRead, produces: [EVENT_STREAM],
      description: 'One event per change: `progress` while it is open, then `finished`. `data` is the job, `id` the time of the change. The stream also ends when this server does: connect again.',
      params: jobParams, responses: { 200: jobAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => ({ status: 200, contentType: EVENT_STREAM, stream: follow(await jobs.get(params.id), jobs, watch) }),
    }),
    defineRoute<JobParams>({
      method: 'post', path: '/jobs/:id/cancellation', summary: 'Cancel a job: at once while it waits, at its next step while it runs', tag, access: { permission: 'jobs:write' },
      params: jobParams, responses: { 200: jobAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => {
        const job = await jobs.cancel(params.id, caller);
        return { status: 200, body: success(isFinished(job) ? 'The job is cancelled.' : 'The job will end at its next step.', presentJob(job)) };
      },
    }),
  ];
}

/** Tells the state at once, then every change; a comment now and then shows proxies that somebody is there. */
async function* follow(first: Job, jobs: JobService, { everyMs, pingMs }: { everyMs: number; pingMs: number }): AsyncGenerator<string> {
  let told = '';
  let toldAt = 0;
  for (let job = first; ; job = await jobs.get(job.id)) {
    const text = eventOf(job);
    const isSilent = text === told && Date.now() - toldAt < pingMs;
    if (!isSilent) toldAt = Date.now();
    yield isSilent ? '' : text === told ? ': still here\n\n' : text;
    told = text;
    if (isFinished(job)) return;
    await pause(everyMs);
  }
}

const eventOf = (job: Job): string =>
  `event: ${isFinished(job) ? 'finished' : 'progress'}\nid: ${job.updatedAt.getTime()}\ndata: ${JSON.stringify(presentJob(job))}\n\n`;
