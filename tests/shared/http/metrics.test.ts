import Joi from 'joi';
import { Schema } from 'mongoose';
import { storeBody } from '../../../src/shared/http/reply.js';
import { defineRoute } from '../../../src/shared/http/route.js';
import { problems, success, successOf } from '../../../src/shared/http/schemas.js';
import { openMiniApp, sameShop, type MiniApp } from '../../support/mini-app.js';

let app: MiniApp;
beforeAll(async () => {
  app = await openMiniApp({ routes: ({ connection, cache }) => {
    const rows = connection.model('MeasuredRow', new Schema({ n: Number }), 'measured_rows');
    return [
      defineRoute<{ id: string }>({
        method: 'get', path: '/measured/:id', summary: 'Reads a row', tag: 'Test', access: { scope: 'cart:read' }, params: Joi.object({ id: Joi.string() }), responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
        handle: async ({ params }) => {
          if (params.id === 'broken') throw new Error('broken');
          await rows.findOne({ n: 1 }).lean();
          await cache.read({ region: 'rows', key: `row:${params.id}`, tags: ['rows'], load: () => storeBody({}, 1) });
          return { status: 200, body: success('Read.', {}) };
        },
      }),
    ];
  } });
});
afterAll(() => app.close());

/** The value of a series, by name and labels in any order; 0 when it is not there. */
async function value(name: string, labels: Record<string, string> = {}): Promise<number> {
  const { text } = await app.api.get('/metrics').expect(200);
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}{`) && Object.entries(labels).every(([label, wanted]) => candidate.includes(`${label}="${wanted}"`)));
  return Number(line?.split(' ').at(-1) ?? 0);
}

test('the page has rate, errors and duration per route, database time per route and command, and cache hits per region', async () => {
  await app.call('get', '/measured/1').expect(200);
  await app.call('get', '/measured/1').expect(200);
  await app.call('get', '/measured/broken').expect(500);
  await app.call('get', '/nowhere/at/all').expect(404);
  app.defects.splice(0);
  const route = 'GET /measured/:id';

  expect(await value('http_request_duration_seconds_count', { route, status: '200' })).toBe(2);
  expect(await value('http_request_duration_seconds_sum', { route, status: '200' })).toBeGreaterThan(0);
  expect(await value('http_request_duration_seconds_count', { route, status: '500' })).toBe(1);
  expect(await value('http_request_errors_total', { route })).toBe(1);
  expect(await value('http_request_duration_seconds_count', { route: 'unmatched', status: '404' })).toBe(1);
  expect(await value('mongodb_command_duration_seconds_count', { route, command: 'find' })).toBe(2);
  expect([await value('cache_requests_total', { region: 'rows', result: 'miss' }), await value('cache_requests_total', { region: 'rows', result: 'hit' })]).toEqual([1, 1]);
  expect(await value('api_key_requests_total', { key: 'app' })).toBe(3);
});

test('what callers invent makes no series: ids, unknown paths and keys', async () => {
  const count = async () => (await app.api.get('/metrics')).text.split('\n').length;
  await app.call('get', '/measured/first').expect(200);
  await app.call('get', '/invented').expect(404);
  const before = await count();

  for (let n = 0; n < 20; n++) {
    await app.call('get', `/measured/id-${n}`).expect(200);
    await app.call('get', `/invented-${n}`).expect(404);
    await app.call('get', '/measured/1', { key: `pk_invented_${n}` }).expect(401);
  }

  expect(await count() - before).toBeLessThan(40);
});

test('with a token the page is for its scraper only', async () => {
  const METRICS_TOKEN = 'scraper-token-Zx9Yw8Vu7Ts6';
  const guarded = await openMiniApp({ env: sameShop(app, { METRICS_TOKEN }) });

  for (const token of [undefined, 'wrong', `${METRICS_TOKEN}x`]) await guarded.api.get('/metrics').set(token === undefined ? {} : { Authorization: `Bearer ${token}` }).expect(401);
  expect((await guarded.api.get('/metrics').set('Authorization', `Bearer ${METRICS_TOKEN}`).expect(200)).headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  await guarded.close({ keepData: true });
});

test('health: alive never asks others; ready tells of the database and, as slower, of the cache', async () => {
  expect((await app.api.get('/healthz').expect(200)).body).toEqual({ status: 'alive' });
  expect((await app.api.get('/readyz').expect(200)).body).toEqual({ status: 'ready', database: 'up', cache: 'up' });
});
