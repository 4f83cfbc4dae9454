import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { openShop, type Shop } from '../../support/shop.js';

/** A search server as it is in bad hours; the good ones are in engines.test.ts. */
let answer: (res: ServerResponse) => void = () => {};
let asked = 0;
const json = (status: number, body: unknown) => (res: ServerResponse) => { res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)); };
const hits = { total: { value: 0, relation: 'eq' }, max_score: null, hits: [] };
const fake = createServer((_req, res) => { asked += 1; answer(res); });

let shop: Shop;
beforeAll(async () => {
  fake.listen(0, '127.0.0.1');
  await once(fake, 'listening');
  shop = await openShop({ env: { SEARCH_ENGINE: 'opensearch', SEARCH_URL: `http://127.0.0.1:${(fake.address() as AddressInfo).port}`, SEARCH_TIMEOUT_MS: '400' } });
  await shop.call('post', '/products', { headers: shop.keys.secret, body: { name: 'Porcelain teapot', status: 'active', description: '', categoryIds: [], variants: [{ sku: 'T-1', prices: [{ currency: 'EUR', base: 1000 }] }] } });
  // The first question loads the client, which on a busy machine takes longer than an answer may.
  answer = good;
  await find();
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(async () => { await shop.container.search.close(); await shop.close(); fake.closeAllConnections(); fake.close(); });

const good = json(200, { timed_out: false, _shards: { total: 1, successful: 1, failed: 0 }, hits, aggregations: Object.fromEntries(['f0', 'f1', 'f2'].map((name) => [name, { usual: { buckets: [] } }])) });
const find = () => shop.call('get', '/search?q=porcelian+teapot');
/** Longer than the breaker spares the server. */
const spared = () => pause(2_100);

test.each<[string, typeof answer]>([
  ['never answers', () => {}], ['hangs up', (res) => { res.destroy(); }], ['has no such index', json(404, { error: { type: 'index_not_found_exception' }, status: 404 })],
  ['has another mapping', json(400, { error: { type: 'search_phase_execution_exception' }, status: 400 })], ['fails', json(503, { error: 'unavailable' })], ['says nothing that can be read', (res) => { res.end('<html>'); }],
  ['answers in part', json(200, { timed_out: false, _shards: { total: 2, successful: 1, failed: 1 }, hits })], ['gives up in time', json(200, { timed_out: true, _shards: { total: 1, successful: 1, failed: 0 }, hits })],
])('a server that %s is answered for within the same request, and the answer says so', async (_name, how) => {
  answer = good;
  expect((await find()).headers['x-degraded']).toBeUndefined();
  answer = how;
  const found = await find().expect(200);

  expect(found.headers['x-degraded']).toBe('search');
  expect(found.body.data).toMatchObject({ total: 1, degraded: true, correctedTo: 'porcelain teapot', items: [{ name: 'Porcelain teapot' }] });
  const suggested = await shop.call('get', '/search/suggestions?q=porc').expect(200);
  expect([suggested.headers['x-degraded'], suggested.body.data]).toMatchObject(['search', { queries: ['porcelain'], degraded: true }]);
});

test('after three failures it is not asked for a while, then once, and from its first good answer again', async () => {
  answer = (res) => { res.destroy(); };
  for (let n = 0; n < 3; n++) await find();
  const before = asked;
  // all at once: the breaker spares the server for two seconds only
  for (const { headers } of await Promise.all(Array.from({ length: 5 }, find))) expect(headers['x-degraded']).toBe('search');
  expect(asked).toBe(before);

  answer = good;
  await spared();
  const found = await find().expect(200);
  expect([found.headers['x-degraded'], found.body.data.total, found.body.data.degraded]).toEqual([undefined, 0, undefined]);
  expect(asked).toBeGreaterThan(before);
  expect(await shop.metrics.registry.getSingleMetricAsString('search_degraded_total')).toMatch(/search_degraded_total [1-9]\d/);
});
