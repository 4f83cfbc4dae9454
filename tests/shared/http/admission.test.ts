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
async function open({ maxInFlight = 600, answerWithinMs = 60_000, waitMs = 1000, ticketSecret = 'a' } = {}) {
  const loop = { lateMs: 0 };
  const waiting: Array<() => void> = [];
  const begun: string[] = [];
  const defects: unknown[] = [];
  const admission: Admission = createAdmission({ maxInFlight, answerWithinMs, waitMs, ticketSecret, lateness: () => loop.lateMs });
  const app = express();
  app.use(admission.admit);
  for (const path of ['/healthz', '/readyz', '/metrics']) app.get(path, (_req, res) => { res.json({}); });
  app.get('/work', async (req, res) => { begun.push(String(req.headers['x-name'] ?? '')); res.json(await admission.inTime(res, new Promise((resolve) => { waiting.push(() => { resolve({ done: true }); }); }))); });
  app.get('/fails-late', async (_req, res) => { await admission.inTime(res, new Promise((_resolve, reject) => { waiting.push(() => { reject(new Error('too late to tell')); }); })); });
  app.use(problemHandler((error) => { defects.push(error); }));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => { admission.stop(); server.closeAllConnections(); server.close(); });
  const ask = (path: string, headers: Record<string, string> = {}) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { headers }).then(async (response) => ({ status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() as { code?: string; done?: boolean; ticket?: string } }));
  const begin = async (count: number) => {
    const answers = Array.from({ length: count }, () => ask('/work'));
    await until(async () => waiting.length >= count, { what: `${count} requests in work` });
    return answers;
  };
  return { admission, ask, begin, begun, loop, defects, waiting, finishOne: () => { waiting.shift()!(); }, finish: () => { for (const end of waiting.splice(0)) end(); } };
}

test('more in work than can be done in time: the next is refused at once with Retry-After, health is not, and room is given back', async () => {
  const { begin, ask, finish, admission } = await open({ maxInFlight: 20 });
  const answers = await begin(20);

  const refused = await Promise.all(Array.from({ length: 10 }, () => ask('/work')));
  const health = await Promise.all(['/healthz', '/readyz', '/metrics'].map((path) => ask(path)));

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

test('places go to whoever has waited longest: in the line, and across a refusal by its ticket, which counts once', async () => {
  const { admission, ask, begin, begun, finish, finishOne } = await open({ maxInFlight: 8, waitMs: 30_000 });
  const served = await begin(8);
  const waits = async (count: number) => until(async () => admission.state().waiting === count, { what: `${count} waiting` });
  const named = (name: string, ticket?: string) => ask('/work', { 'x-name': name, ...(ticket !== undefined && { 'x-admission-ticket': ticket }) });
  const started = (name: string) => until(async () => begun.includes(name), { what: `${name} in work` });

  const a = named('a');
  await waits(1);
  const b = named('b');
  await waits(2);
  const sentAway = await named('c');
  expect([sentAway.status, sentAway.body.code, typeof sentAway.body.ticket]).toEqual([503, 'overloaded', 'string']);
  finishOne();
  await started('a');
  const d = named('d');
  await waits(2);
  const c = named('c', sentAway.body.ticket);
  expect((await d).status).toBe(503);
  const forged = await named('e', `${sentAway.body.ticket!.slice(0, -2)}xx`);
  const again = await named('f', sentAway.body.ticket);
  finishOne();
  await started('b');
  finishOne();
  await started('c');
  finish();

  expect([forged.status, again.status]).toEqual([503, 503]);
  expect(begun.filter((name) => name !== '')).toEqual(['a', 'b', 'c']);
  expect((await Promise.all([...served, a, b, c])).map(({ status }) => status)).toEqual(Array.from({ length: 11 }, () => 200));
});

test('nobody waits longer than the limit, and a ticket of one process counts in another', async () => {
  const [one, other] = [await open({ maxInFlight: 4, waitMs: 100 }), await open({ maxInFlight: 4, waitMs: 30_000 })];
  const busy = [...await one.begin(4), ...await other.begin(4)];

  const away = await one.ask('/work');
  expect([away.status, one.admission.state().waiting]).toEqual([503, 0]);
  const newcomer = other.ask('/work', { 'x-name': 'newcomer' });
  await until(async () => other.admission.state().waiting === 1, { what: 'newcomer in line' });
  const returned = other.ask('/work', { 'x-name': 'returned', 'x-admission-ticket': away.body.ticket! });
  expect((await newcomer).status).toBe(503);
  other.finish();
  await until(async () => other.begun.includes('returned'), { what: 'returned in work' });
  one.finish();
  other.finish();

  expect((await returned).status).toBe(200);
  expect((await Promise.all(busy)).every(({ status }) => status === 200)).toBe(true);
});
