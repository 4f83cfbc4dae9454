import { openMiniApp, sameShop, userIdOf, type MiniApp } from '../../support/mini-app.js';
import { openRedisServer } from '../../support/redis-server.js';
import { storeBody } from '../../../src/shared/http/reply.js';

let app: MiniApp; let second: MiniApp; let third: MiniApp;
beforeAll(async () => {
  app = await openMiniApp({ prepared: true });
  second = await openMiniApp({ env: sameShop(app) });
  third = await openMiniApp({ env: sameShop(app) });
});
afterAll(async () => {
  await third.close({ keepData: true });
  await second.close({ keepData: true });
  await app.close();
});
beforeEach(async () => { await app.connection.collection('audit_entries').deleteMany({}); await app.container.cache.purge({ all: true }); });
afterEach(() => { for (const { defects } of [app, second, third]) expect(defects.splice(0)).toEqual([]); });

let stored = 0;
/** What a node answers for a cached thing, and whether it had to be loaded. */
async function read(node: MiniApp, key = 'things:1', tags = ['thing:1', 'things']) {
  let loaded = false;
  const found = await node.container.cache.read({ region: 'things', key, tags, load: async () => { loaded = true; return storeBody({ stored }, 1); } });
  return { value: (JSON.parse(found!.body.toString()) as { stored: number }).stored, loaded };
}
const audited = () => app.connection.collection('audit_entries').find({}, { projection: { _id: 0, actor: 1, action: 1, subject: 1, after: 1 } }).toArray();
const purge = (body: object, as = 'can.cache.purge') => app.call('post', '/admin/cache/purge', { as, body });

test.each([
  { _case: 'a tag', body: { tags: ['thing:1'] }, removed: 1 }, { _case: 'a key', body: { keys: ['things:1'] }, removed: 1 }, { _case: 'everything', body: { all: true }, removed: 2 },
])('a purge of $_case is gone on three nodes when it answers, counted, and audited', async ({ body, removed }) => {
  stored = 1;
  for (const node of [app, second, third]) { await read(node); await read(node, 'things:2', ['thing:2']); }
  stored = 2;

  const answer = await purge(body).expect(200);

  expect(answer.body.data).toEqual({ removed });
  const after = await Promise.all([second, third, app].map((node) => read(node)));
  expect(after.map(({ value }) => value)).toEqual([2, 2, 2]);
  expect((await read(second, 'things:2', ['thing:2'])).value).toBe('all' in body ? 2 : 1);
  expect(await audited()).toEqual([{ actor: { type: 'user', id: userIdOf('can.cache.purge') }, action: 'cache.purged', subject: 'cache', after: { ...body, removed } }]);
});

test.each([
  { _case: 'nothing', body: {} }, { _case: 'two at once', body: { all: true, tags: ['a'] } }, { _case: 'no tags', body: { tags: [] } },
  { _case: 'all: false', body: { all: false } }, { _case: 'a number', body: { keys: [1] } }, { _case: 'another word', body: { everything: true } },
])('a purge of $_case is refused and removes nothing', async ({ body }) => {
  await read(app);

  const answer = await purge(body).expect(400);

  expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ pointer: expect.stringMatching(/^#\/body/) }] });
  expect((await read(app)).loaded).toBe(false);
  expect(await audited()).toEqual([]);
});

test.each([{ as: 'alice', status: 403 }, { as: 'can.audit.read', status: 403 }, { as: 'stale', status: 401 }])('$as may not purge', async ({ as, status }) => {
  await read(app);

  await purge({ all: true }, as).expect(status);

  expect((await read(app)).loaded).toBe(false);
  expect(await audited()).toEqual([]);
});

test('statistics: hits and misses per region, entries of all nodes, and Redis itself', async () => {
  await read(app); await read(app); await read(app);
  await read(second, 'things:2', ['thing:2']);

  const { body } = await app.call('get', '/admin/cache/stats', { as: 'can.cache.purge' }).expect(200);

  const { hits, misses, hitRate } = body.data.regions.things as { hits: number; misses: number; hitRate: number };
  expect(body.data).toMatchObject({ redis: { state: 'up', usedMemoryBytes: expect.any(Number) }, entries: 2 });
  expect(hits).toBeGreaterThanOrEqual(2);
  expect(hitRate).toBeCloseTo(hits / (hits + misses), 10);
});

test('with Redis away a purge says so and nothing is audited; statistics tell what is known', async () => {
  const server = await openRedisServer();
  const lonely = await openMiniApp({ env: sameShop(app, { REDIS_URL: server.url }) });
  await server.kill();

  const { body, headers } = await lonely.call('post', '/admin/cache/purge', { as: 'staff', body: { all: true } }).expect(503);
  expect(body.code).toBe('cache_unavailable');
  expect(headers['retry-after']).toBe('1');
  expect(await audited()).toEqual([]);
  const stats = await lonely.call('get', '/admin/cache/stats', { as: 'staff' }).expect(200);
  expect(stats.body.data).toEqual({ redis: { state: 'down', usedMemoryBytes: null }, entries: null, regions: {} });
  expect(lonely.defects).toEqual([]);
  await lonely.close({ keepData: true });
  await server.close();
});

test('the worker cleans the cache up every hour', () => {
  expect(app.container.schedules.filter(({ name }) => name === 'cache-clean-up')).toMatchObject([{ everyMs: 3_600_000 }]);
});
