import { readKey } from '../../../src/people/api-keys/api-keys.js';
import { KNOWN_SCOPES } from '../../../src/people/api-keys/api-keys.js';
import { STOREFRONT_SCOPES } from '../../../src/shared/permissions.js';
import { givenKeys, givenUser, type GivenUser } from '../../support/given.js';
import { openNode } from '../../support/node.js';
import { openWorld, type World } from '../../support/world.js';
import { soon } from '../../support/soon.js';

let world: World;
let admin: GivenUser;
beforeAll(async () => {
  world = await openWorld();
  await givenKeys(world);
  admin = await givenUser(world, { roles: ['admin'] });
});
afterEach(() => { world.clock.offsetMs = 0; expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

type Headers = Record<string, string>;
const issue = (body: object, headers: Headers = admin.headers) => world.call('post', '/admin/api-keys', { body, headers });
/** A call that every secret key of these tests may make. */
const useSecret = (key: string, appSecret?: string, at = world) => at.call('get', '/admin/users', { headers: { 'x-api-key': key, ...(appSecret !== undefined && { 'x-app-secret': appSecret }) } });
const givenSecret = (changes: object = {}) => world.container.apiKeys.issue({ name: 'server', kind: 'secret', scopes: ['users:read'], ...changes }) as Promise<{ id: string; key: string; appSecret: string }>;
const count = () => world.connection.collection('api_keys').countDocuments();
const audited = (id: string) => world.connection.collection('audit_entries').find({ subject: `api_key:${id}` }).sort({ _id: 1 }).toArray();
const pause = (ms: number) => new Promise((resolve) => { setTimeout(resolve, ms); });

describe('issuing', () => {
  test('shows a secret key and its secret once, and keeps hashes only', async () => {
    const reply = await issue({ name: 'Warehouse', kind: 'secret', scopes: ['inventory:write', 'orders:read'], rateLimitPerMinute: 50 });

    expect(reply.status).toBe(201);
    const { id, key, appSecret } = reply.body.data;
    expect(reply.headers['location']).toBe(`/api/v1/admin/api-keys/${id}`);
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.body.data).toEqual({
      id, key: expect.stringMatching(/^sk_live_[a-z0-9]{8}_[A-Za-z0-9]{32}$/), appSecret: expect.stringMatching(/^as_[\w-]{32}$/), name: 'Warehouse', kind: 'secret',
      prefix: key.slice(0, 16), scopes: ['inventory:write', 'orders:read'], state: 'active', rateLimitPerMinute: 50, createdAt: expect.any(String),
    });
    const again = await world.call('get', `/admin/api-keys/${id}`, { headers: admin.headers });
    const list = await world.call('get', '/admin/api-keys?per_page=100', { headers: admin.headers });
    const stored = JSON.stringify([await world.connection.collection('api_keys').find().toArray(), await audited(id), again.body, list.body]);
    expect(stored).toContain(key.slice(0, 16));
    expect(stored).not.toContain(key.slice(17));
    expect(stored).not.toContain(appSecret);
    expect(await audited(id)).toMatchObject([{ action: 'api_key.issued', actor: { type: 'user', id: admin.id } }]);
  });

  test('a publishable key has no secret and works by itself', async () => {
    const { data } = (await issue({ name: 'App', kind: 'publishable', scopes: ['catalog:read', 'auth:write'] })).body;

    expect(data.key).toMatch(/^pk_live_/);
    expect(data).not.toHaveProperty('appSecret');
    expect((await world.call('post', '/auth/login', { body: { email: 'x@y.co', password: 'z' }, headers: { 'x-api-key': data.key } })).body.code).toBe('invalid_credentials');
  });

  test.each([
    { _case: 'a publishable key with a power', body: { name: 'App', kind: 'publishable', scopes: ['catalog:read', 'users:write'] }, status: 400, code: 'scopes_beyond_kind' },
    { _case: 'a scope that does not exist', body: { name: 'App', kind: 'secret', scopes: ['everything'] }, status: 400, code: 'invalid_request' },
    { _case: 'no scope', body: { name: 'App', kind: 'secret', scopes: [] }, status: 400, code: 'invalid_request' },
    { _case: 'a key of the caller\'s own', body: { name: 'App', kind: 'secret', scopes: ['users:read'], key: 'sk_live_aaaaaaaa_x' }, status: 400, code: 'invalid_request' },
    { _case: 'an end that has passed', body: { name: 'App', kind: 'secret', scopes: ['users:read'], expiresAt: '2020-01-01T00:00:00Z' }, status: 400, code: 'expiry_in_the_past' },
  ])('refuses $_case and makes nothing', async ({ body, status, code }) => {
    const before = await count();

    const reply = await issue(body);

    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect(await count()).toBe(before);
  });

  test('nobody hands on a power that they lack', async () => {
    const { key, appSecret } = await givenSecret({ scopes: ['api-keys:write', 'orders:read'] });
    const limited = { 'x-api-key': key, 'x-app-secret': appSecret };
    const before = await count();

    const beyond = await issue({ name: 'More', kind: 'secret', scopes: ['orders:read', 'users:write', 'payments:write'] }, limited);
    const within = await issue({ name: 'Less', kind: 'secret', scopes: ['orders:read', 'cart:read'] }, limited);
    const powerful = await givenSecret({ scopes: ['users:write'] });
    const rotated = await world.call('post', `/admin/api-keys/${powerful.id}/rotation`, { body: {}, headers: limited });

    expect([beyond.status, beyond.body.code, beyond.body.scopes]).toEqual([403, 'beyond_own_permissions', ['users:write', 'payments:write']]);
    expect([rotated.status, rotated.body.code]).toEqual([403, 'beyond_own_permissions']);
    expect(within.status).toBe(201);
    expect(await count()).toBe(before + 2);
  });

  test('is for those who may', async () => {
    const support = await givenUser(world, { roles: ['support', 'operations'] });

    expect([(await issue({ name: 'A', kind: 'publishable', scopes: ['cart:read'] }, {})).status, (await issue({ name: 'A', kind: 'publishable', scopes: ['cart:read'] }, support.headers)).status]).toEqual([401, 403]);
  });
});

describe('finding', () => {
  test.each([
    { _case: 'no key', headers: async () => ({ 'x-api-key': '' }) },
    { _case: 'a key of another shape', headers: async () => ({ 'x-api-key': 'secret' }) },
    { _case: 'a key that nobody issued', headers: async () => ({ 'x-api-key': `sk_live_aaaaaaaa_${'x'.repeat(32)}`, 'x-app-secret': 'y' }) },
    { _case: 'a secret key without its secret', headers: async () => ({ 'x-api-key': (await givenSecret()).key }) },
    { _case: 'a secret key with a wrong secret', headers: async () => ({ 'x-api-key': (await givenSecret()).key, 'x-app-secret': 'as_wrong' }) },
    { _case: 'a wrong key with the right secret', headers: async () => { const { key, appSecret } = await givenSecret(); return { 'x-api-key': `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`, 'x-app-secret': appSecret }; } },
    { _case: 'the hash in place of the key', headers: async () => { const { key, appSecret } = await givenSecret(); return { 'x-api-key': key.replace(/_[^_]+$/, `_${'0'.repeat(32)}`), 'x-app-secret': appSecret }; } },
    { _case: 'a secret key that calls itself publishable', headers: async () => ({ 'x-api-key': (await givenSecret()).key.replace('sk_', 'pk_') }) },
  ])('refuses $_case', async ({ headers }) => {
    const reply = await world.call('get', '/admin/users', { headers: await headers() });

    expect([reply.status, reply.body.code]).toEqual([401, 'api_key_required']);
  });

  test('names the scope that is missing', async () => {
    const { key, appSecret } = await givenSecret({ scopes: ['orders:read'] });

    const reply = await useSecret(key, appSecret);

    expect([reply.status, reply.body.code, reply.body.scope]).toEqual([403, 'missing_scope', 'users:read']);
  });

  test('a key ends with its time', async () => {
    const { id, key, appSecret } = await givenSecret({ expiresAt: new Date(Date.now() + 60_000) });

    const before = await useSecret(key, appSecret);
    world.clock.offsetMs = 61_000;
    const after = await useSecret(key, appSecret);

    expect([before.status, after.status]).toEqual([200, 401]);
    expect((await world.call('get', `/admin/api-keys/${id}`, { headers: admin.headers })).body.data.state).toBe('expired');
  });

  test('many calls leave one mark of use a minute', async () => {
    const { id, key, appSecret } = await givenSecret();
    const usedAt = async () => (await world.connection.collection('api_keys').findOne({ keyId: readKey(key)!.keyId }))!['lastUsedAt'] as Date | undefined;
    expect(await usedAt()).toBeUndefined();

    await Promise.all(Array.from({ length: 20 }, () => useSecret(key, appSecret)));
    await pause(1000);
    const first = await usedAt();
    await useSecret(key, appSecret);
    await pause(100);
    const same = await usedAt();
    world.clock.offsetMs = 61_000;
    await pause(900);
    await useSecret(key, appSecret);
    await pause(200);

    expect(first).toBeInstanceOf(Date);
    expect(same).toEqual(first);
    expect((await usedAt())!.getTime()).toBeGreaterThan(first!.getTime() + 60_000);
    expect((await world.call('get', `/admin/api-keys/${id}`, { headers: admin.headers })).body.data.lastUsedAt).toEqual(expect.any(String));
  });
});

describe('rotating', () => {
  const rotate = (id: string, body: object) => world.call('post', `/admin/api-keys/${id}/rotation`, { body, headers: admin.headers });

  test('both secrets work until the overlap ends, then exactly the new one', async () => {
    const old = await givenSecret();

    const reply = await rotate(old.id, { overlapSeconds: 600 });
    const fresh = reply.body.data;

    expect(reply.status).toBe(200);
    expect(fresh.key.slice(0, 16)).toBe(old.key.slice(0, 16));
    expect(fresh.rotation).toEqual({ oldSecretUntil: expect.any(String) });
    expect([(await useSecret(old.key, old.appSecret)).status, (await useSecret(fresh.key, fresh.appSecret)).status]).toEqual([200, 200]);
    expect([(await useSecret(old.key, fresh.appSecret)).status, (await useSecret(fresh.key, old.appSecret)).status]).toEqual([401, 401]);
    world.clock.offsetMs = 601_000;
    expect([(await useSecret(old.key, old.appSecret)).status, (await useSecret(fresh.key, fresh.appSecret)).status]).toEqual([401, 200]);
    expect((await audited(old.id)).map(({ action }) => action)).toEqual(['api_key.issued', 'api_key.rotated']);
  });

  test('without an overlap the old secret is dead at once', async () => {
    const old = await givenSecret();

    const fresh = (await rotate(old.id, { overlapSeconds: 0 })).body.data;

    expect([(await useSecret(old.key, old.appSecret)).status, (await useSecret(fresh.key, fresh.appSecret)).status]).toEqual([401, 200]);
  });

  test('of ten at once one gets the key, and never more than two secrets work', async () => {
    const old = await givenSecret();

    const replies = await Promise.all(Array.from({ length: 10 }, () => rotate(old.id, {})));

    const won = replies.filter(({ status }) => status === 200);
    expect(replies.filter(({ status }) => ![200, 409].includes(status))).toEqual([]);
    const working = await Promise.all(won.map(async ({ body }) => (await useSecret(body.data.key, body.data.appSecret)).status));
    expect(working.filter((status) => status === 200).length).toBeLessThanOrEqual(2);
    expect((await world.connection.collection('api_keys').findOne({ keyId: readKey(old.key)!.keyId }))!['secrets'].length).toBe(2);
    expect((await audited(old.id)).length).toBe(1 + won.length);
  });
});

describe('revoking', () => {
  test('is felt here at once and on another node within a second', async () => {
    const shop = await openWorld();
    const keys = await givenKeys(shop);
    const node = await openNode(shop);
    const { id, key, appSecret = '' } = await shop.container.apiKeys.issue({ name: 'server', kind: 'secret', scopes: ['users:read'] });
    expect([(await useSecret(key, appSecret, shop)).status, (await useSecret(key, appSecret, node)).status]).toEqual([200, 200]);

    const reply = await shop.call('delete', `/admin/api-keys/${id}`, { headers: keys.secret });
    const begun = Date.now();
    const here = await useSecret(key, appSecret, shop);
    while ((await useSecret(key, appSecret, node)).status !== 401 && Date.now() - begun < 5000) await pause(20);

    expect(Date.now() - begun).toBeLessThan(soon(1000));
    expect([reply.status, reply.body.data.state, here.status]).toEqual([200, 'revoked', 401]);
    const entries = await shop.connection.collection('audit_entries').find({ subject: `api_key:${id}` }).sort({ _id: 1 }).toArray();
    expect(entries.map(({ action }) => action)).toEqual(['api_key.issued', 'api_key.revoked']);
    expect([...shop.defects, ...node.defects]).toEqual([]);
    await node.close();
    await shop.close();
  });

  test('twice is the same as once, and a revoked key cannot be rotated', async () => {
    const { id } = await givenSecret();
    const revoke = () => world.call('delete', `/admin/api-keys/${id}`, { headers: admin.headers });

    const replies = await Promise.all([revoke(), revoke(), revoke()]);
    const rotated = await world.call('post', `/admin/api-keys/${id}/rotation`, { body: {}, headers: admin.headers });

    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(replies.map(({ body }) => body.data.revokedAt)).size).toBe(1);
    expect([rotated.status, rotated.body.code]).toEqual([409, 'api_key_revoked']);
    expect((await audited(id)).map(({ action }) => action)).toEqual(['api_key.issued', 'api_key.revoked']);
  });

  test('of no key is 404', async () => {
    const reply = await world.call('delete', `/admin/api-keys/${'0'.repeat(24)}`, { headers: admin.headers });

    expect([reply.status, reply.body.code]).toEqual([404, 'api_key_not_found']);
  });
});

test('a given key is made once and brought up to date, whatever happened to it', async () => {
  const given = { key: `sk_demo_abcd1234_${'Xy'.repeat(16)}`, appSecret: 'as_the_demo_secret' };
  const make = (scopes: string[]) => world.container.apiKeys.issue({ name: 'Demo', kind: 'secret', scopes, given });

  const first = await make(['orders:read']);
  await world.call('delete', `/admin/api-keys/${first.id}`, { headers: admin.headers });
  const second = await make(['users:read']);

  expect(second).toEqual({ id: first.id, ...given });
  expect((await useSecret(given.key, given.appSecret)).status).toBe(200);
});

test('every scope of the shop\'s front can be given to an app', () => {
  expect(STOREFRONT_SCOPES.filter((scope) => !KNOWN_SCOPES.includes(scope))).toEqual([]);
});
