import { defineRoute } from '../../../src/shared/http/route.js';
import { problems, success, successOf } from '../../../src/shared/http/schemas.js';
import Joi from 'joi';
import { SYSTEM } from '../../../src/shared/actor.js';
import { actorOf } from '../../../src/shared/http/caller.js';
import { openMiniApp, userIdOf, type MiniApp } from '../../support/mini-app.js';

let app: MiniApp;

beforeAll(async () => {
  app = await openMiniApp({
    prepared: true,
    routes: ({ audit, inTransaction }) => [
      defineRoute<{ name: string }>({
        method: 'post', path: '/things/:name', summary: 'Changes a thing', tag: 'Test', access: { scope: 'cart:write' },
        params: Joi.object({ name: Joi.string().required() }), responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
        handle: async ({ params: { name } }, { caller }) => {
          await inTransaction(async () => {
            await audit.record({ actor: actorOf(caller), action: 'thing.changed', subject: `thing:${name}`, before: { size: 1 }, after: { size: 2, password: 'hunter2', nested: { appSecret: 'as_123' } } });
            if (name === 'broken') throw new Error('after the entry');
          });
          return { status: 200, body: success('Changed.', {}) };
        },
      }),
    ],
  });
});
afterAll(() => app.close());
beforeEach(async () => { await app.connection.collection('audit_entries').deleteMany({}); });

const log = async (query = '', as = 'can.audit.read') => (await app.call('get', `/admin/audit${query}`, { as }).expect(200)).body.data;

test('an entry tells who changed what, how it was and became, in which request, and never a secret', async () => {
  await app.call('post', '/things/lamp', { as: 'alice', headers: { 'X-Request-Id': 'req-1' } }).expect(200);

  const { items, total } = await log();

  expect(total).toBe(1);
  expect(items).toEqual([{
    id: expect.stringMatching(/^[\da-f]{24}$/), actor: { type: 'user', id: userIdOf('alice') }, action: 'thing.changed', subject: 'thing:lamp',
    before: { size: 1 }, after: { size: 2, password: '[redacted]', nested: { appSecret: '[redacted]' } }, requestId: 'req-1', at: expect.stringMatching(/^\d{4}-.*Z$/),
  }]);
});

test('a change that fails leaves no entry', async () => {
  await app.call('post', '/things/broken', { as: 'alice' }).expect(500);

  expect((await log()).total).toBe(0);
  expect(app.defects.splice(0)).toHaveLength(1);
});

test('an entry outside a transaction is refused, because it could stand alone', async () => {
  await expect(app.container.audit.record({ actor: SYSTEM, action: 'thing.changed', subject: 'thing:1' })).rejects.toThrow('outside a transaction');

  expect((await log()).total).toBe(0);
});

test('it is found by action, subject, actor and time', async () => {
  await app.call('post', '/things/lamp', { as: 'alice' }).expect(200);
  await app.call('post', '/things/chair', { as: 'bob' }).expect(200);
  await app.container.inTransaction(() => app.container.audit.record({ actor: SYSTEM, action: 'thing.swept', subject: 'thing:lamp' }));
  const subjects = async (query: string) => (await log(query)).items.map(({ action, subject }: { action: string; subject: string }) => `${action} ${subject}`);

  expect(await subjects('?sort=at')).toEqual(['thing.changed thing:lamp', 'thing.changed thing:chair', 'thing.swept thing:lamp']);
  expect(await subjects('?action=thing.swept')).toEqual(['thing.swept thing:lamp']);
  expect(await subjects('?subject=thing:chair')).toEqual(['thing.changed thing:chair']);
  expect(await subjects(`?actor=user:${userIdOf('alice')}`)).toEqual(['thing.changed thing:lamp']);
  expect(await subjects('?actor=system')).toEqual(['thing.swept thing:lamp']);
  expect(await subjects(`?created_at[gte]=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
  expect(await subjects(`?created_at[lte]=${new Date(Date.now() + 60_000).toISOString()}`)).toHaveLength(3);
});

test('a cursor walks the whole log although entries are added meanwhile', async () => {
  for (let n = 1; n <= 5; n++) await app.call('post', `/things/t${n}`, { as: 'alice' }).expect(200);
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: Array<{ subject: string }>; next_cursor: string | null } = await log(`?per_page=2&cursor=${cursor}`);
    seen.push(...page.items.map(({ subject }) => subject));
    await app.call('post', '/things/late', { as: 'bob' }).expect(200);
    cursor = page.next_cursor;
  }

  expect(seen).toEqual(['thing:t5', 'thing:t4', 'thing:t3', 'thing:t2', 'thing:t1']);
});

test.each([
  { _case: 'nobody', as: undefined, status: 401 }, { _case: 'a customer', as: 'alice', status: 403 }, { _case: 'staff with another permission', as: 'can.cache.purge', status: 403 },
])('it is closed to $_case', async ({ as, status }) => {
  await app.call('get', '/admin/audit', as === undefined ? {} : { as }).expect(status);
});

test('no code can rewrite it', async () => {
  await app.call('post', '/things/lamp', { as: 'alice' }).expect(200);
  const model = app.connection.models['AuditEntry']!;

  await expect(model.updateMany({}, { $set: { subject: 'thing:other' } })).rejects.toThrow('append-only');
  await expect(model.deleteMany({})).rejects.toThrow('append-only');
  expect((await log()).items[0].subject).toBe('thing:lamp');
});
