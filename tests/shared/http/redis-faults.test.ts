import { setTimeout as pause } from 'node:timers/promises';
import Joi from 'joi';
import { storeBody } from '../../../src/shared/http/reply.js';
import { defineRoute } from '../../../src/shared/http/route.js';
import { problems, success, successOf } from '../../../src/shared/http/schemas.js';
import { openMiniApp, type MiniApp } from '../../support/mini-app.js';
import { openRedisServer, type RedisServer } from '../../support/redis-server.js';
import { soon } from '../../support/soon.js';

let server: RedisServer;
let app: MiniApp;
const prices = new Map<string, number>();
beforeEach(async () => {
  server = await openRedisServer();
  prices.clear();
  app = await openMiniApp({ env: { REDIS_URL: server.url }, routes: ({ cache, inTransaction }) => [
    defineRoute<{ id: string }>({
      method: 'get', path: '/priced/:id', summary: 'Shows a price', tag: 'Test', access: { scope: 'catalog:read' }, params: Joi.object({ id: Joi.string() }), responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
      handle: async ({ params: { id } }) => {
        const bytes = await cache.read({ region: 'priced', key: `priced:${id}`, tags: [`priced:${id}`], load: () => storeBody(success('The price.', { id, price: prices.get(id) ?? 1 }), 1) });
        return { status: 200, bytes: bytes!, cache: 'public' };
      },
    }),
    defineRoute<{ id: string }, object, object, { price: number }>({
      method: 'put', path: '/priced/:id', summary: 'Sets a price', tag: 'Test', access: { scope: 'cart:write' }, idempotency: 'optional', params: Joi.object({ id: Joi.string() }), body: Joi.object({ price: Joi.number().required() }),
      responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403, 409, 422) },
      handle: async ({ params: { id }, body: { price } }) => {
        await inTransaction(async () => { prices.set(id, price); });
        await cache.invalidate([`priced:${id}`]);
        return { status: 200, body: success('Set.', { id, price }) };
      },
    }),
  ] });
});
afterEach(async () => { await app.close(); await server.close(); });

/** Reads four fifths, writes one fifth, through every layer: key, limits, cache, transaction. */
async function trade(forMs: number) {
  const wrong: string[] = [];
  const statuses = new Map<number, number>();
  const took: number[] = [];
  const end = Date.now() + forMs;
  const customer = async (id: string) => {
    let price = 1;
    for (let n = 0; Date.now() < end; n++) {
      const begun = performance.now();
      const answer = n % 5 === 4 ? await app.call('put', `/priced/${id}`, { body: { price: ++price } }) : await app.call('get', `/priced/${id}`);
      took.push(performance.now() - begun);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 200 && (answer.body.data.id !== id || answer.body.data.price !== price)) wrong.push(`${id}: ${JSON.stringify(answer.body.data)} instead of ${price}`);
    }
  };
  await Promise.all(['a', 'b', 'c', 'd'].map(customer));
  took.sort((x, y) => x - y);
  return { wrong, statuses: Object.fromEntries(statuses), p99: took[Math.floor(took.length * 0.99)]!, count: took.length };
}

test.each([
  { _case: 'killed and restarted', hurt: async () => { await server.kill(); await pause(1500); await server.restart(); } },
  { _case: 'frozen and thawed', hurt: async () => { server.freeze(); await pause(1500); server.thaw(); } },
  { _case: 'flushed ten times', hurt: async () => { for (let n = 0; n < 10; n++) { await pause(150); await server.command('FLUSHALL'); } } },
  { _case: 'out of memory', hurt: async () => { await server.command('CONFIG', 'SET', 'maxmemory', '1mb'); await server.command('CONFIG', 'SET', 'maxmemory', '1'); } },
  { _case: 'full of garbage', hurt: async () => { for (const id of ['a', 'b', 'c', 'd']) for (const key of [`c:{priced:${id}}`, `tag:{priced:${id}}`, `rl:{app:app:127.0.0.1}:${Math.floor(Date.now() / 60_000)}`]) { await server.command('DEL', `${app.environment['REDIS_KEY_PREFIX']}${key}`); await server.command('SET', `${app.environment['REDIS_KEY_PREFIX']}${key}`, 'garbage'); } } },
])('Redis $_case under load: every answer right, none of them 5xx, none slow', async ({ hurt }) => {
  const trading = trade(2600);
  await pause(400);
  await hurt();

  const { wrong, statuses, p99, count } = await trading;

  expect(wrong).toEqual([]);
  expect(statuses).toEqual({ 200: count });
  expect(p99).toBeLessThan(soon(400));
  expect(app.defects).toEqual([]);
});
