import { permissionsOf } from '../../../src/people/auth/auth.js';
import { givenKeys, givenUser, type GivenUser } from '../../support/given.js';
import { openNode } from '../../support/node.js';
import { soon } from '../../support/soon.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let node: World;
beforeAll(async () => {
  world = await openWorld();
  await givenKeys(world);
  node = await openNode(world);
});
afterEach(() => { expect([...world.defects.splice(0), ...node.defects.splice(0)]).toEqual([]); });
afterAll(async () => { await node.close(); await world.close(); });

type Answer = { status: number };
const me = (user: Pick<GivenUser, 'headers'>, at = world) => at.call('get', '/auth/me', { headers: user.headers });
const bearer = (accessToken: string) => ({ headers: { authorization: `Bearer ${accessToken}` } });
const pause = (ms: number) => new Promise((resolve) => { setTimeout(resolve, ms); });
const signInAgain = async ({ email, password }: GivenUser) => (await world.call('post', '/auth/login', { body: { email, password } })).body.data as { accessToken: string; refreshToken: string };

/** Below the four seconds for which Redis keeps what it knows: only a change that is told gets here in time. */
const FELT_MS = 3000;
/** Asks until the answer changes; how long that took. */
async function felt(ask: () => PromiseLike<Answer>, status: number): Promise<number> {
  const begun = Date.now();
  while ((await ask()).status !== status) {
    if (Date.now() - begun > 6000) return Infinity;
    await pause(20);
  }
  return Date.now() - begun;
}

test('lists where somebody is signed in, and marks the session that asks', async () => {
  const user = await givenUser(world);
  await world.call('post', '/auth/login', { body: { email: user.email, password: user.password }, headers: { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit Version/18.0 Safari/604.1' } });
  await givenUser(world);

  const reply = await world.call('get', '/auth/sessions', { headers: user.headers });

  expect(reply.status).toBe(200);
  expect(reply.body.data).toMatchObject({ total: 2, pages: 1, current_page: 1, per_page: 20 });
  expect(reply.body.data.items).toEqual([
    { id: expect.any(String), device: 'Safari on iPhone', ipRange: '127.0.0.0/24', createdAt: expect.any(String), lastUsedAt: expect.any(String), expiresAt: expect.any(String), current: false },
    { id: expect.any(String), device: 'Unknown device', ipRange: '127.0.0.0/24', createdAt: expect.any(String), lastUsedAt: expect.any(String), expiresAt: expect.any(String), current: true },
  ]);
});

test('logout ends the session here at once and on another node within a second', async () => {
  const user = await givenUser(world);
  expect([(await me(user)).status, (await me(user, node)).status]).toEqual([200, 200]);

  const reply = await world.call('post', '/auth/logout', { headers: user.headers });
  const here = await me(user);
  const there = await felt(() => me(user, node), 401);

  expect([reply.status, here.status]).toEqual([200, 401]);
  expect(there).toBeLessThan(FELT_MS);
  const refreshed = await node.call('post', '/auth/refresh', { body: { refreshToken: user.refreshToken } });
  expect([refreshed.status, refreshed.body.code]).toEqual([401, 'invalid_refresh_token']);
  expect((await world.events()).filter((event) => event['aggregateId'] === user.id).map((event) => event['type'])).toEqual(['user.registered', 'user.signed_in', 'user.signed_out']);
});

test('a revoked device is out within a second, the other stays; an emptied Redis changes nothing', async () => {
  const user = await givenUser(world);
  const phone = await signInAgain(user);
  expect((await me(bearer(phone.accessToken), node)).status).toBe(200);
  const listed = await world.call('get', '/auth/sessions', { headers: user.headers });
  const phoneId = listed.body.data.items.find(({ current }: { current: boolean }) => !current).id;

  const reply = await world.call('delete', `/auth/sessions/${phoneId}`, { headers: user.headers });
  await world.redis.client.del(`session:{${phoneId}}`);

  expect(reply.status).toBe(200);
  expect(await felt(() => me(bearer(phone.accessToken), node), 401)).toBeLessThan(FELT_MS);
  expect((await me(user, node)).status).toBe(200);
  expect((await world.call('delete', `/auth/sessions/${phoneId}`, { headers: user.headers })).status).toBe(404);
});

test('another\'s session is not there', async () => {
  const [owner, stranger] = [await givenUser(world), await givenUser(world)];
  const { id } = (await world.call('get', '/auth/sessions', { headers: owner.headers })).body.data.items[0];

  const reply = await world.call('delete', `/auth/sessions/${id}`, { headers: stranger.headers });

  expect([reply.status, reply.body.code]).toEqual([404, 'session_not_found']);
  expect((await me(owner)).status).toBe(200);
});

test('of twenty logouts of one session one ends it', async () => {
  const user = await givenUser(world);

  const replies = await Promise.all(Array.from({ length: 20 }, () => world.call('post', '/auth/logout', { headers: user.headers })));

  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, ...replies.map(({ status }) => status).filter((status) => [401, 404].includes(status))]));
  expect((await world.events()).filter((event) => event['aggregateId'] === user.id && event['type'] === 'user.signed_out')).toHaveLength(1);
});

test('a new role is felt within a second on another node, without signing in again; so is its loss', async () => {
  const admin = await givenUser(world, { roles: ['admin'] });
  const user = await givenUser(world);
  const listUsers = () => node.call('get', '/admin/users', { headers: user.headers });
  const setRoles = (roles: string[]) => world.call('patch', `/admin/users/${user.id}`, { body: { roles }, headers: admin.headers });
  expect((await listUsers()).status).toBe(403);

  expect((await setRoles(['admin'])).status).toBe(200);
  const granted = await felt(listUsers, 200);
  expect((await setRoles(['customer'])).status).toBe(200);
  const taken = await felt(listUsers, 403);

  expect(Math.max(granted, taken)).toBeLessThan(FELT_MS);
});

test('a disabled account is out everywhere within a second and cannot come back', async () => {
  const admin = await givenUser(world, { roles: ['admin'] });
  const user = await givenUser(world);
  await me(user, node);

  const reply = await world.call('patch', `/admin/users/${user.id}`, { body: { disabled: true }, headers: admin.headers });

  expect(reply.body.data).toMatchObject({ id: user.id, disabled: true });
  expect(await felt(() => me(user, node), 401)).toBeLessThan(FELT_MS);
  expect((await node.call('post', '/auth/refresh', { body: { refreshToken: user.refreshToken } })).status).toBe(401);
  expect((await node.call('post', '/auth/login', { body: { email: user.email, password: user.password } })).body.code).toBe('invalid_credentials');
});

test('a changed password ends every other session and keeps the one that changed it', async () => {
  const user = await givenUser(world);
  const phone = await signInAgain(user);
  await me(bearer(phone.accessToken), node);
  const change = (currentPassword: string) => world.call('post', '/auth/password/change', { body: { currentPassword, newPassword: 'violin-meadow-42-carpet' }, headers: user.headers });

  const wrong = await change('not my password at all');
  const reply = await change(user.password);

  expect([wrong.status, wrong.body.code, reply.status]).toEqual([401, 'invalid_credentials', 200]);
  expect(await felt(() => me(bearer(phone.accessToken), node), 401)).toBeLessThan(FELT_MS);
  expect((await world.call('post', '/auth/refresh', { body: { refreshToken: phone.refreshToken } })).status).toBe(401);
  expect([(await me(user)).status, (await me(user, node)).status]).toEqual([200, 200]);
  expect((await world.call('post', '/auth/refresh', { body: { refreshToken: user.refreshToken } })).status).toBe(200);
  expect((await world.call('post', '/auth/login', { body: { email: user.email, password: user.password } })).status).toBe(401);
});

test('rubbish under our name in Redis is read past and healed', async () => {
  for (const plant of [
    (name: string) => world.redis.client.set(name, '{"broken'), (name: string) => world.redis.client.set(name, '{"userId":"1"}'),
    (name: string) => world.redis.client.rpush(name, 'a list'),
  ]) {
    const user = await givenUser(world);
    const { sessionId } = (await me(user)).body.data;
    await world.redis.client.del(`session:{${sessionId}}`);
    await plant(`session:{${sessionId}}`);

    const reply = await me(user, node);
    await pause(50);

    expect(reply.status).toBe(200);
    expect(await world.redis.client.get(`session:{${sessionId}}`)).toMatch(/^[\w-]{60,}$/);
  }
});

test('a node without Redis signs in and out all the same, and the others feel it within five seconds', async () => {
  const shop = await openWorld();
  await givenKeys(shop);
  const alone = await openNode(shop, { REDIS_URL: 'redis://127.0.0.1:1' });
  const user = await givenUser(shop);
  expect([(await me(user, shop)).status, (await me(user, alone)).status]).toEqual([200, 200]);

  await alone.call('post', '/auth/logout', { headers: user.headers });

  expect((await me(user, alone)).status).toBe(401);
  expect(await felt(() => me(user, shop), 401)).toBeLessThan(soon(5000));
  expect([...shop.defects, ...alone.defects]).toEqual([]);
  await alone.close();
  await shop.close();
});

describe('verifying a token', () => {
  const verify = (token: string) => world.call('post', '/auth/verify', { body: { token } });

  test('says whose it is and what they may do now', async () => {
    const user = await givenUser(world, { roles: ['support'] });

    const reply = await verify(user.accessToken);

    expect(reply.status).toBe(200);
    expect(reply.body.data).toEqual({
      valid: true, sub: user.id, sid: expect.any(String), roles: ['support'],
      scope: [...permissionsOf(['support'])].join(' '), exp: expect.any(Number),
    });
    expect(Math.abs(reply.body.data.exp - Date.now() / 1000 - 3600)).toBeLessThan(10);
  });

  test('refuses one whose session is over, and whatever is no token', async () => {
    const user = await givenUser(world);
    await world.call('post', '/auth/logout', { headers: user.headers });

    const replies = await Promise.all([user.accessToken, 'nonsense', user.refreshToken].map(verify));

    expect(replies.map(({ status, body }) => `${status} ${body.code}`)).toEqual(Array(3).fill('401 invalid_token'));
  });
});
