import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import { createAdmission, type Admission } from '../../../src/shared/http/admission.js';
import { problemHandler } from '../../../src/shared/http/problem.js';
import { until } from '../../support/redis-server.js';

const closing: Array<() => void> = [];
afterEach(() => { for (const close of closing.splice(0)) close(); });

/** A server whose requests end when `finish` is called; `late` is what the event loop is said to be late. */
async function open({ maxInFlight = 600, answerWithinMs = 60_000 } = {}) {
  const loop = { lateMs: 0 };
  const waiting: Array<() => void> = [];
  const defects: unknown[] = [];
  const admission: Admission = createAdmission({ maxInFlight, answerWithinMs, lateness: () => loop.lateMs });
  const app = express();
  app.use(admission.admit);
  for (const path of ['/healthz', '/readyz', '/metrics']) app.get(path, (_req, res) => { res.json({}); });
  app.get('/work', async (_req, res) => { res.json(await admission.inTime(res, new Promise((resolve) => { waiting.push(() => { resolve({ done: true }); }); }))); });
  app.get('/fails-late', async (_req, res) => { await admission.inTime(res, new Promise((_resolve, reject) => { waiting.push(() => { reject(new Error('too late to tell')); }); })); });
  app.use(problemHandler((error) => { defects.push(error); }));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => { admission.stop(); server.closeAllConnections(); server.close(); });
  const ask = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`).then(async (response) => ({ status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() as { code?: string; done?: boolean } }));
  const begin = async (count: number) => {
    const answers = Array.from({ length: count }, () => ask('/work'));
    await until(async () => waiting.length >= count, { what: `${count} requests in work` });
    return answers;
  };
  return { admission, ask, begin, loop, defects, waiting, finish: () => { for (const end of waiting.splice(0)) end(); } };
}

test('more in work than can be done in time: the next is refused at once with Retry-After, health is not, and room is given back', async () => {
  const { begin, ask, finish, admission } = await open({ maxInFlight: 20 });
  const answers = await begin(20);

  const refused = await Promise.all(Array.from({ length: 10 }, () => ask('/work')));
  const health = await Promise.all(['/healthz', '/readyz', '/metrics'].map(ask));

  expect(refused.map(({ status, body }) => [status, body.code])).toEqual(Array.from({ length: 10 }, () => [503, 'overloaded']));
  expect(refused.every(({ retryAfter }) => ['1', '2', '3'].includes(retryAfter!))).toBe(true);
  expect(health.map(({ status }) => status)).toEqual([200, 200, 200]);
  finish();
  expect((await Promise.all(answers)).every(({ status, body }) => status === 200 && body.done)).toBe(true);
  await until(async () => admission.state().inFlight === 0, { what: 'nothing in work' });
  const [served] = await begin(1);
  finish();
  expect((await served)!.status).toBe(200);
});

test('an event loop that stays late sheds load, one that was late for a moment does not, and few are never refused', async () => {
  const busy = await open();
  const answers = await busy.begin(50);
  expect(busy.admission.state().isOverloaded).toBe(false);

  busy.loop.lateMs = 2000;
  await until(async () => busy.admission.state().isOverloaded, { what: 'overload' });
  expect((await busy.ask('/work')).body.code).toBe('overloaded');
  busy.loop.lateMs = 0;
  await until(async () => !busy.admission.state().isOverloaded, { what: 'relief' });
  busy.finish();
  await Promise.all(answers);

  const quiet = await open();
  quiet.loop.lateMs = 60_000;
  await until(async () => quiet.admission.state().lateMs > 1000, { what: 'lateness' });
  const [served] = await quiet.begin(1);
  quiet.finish();
  expect((await served)!.status).toBe(200);
});

test('what takes too long is answered 503 that leaves the outcome open; what comes of it later disturbs nobody', async () => {
  const { ask, begin, finish, defects, waiting } = await open({ answerWithinMs: 150 });
  const [slow] = await begin(1);
  const failing = ask('/fails-late');

  expect(await slow).toMatchObject({ status: 503, body: { code: 'not_answered_in_time' } });
  expect((await failing).status).toBe(503);
  expect(waiting).toHaveLength(2);
  finish();
  await pause(50);
  const [next] = await begin(1);
  finish();

  expect((await next)!.status).toBe(200);
  expect(defects).toEqual([]);
});
