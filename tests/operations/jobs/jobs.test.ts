import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { createJobs } from '../../../src/operations/jobs/index.js';
import { openMiniApp, type MiniApp } from '../../support/mini-app.js';
import { SYSTEM_JOB } from './nodes.js';

let app: MiniApp;
let jobs: ReturnType<typeof createJobs>;
let release: () => void = () => {};
beforeAll(async () => {
  app = await openMiniApp({ prepared: true });
  jobs = app.container.jobs;
  jobs.handle('quick', async () => ({ made: 3 }));
  jobs.handle('watched', async (_job, { progress }) => {
    const released = new Promise<void>((resolve) => { release = resolve; });
    await progress({ done: 1, total: 2 });
    await released;
    await progress({ done: 2, total: 2, message: 'almost' });
    return 'seen';
  });
});
afterAll(() => app.close());
beforeEach(async () => { await app.connection.collection('jobs').deleteMany({}); });
afterEach(() => { expect(app.defects.splice(0)).toEqual([]); });

const staff = { as: 'can.jobs.read+jobs.write' };
const show = async (id: string) => (await app.call('get', `/jobs/${id}`, staff).expect(200)).body.data;

test('a job is shown from the queue to its result, without its input', async () => {
  const { id } = await jobs.enqueue({ type: 'quick', input: { file: 'private.csv' }, createdBy: { type: 'user', id: 'u1' } });

  expect(await show(id)).toEqual({
    id, type: 'quick', state: 'queued', progress: { done: 0, total: null, message: null }, result: null, error: null, attempts: 0,
    createdBy: { type: 'user', id: 'u1' }, createdAt: expect.any(String), updatedAt: expect.any(String),
  });
  await jobs.runDue();
  expect(await show(id)).toMatchObject({ state: 'succeeded', result: { made: 3 }, attempts: 1, finishedAt: expect.any(String) });
});

test('the list filters by state and type', async () => {
  await jobs.enqueue({ type: 'quick', ...SYSTEM_JOB });
  await jobs.runDue();
  await jobs.enqueue({ type: 'watched', ...SYSTEM_JOB });
  const found = async (query: string) => (await app.call('get', `/admin/jobs${query}`, staff).expect(200)).body.data.items.map(({ type, state }: { type: string; state: string }) => `${type} ${state}`);

  expect(await found('')).toEqual(['watched queued', 'quick succeeded']);
  expect(await found('?state=succeeded')).toEqual(['quick succeeded']);
  expect(await found('?type=watched')).toEqual(['watched queued']);
  expect((await app.call('get', '/admin/jobs?state=lost', staff).expect(400)).body.errors[0].pointer).toBe('#/query/state');
});

test('cancelling a waiting job ends it at once, twice is once, and it is audited once', async () => {
  const { id } = await jobs.enqueue({ type: 'quick', ...SYSTEM_JOB });

  await app.call('post', `/jobs/${id}/cancellation`, staff).expect(200);
  const { body } = await app.call('post', `/jobs/${id}/cancellation`, staff).expect(200);

  expect(body.data).toMatchObject({ state: 'cancelled', result: null });
  expect(await jobs.runDue()).toBe(0);
  expect(await app.connection.collection('audit_entries').countDocuments({ action: 'job.cancelled', subject: `job:${id}` })).toBe(1);
});

test('cancelling a running job ends it at its next step', async () => {
  const { id } = await jobs.enqueue({ type: 'watched', ...SYSTEM_JOB });
  const running = jobs.runDue();
  await pause(100);

  const { body } = await app.call('post', `/jobs/${id}/cancellation`, staff).expect(200);
  expect(body).toMatchObject({ message: 'The job will end at its next step.', data: { state: 'running', cancelRequestedAt: expect.any(String) } });
  release();
  await running;

  expect(await show(id)).toMatchObject({ state: 'cancelled', result: null, progress: { done: 2 } });
});

test('a finished job cannot be cancelled, and stays as it is', async () => {
  const { id } = await jobs.enqueue({ type: 'quick', ...SYSTEM_JOB });
  await jobs.runDue();

  const { body } = await app.call('post', `/jobs/${id}/cancellation`, staff).expect(409);

  expect(body).toMatchObject({ code: 'job_finished', state: 'succeeded' });
  expect((await show(id)).state).toBe('succeeded');
});

test.each([
  { _case: 'a customer reads', method: 'get' as const, path: '', as: 'alice', status: 403 },
  { _case: 'a reader cancels', method: 'post' as const, path: '/cancellation', as: 'can.jobs.read', status: 403 },
  { _case: 'nobody follows', method: 'get' as const, path: '/events', as: undefined, status: 401 },
])('refused: $_case', async ({ method, path, as, status }) => {
  const { id } = await jobs.enqueue({ type: 'quick', ...SYSTEM_JOB });

  await app.call(method, `/jobs/${id}${path}`, as === undefined ? {} : { as }).expect(status);

  expect((await show(id)).state).toBe('queued');
});

test('a job that is not there is 404, also as a stream', async () => {
  for (const path of ['', '/events']) expect((await app.call('get', `/jobs/64f0c0ffee64f0c0ffee64f0${path}`, staff).expect(404)).body.code).toBe('job_not_found');
});

test('a stream tells every change as it happens, uncompressed, and ends with the job', async () => {
  const { id } = await jobs.enqueue({ type: 'watched', ...SYSTEM_JOB });
  const stream = follow(id);
  await pause(200);
  const running = jobs.runDue();
  await pause(700);
  release();
  await running;

  const { headers, text } = await stream;

  expect(headers['content-type']).toBe('text/event-stream');
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['cache-control']).toBe('no-store');
  const events = text.split('\n\n').filter(Boolean).map((block) => {
    const [event, , data] = block.split('\n');
    const job = JSON.parse(data!.slice('data: '.length)) as { state: string; progress: { done: number } };
    return `${event} ${job.state} ${job.progress.done}`;
  });
  expect(events).toEqual(['event: progress queued 0', 'event: progress running 1', 'event: finished succeeded 2']);
});

test('a watcher that goes away leaves nothing behind', async () => {
  const { id } = await jobs.enqueue({ type: 'quick', ...SYSTEM_JOB });
  const request = get({ port: app.port, path: `/api/v1/jobs/${id}/events`, headers: { 'x-api-key': 'pk_app', authorization: 'Bearer staff' } });
  await new Promise((resolve) => { request.once('response', (response) => { response.once('data', resolve); }); });
  request.destroy();
  await pause(700);

  const reads = app.connection.collection('jobs');
  const before = await opsOn(reads.collectionName);
  await pause(700);
  expect(await opsOn(reads.collectionName)).toBe(before);
});

test('the auditor names a job whose worker is gone for more than a minute', async () => {
  const { id } = await jobs.enqueue({ type: 'quick', ...SYSTEM_JOB });
  const check = jobs.invariants[0]!.check;
  expect(await check()).toEqual([]);
  await app.connection.model('Job').updateOne({ _id: id }, { $set: { state: 'running', dueAt: new Date(Date.now() - 61_000), attempts: 1 } });

  expect(await check()).toEqual([{ invariant: 'jobs_taken_up', subject: `job:${id}`, detail: expect.stringContaining('quick lost its worker') }]);
});

test('workers find their work by an index', async () => {
  const plan = await app.connection.collection('jobs').find({ state: { $in: ['queued', 'running'] }, dueAt: { $lte: new Date() }, type: { $in: ['quick'] } }).sort({ dueAt: 1, _id: 1 }).explain();

  expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain('dueAt_1__id_1');
});

/** How often this database was asked about the collection. */
async function opsOn(collection: string): Promise<number> {
  const { totals } = await app.connection.db!.admin().command({ top: 1 });
  return totals[`${app.connection.name}.${collection}`].queries.count as number;
}

function follow(id: string): Promise<{ headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    get({ port: app.port, path: `/api/v1/jobs/${id}/events`, headers: { 'x-api-key': 'pk_app', authorization: 'Bearer staff', 'accept-encoding': 'gzip' } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('end', () => { resolve({ headers: response.headers, text }); });
    }).once('error', reject);
  });
}
