import { givenKeys, givenUser, PASSWORD } from '../../support/given.js';
import { openNode } from '../../support/node.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let https: World;
beforeAll(async () => {
  world = await openWorld({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '1000' } });
  await givenKeys(world);
  https = await openNode(world, { PUBLIC_URL: 'https://shop.example' });
});
afterEach(() => { expect([...world.defects.splice(0), ...https.defects.splice(0)]).toEqual([]); });
afterAll(async () => { await https.close(); await world.close(); });

type Headers = Record<string, string>;
const cookiesOf = (reply: { headers: Record<string, unknown> }) => reply.headers['set-cookie'] as unknown as string[];
const jar = (cookies: string[]): Headers => ({ cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') });
async function signIn(email: string, node = world) {
  const reply = await node.call('post', '/auth/login', { body: { email, password: PASSWORD, session: 'cookie' } });
  return { reply, headers: jar(cookiesOf(reply)), csrf: { 'x-csrf-token': reply.body.data.csrfToken as string } };
}

test('the tokens come as cookies that no script reads, and not in the answer', async () => {
  const { email } = await givenUser(world);

  const { reply } = await signIn(email);
  const secure = cookiesOf((await signIn(email, https)).reply);

  expect(reply.body.data).toEqual({ tokenType: 'Cookie', csrfToken: expect.any(String), expiresIn: 3600, user: { id: expect.any(String), email, roles: ['customer'] } });
  const names = (cookies: string[]) => cookies.map((cookie) => cookie.replace(/=[^;]*/, ''));
  expect(names(cookiesOf(reply))).toEqual([
    expect.stringMatching(/^kontor_access; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$|^kontor_access;/),
    expect.stringContaining('kontor_refresh'), expect.stringContaining('kontor_csrf'),
  ]);
  for (const cookie of cookiesOf(reply).slice(0, 2)) expect(cookie).toMatch(/; HttpOnly; SameSite=Lax$/);
  expect(cookiesOf(reply)[2]).not.toContain('HttpOnly');
  expect(secure.map((cookie) => cookie.split('=')[0])).toEqual(['__Host-kontor_access', '__Secure-kontor_refresh', '__Host-kontor_csrf']);
  for (const cookie of secure) expect(cookie).toMatch(/; SameSite=Lax; Secure$/);
});

test('a cookie reads; what changes something needs the token of this very session', async () => {
  const [mine, theirs] = [await givenUser(world), await givenUser(world)];
  const { headers, csrf } = await signIn(mine.email);
  const stranger = await signIn(theirs.email);
  const change = (extra: Headers = {}) => world.call('patch', '/customers/me', { headers: { ...headers, ...extra }, body: { firstName: 'Grace' } });

  expect((await world.call('get', '/auth/me', { headers })).body.data.email).toBe(mine.email);
  for (const extra of [{}, { 'x-csrf-token': '' }, { 'x-csrf-token': 'abc.def' }, stranger.csrf, { 'x-csrf-token': `${csrf['x-csrf-token']}x` }] as Headers[]) {
    const refused = await change(extra);
    expect([refused.status, refused.body.code]).toEqual([403, 'csrf_token_required']);
  }
  expect((await world.call('get', '/customers/me', { headers })).body.data.firstName).toBe('Ada');
  expect((await change(csrf)).status).toBe(200);
});

test('bearer tokens and server keys need none, whatever cookies come along', async () => {
  const [user, buyer] = [await givenUser(world), await givenUser(world)];
  const { headers: cookies } = await signIn(buyer.email);

  const bearer = await world.call('patch', '/customers/me', { headers: { ...user.headers, ...cookies }, body: { firstName: 'Grace' } });

  expect([bearer.status, bearer.body.data.userId]).toEqual([200, user.id]);
  expect((await world.call('post', '/cart/items', { headers: { authorization: user.headers['authorization']! }, body: { sku: 'NONE', quantity: 1 } })).status).not.toBe(403);
});

test('a browser refreshes with the cookie and the token, and its cookies are cleared when it signs out', async () => {
  const { email } = await givenUser(world);
  const { headers, csrf } = await signIn(email);

  const bare = await world.call('post', '/auth/refresh', { headers, body: {} });
  const refreshed = await world.call('post', '/auth/refresh', { headers: { ...headers, ...csrf }, body: {} });
  expect([bare.status, bare.body.code]).toEqual([403, 'csrf_token_required']);
  expect([refreshed.status, refreshed.body.data.tokenType]).toEqual([200, 'Cookie']);
  const next = jar(cookiesOf(refreshed));
  expect((await world.call('post', '/auth/logout', { headers: next })).status).toBe(403);
  const out = await world.call('post', '/auth/logout', { headers: { ...next, 'x-csrf-token': refreshed.body.data.csrfToken as string } });

  expect(out.status).toBe(200);
  expect(cookiesOf(out).map((cookie) => /^(\w+)=;.*Max-Age=0/.exec(cookie)?.[1])).toEqual(['kontor_access', 'kontor_refresh', 'kontor_csrf']);
  expect((await world.call('get', '/auth/me', { headers: next })).status).toBe(401);
  expect((await world.call('post', '/auth/refresh', { body: {} })).status).toBe(401);
});

test('one account in two roles: two sessions with tokens and rights of their own', async () => {
  const { email } = await givenUser(world, { roles: ['customer', 'support', 'vendor'] });
  const open = async (as?: string) => (await world.call('post', '/auth/login', { body: { email, password: PASSWORD, ...(as && { as }) } })).body.data as { accessToken: string; user: { roles: string[] } };
  const [buyer, vendor, support, all] = [await open('customer'), await open('vendor'), await open('support'), await open()];
  const bearer = ({ accessToken }: { accessToken: string }) => ({ authorization: `Bearer ${accessToken}` });
  const verified = async ({ accessToken }: { accessToken: string }) => (await world.call('post', '/auth/verify', { body: { token: accessToken } })).body.data as { roles: string[]; scope: string };

  expect([buyer, vendor, support, all].map(({ user }) => user.roles)).toEqual([['customer'], ['vendor'], ['support'], ['customer', 'support', 'vendor']]);
  expect(await verified(buyer)).toMatchObject({ roles: ['customer'], scope: '' });
  expect((await verified(support)).scope).toContain('orders:read');
  expect((await world.call('get', '/customers', { headers: bearer(buyer) })).status).toBe(403);
  expect((await world.call('get', '/customers', { headers: bearer(vendor) })).status).toBe(403);
  expect((await world.call('get', '/customers', { headers: bearer(support) })).status).toBe(200);
  const refused = await world.call('post', '/auth/login', { body: { email, password: PASSWORD, as: 'admin' } });
  expect([refused.status, refused.body.code]).toEqual([403, 'role_not_held']);
});
