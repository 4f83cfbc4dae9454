import { openMiniApp, userIdOf, type MiniApp } from '../../support/mini-app.js';

let app: MiniApp;
beforeAll(async () => {
  app = await openMiniApp({ prepared: true });
  app.container.outbox.subscribe({ name: 'broken', on: ['test.broken'], handle: async () => { throw new Error('cannot'); } });
});
afterAll(() => app.close());
beforeEach(async () => { app.clock.offsetMs = 0; await app.connection.collection('outbox').deleteMany({}); });

const check = async () => (await app.call('get', '/admin/invariants', { as: 'can.invariants.read' }).expect(200)).body.data;
const record = (count: number) => app.container.inTransaction(async () => {
  for (let n = 0; n < count; n++) await app.container.outbox.record({ type: 'test.broken', aggregateId: `a${n}`, data: { n } });
});

test('an empty shop adds up, and every registered check was asked', async () => {
  const report = await check();

  expect(report).toMatchObject({ ok: true, checkedAt: expect.any(String), durationMs: expect.any(Number) });
  const names = report.checks.map(({ name }: { name: string }) => name);
  expect(names).toEqual(app.container.invariants.map(({ name }) => name));
  expect(names).toEqual(expect.arrayContaining(['events_delivered', 'jobs_taken_up']));
  expect(new Set(names).size).toBe(names.length);
  for (const { count, violations } of report.checks) expect([count, violations]).toEqual([0, []]);
});

test('an event that waits for more than a minute is a violation; all are counted, fifty are shown', async () => {
  await record(60);
  expect((await check()).ok).toBe(true);
  app.clock.offsetMs = 61_000;

  const report = await check();

  expect(report.ok).toBe(false);
  const events = report.checks.find(({ name }: { name: string }) => name === 'events_delivered');
  expect([events.count, events.violations.length]).toEqual([60, 50]);
  expect(events.violations[0]).toEqual({ invariant: 'events_delivered', subject: expect.stringMatching(/^event:evt_/), detail: 'test.broken is pending' });
});

test('a dead event is a violation until it is delivered; operators see it and give it another round, audited', async () => {
  await record(1);
  for (let round = 0; round < 10; round++) { await app.container.outbox.deliverDue(); app.clock.offsetMs += 600_000; }
  expect(app.defects.splice(0)).toHaveLength(10);
  expect((await check()).ok).toBe(false);
  const seen = (await app.call('get', '/admin/outbox', { as: 'can.outbox.read' }).expect(200)).body.data;
  expect(seen).toMatchObject({ pending: 0, dead: 1, deadEvents: [{ type: 'test.broken', aggregateId: 'a0', deliveries: [{ subscriber: 'broken', state: 'dead', attempts: 10, lastError: 'Error: cannot' }] }] });
  expect(seen.deadEvents[0].data).toBeUndefined();

  const { body } = await app.call('post', '/admin/outbox/retries', { as: 'can.outbox.write', body: { ids: [seen.deadEvents[0].id] } }).expect(200);

  expect(body.data).toEqual({ retried: 1 });
  expect((await app.container.outbox.overview())).toMatchObject({ pending: 1, dead: 0 });
  const [entry] = await app.connection.collection('audit_entries').find({ action: 'outbox.retried' }).toArray();
  expect(entry).toMatchObject({ actor: { type: 'user', id: userIdOf('can.outbox.write') }, after: { retried: 1 } });
});

test.each([
  { _case: 'nothing', body: {} }, { _case: 'both', body: { all: true, ids: ['evt_0123456789abc'] } }, { _case: 'no event id', body: { ids: ['1 or 1'] } },
])('a retry of $_case is refused', async ({ body }) => {
  await app.call('post', '/admin/outbox/retries', { as: 'staff', body }).expect(400);
});

test.each([
  { method: 'get' as const, path: '/admin/invariants' }, { method: 'get' as const, path: '/admin/outbox' },
  { method: 'post' as const, path: '/admin/outbox/retries' }, { method: 'get' as const, path: '/admin/cache/stats' },
])('$method $path is closed to customers and to staff with another permission', async ({ method, path }) => {
  for (const as of ['alice', 'can.audit.read']) await app.call(method, path, { as, ...(method === 'post' && { body: { all: true } }) }).expect(403);
  await app.call(method, path, method === 'post' ? { body: { all: true } } : {}).expect(401);
});
