import { classOf, groupOf } from '../../../src/people/api-keys/usage.js';
import { givenKeys } from '../../support/given.js';
import { openNode } from '../../support/node.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let node: World;
let server: Record<string, string>;
beforeAll(async () => {
  world = await openWorld();
  server = (await givenKeys(world)).secret;
  node = await openNode(world);
});
afterEach(() => { world.clock.offsetMs = 0; expect([...world.defects.splice(0), ...node.defects.splice(0)]).toEqual([]); });
afterAll(async () => { await node.close(); await world.close(); });

const givenApp = async () => {
  const { id, key } = await world.container.apiKeys.issue({ name: 'app', kind: 'publishable', scopes: ['catalog:read'] });
  return { id, headers: { 'x-api-key': key } };
};
const today = (): string => new Date().toISOString().slice(0, 10);
const usageOf = (id: string, query = '') => world.call('get', `/admin/api-keys/${id}/usage${query}`, { headers: server });
/** An answer is counted when its connection has it, which is a moment after the client does. */
const settled = () => new Promise((resolve) => { setTimeout(resolve, 50); });

test('every request of a key is counted exactly, by day, part of the API and answer, on all nodes together', async () => {
  const app = await givenApp();
  const other = await givenApp();
  await Promise.all([
    ...Array.from({ length: 30 }, (_, i) => (i % 2 ? world : node).call('get', '/products', { headers: app.headers })),
    ...Array.from({ length: 10 }, (_, i) => (i % 2 ? world : node).call('get', '/products?wrong=1', { headers: app.headers })),
    ...Array.from({ length: 5 }, () => node.call('get', '/cart', { headers: app.headers })),
    world.call('get', '/categories', { headers: other.headers }),
  ]);
  await settled();
  await Promise.all([node.container.apiKeys.flushUsage(), node.container.apiKeys.flushUsage(), world.container.apiKeys.flushUsage()]);

  const reply = await usageOf(app.id);

  expect(reply.status).toBe(200);
  expect(reply.body.data).toMatchObject({ to: today(), requests: 45, answers: { '2xx': 30, '4xx': 15 } });
  expect(reply.body.data.items).toEqual([
    { day: today(), group: 'cart', requests: 5, answers: { '4xx': 5 } },
    { day: today(), group: 'products', requests: 40, answers: { '2xx': 30, '4xx': 10 } },
  ]);
  expect((await usageOf(other.id)).body.data.requests).toBe(1);
});

test('a request without a key that is known counts for nobody', async () => {
  const before = await world.connection.collection('api_key_usage').countDocuments();
  await world.call('get', '/products', { headers: { 'x-api-key': `pk_live_aaaaaaaa_${'x'.repeat(32)}` } });
  await settled();
  await world.container.apiKeys.flushUsage();

  expect(await world.connection.collection('api_key_usage').countDocuments({ keyId: { $exists: false } })).toBe(0);
  expect(await world.connection.collection('api_key_usage').countDocuments()).toBeGreaterThanOrEqual(before);
});

test('many requests are one write, and the next write brings the total, so that none counts twice', async () => {
  const app = await givenApp();
  const writes: string[] = [];
  world.connection.getClient().on('commandStarted', ({ commandName, command }) => { if ((command as Record<string, unknown>)[commandName] === 'api_key_usage') writes.push(commandName); });

  await Promise.all(Array.from({ length: 20 }, () => world.call('get', '/products', { headers: app.headers })));
  await settled();
  expect(writes).toEqual([]);
  await world.container.apiKeys.flushUsage();
  expect(writes).toEqual(['update']);
  await world.container.apiKeys.flushUsage();
  expect(writes).toEqual(['update']);
  await world.call('get', '/products', { headers: app.headers });
  await settled();

  expect((await usageOf(app.id)).body.data.requests).toBe(21);
  const rows = await world.connection.collection('api_key_usage').find({ keyId: app.id }).toArray();
  expect(rows.map(({ counts }) => counts)).toEqual([{ '2xx': 21 }]);
});

test('counts that could not be written are kept and go with the next write', async () => {
  const app = await givenApp();
  await world.call('get', '/products', { headers: app.headers });
  await settled();
  const collection = world.connection.model('ApiKeyUsage');
  const bulkWrite = collection.bulkWrite.bind(collection);
  collection.bulkWrite = () => Promise.reject(new Error('the database is away'));
  await expect(world.container.apiKeys.flushUsage()).rejects.toThrow('the database is away');
  collection.bulkWrite = bulkWrite;

  expect((await usageOf(app.id)).body.data.requests).toBe(1);
});

test('days are apart, and a span is asked for by its days', async () => {
  const app = await givenApp();
  await world.call('get', '/products', { headers: app.headers });
  await settled();
  const first = today();
  world.clock.offsetMs = 86_400_000;
  const second = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await world.call('get', '/products', { headers: app.headers });
  await settled();

  const both = (await usageOf(app.id)).body.data;
  const one = (await usageOf(app.id, `?from=${second}&to=${second}`)).body.data;

  expect(both.items.map(({ day }: { day: string }) => day)).toEqual([first, second]);
  expect([one.requests, one.from, one.to]).toEqual([1, second, second]);
});

test.each([
  { _case: 'a span that runs backwards', query: '?from=2026-02-01&to=2026-01-01', code: 'bad_span' },
  { _case: 'more than 92 days', query: '?from=2026-01-01&to=2026-12-31', code: 'bad_span' },
  { _case: 'what is no day', query: '?from=2026-13-01', code: 'invalid_request' },
])('refuses $_case', async ({ query, code }) => {
  const reply = await usageOf((await givenApp()).id, query);

  expect([reply.status, reply.body.code]).toEqual([400, code]);
});

test('of no key is 404, and only for those who manage keys', async () => {
  expect((await usageOf('0'.repeat(24))).status).toBe(404);
  expect((await world.call('get', `/admin/api-keys/${'0'.repeat(24)}/usage`)).status).toBe(401);
});

test('groups and classes', () => {
  expect(['GET /orders/:id', 'POST /admin/api-keys/:id/rotation', 'GET /cart'].map(groupOf)).toEqual(['orders', 'admin/api-keys', 'cart']);
  expect([200, 201, 304, 404, 429, 500, 503].map(classOf)).toEqual(['2xx', '2xx', '3xx', '4xx', '4xx', '5xx', '5xx']);
});
