import { givenKeys, newEmail, PASSWORD, userRow } from '../../support/given.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
beforeAll(async () => { world = await openWorld({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '1000' } }); await givenKeys(world); });
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

const person = (changes: object = {}) => ({ email: newEmail(), password: PASSWORD, firstName: 'Ada', lastName: 'Lovelace', ...changes });
const register = (body: object, headers: Record<string, string> = {}) => world.call('post', '/auth/register', { body, headers });
const count = (name: string) => world.connection.collection(name).countDocuments();
const counts = async () => ({ users: await count('users'), customers: await count('customers'), sessions: await count('sessions'), events: await count('outbox') });

test('opens an account with a profile, signs in and tells it once', async () => {
  const body = person();
  const before = await counts();

  const reply = await register(body);

  expect(reply.status).toBe(201);
  expect(reply.headers['location']).toBe('/api/v1/auth/me');
  expect(reply.headers['cache-control']).toBe('no-store');
  expect(reply.body.data).toEqual({
    accessToken: expect.stringMatching(/^eyJ/), refreshToken: expect.stringMatching(/^rt_/), tokenType: 'Bearer', expiresIn: 3600,
    user: { id: expect.stringMatching(/^[0-9a-f]{24}$/), email: body.email, roles: ['customer'] },
  });
  expect(await counts()).toEqual({ users: before.users + 1, customers: before.customers + 1, sessions: before.sessions + 1, events: before.events + 1 });
  expect((await world.events()).at(-1)).toMatchObject({ type: 'user.registered', data: { userId: reply.body.data.user.id, via: 'registration' } });
  const me = await world.call('get', '/auth/me', { headers: { authorization: `Bearer ${reply.body.data.accessToken}` } });
  expect(me.body.data).toEqual({
    id: reply.body.data.user.id, email: body.email, firstName: 'Ada', lastName: 'Lovelace', roles: ['customer'], permissions: [], emailVerified: false, mfaEnabled: false, hasPassword: true,
    sessionId: expect.stringMatching(/^[0-9a-f]{24}$/), createdAt: expect.any(String),
  });
});

test('keeps neither the password nor the tokens, in no collection and not in Redis', async () => {
  const body = person({ password: 'canary-in-the-mine-12' });

  const { accessToken, refreshToken } = (await register(body)).body.data;
  await world.call('get', '/auth/me', { headers: { authorization: `Bearer ${accessToken}` } });

  const names = (await world.connection.db!.listCollections().toArray()).map(({ name }) => name);
  const documents = await Promise.all(names.map((name) => world.connection.collection(name).find().toArray()));
  const keys = await world.redis.client.keys(`${world.config.redis.keyPrefix}*`);
  const cached = await Promise.all(keys.map((key) => world.redis.client.get(key.slice(world.config.redis.keyPrefix.length)).catch(() => '')));
  const stored = JSON.stringify([documents, keys, cached]);
  expect(stored).toContain('user.registered');
  for (const secret of [body.email, body.password, accessToken, refreshToken, refreshToken.slice(-43)]) expect(stored).not.toContain(secret);
  expect((await userRow(world, body.email))['passwordHash']).toMatch(/^bcrypt:\$2b\$04\$/);
});

test.each([
  { _case: 'capitals', given: 'Grace.Hopper@Example.COM', stored: 'grace.hopper@example.com' },
  { _case: 'full-width letters', given: 'ｅｄｉｔｈ@example.com', stored: 'edith@example.com' },
  { _case: 'a ligature', given: 'o\uFB03ce@example.com', stored: 'office@example.com' },
])('an address with $_case is the same address', async ({ given, stored }) => {
  const first = await register(person({ email: given }));
  const before = await counts();

  const again = await register(person({ email: stored }));

  expect(first.status).toBe(201);
  expect(first.body.data.user.email).toBe(stored);
  expect(again.status).toBe(409);
  expect(again.body.code).toBe('email_taken');
  expect(await counts()).toEqual(before);
});

test('of twenty at once with one address, in any spelling, one gets the account', async () => {
  const email = newEmail();
  const before = await counts();

  const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => register(person({ email: i % 2 ? email : email.toUpperCase() }))));

  expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  expect(new Set(replies.filter(({ status }) => status === 409).map(({ body }) => body.code))).toEqual(new Set(['email_taken']));
  expect(await counts()).toEqual({ users: before.users + 1, customers: before.customers + 1, sessions: before.sessions + 1, events: before.events + 1 });
});

test('a user name is one of its kind, whatever its spelling, and many people have none', async () => {
  const replies = await Promise.all(['Ada_L', 'ada_l', undefined, undefined].map((username) => register(person(username === undefined ? {} : { username }))));

  expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409]);
  expect(replies.find(({ status }) => status === 409)!.body.code).toBe('username_taken');
});

test.each([
  { _case: 'nine bytes', password: 'kr7-mule9', code: 'password_too_short' },
  { _case: '73 bytes', password: 'k7'.repeat(36) + 'x', code: 'password_too_long' },
  { _case: '74 bytes in 37 letters', password: 'äöüßé'.repeat(7) + 'äö', code: 'password_too_long' },
  { _case: 'the e-mail address', password: 'Marie.Curie@example.com', code: 'password_same_as_email' },
  { _case: 'a famous one', password: 'password123', code: 'password_too_common' },
])('refuses $_case as a password and changes nothing', async ({ password, code }) => {
  const before = await counts();

  const reply = await register(person({ email: 'marie.curie@example.com', password }));

  expect(reply.status).toBe(400);
  expect(reply.body.errors).toEqual([{ pointer: '#/body/password', code, message: expect.any(String) }]);
  expect(JSON.stringify(reply.body)).not.toContain(password);
  expect(await counts()).toEqual(before);
});

test('takes a password of 72 bytes, and its last byte counts', async () => {
  const sentence = 'Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich';
  const password = sentence.padEnd(sentence.length + 72 - Buffer.byteLength(sentence), 'y');
  const { email } = (await register(person({ password }))).body.data.user;

  const right = await world.call('post', '/auth/login', { body: { email, password } });
  const cut = await world.call('post', '/auth/login', { body: { email, password: `${password.slice(0, -1)}o` } });
  const longer = await world.call('post', '/auth/login', { body: { email, password: `${password}and more` } });

  expect([right.status, cut.status, longer.status]).toEqual([200, 401, 401]);
});

test('names every wrong field at once', async () => {
  const before = await counts();

  const reply = await register({ email: 'nobody', password: 'short', firstName: 7, roles: ['admin'] });

  expect(reply.status).toBe(400);
  expect(reply.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`).sort()).toEqual([
    '#/body/email string_email', '#/body/firstName string_base', '#/body/lastName any_required', '#/body/password password_too_short', '#/body/roles object_unknown',
  ]);
  expect(await counts()).toEqual(before);
});

test('tells the hooks of a guest\'s cart, and one that fails stops nobody', async () => {
  const told: unknown[] = [];
  const failure = new Error('no cart today');
  world.container.auth.onSignIn(async (signIn) => { if (signIn.cartToken) told.push(signIn); });
  world.container.auth.onSignIn(async (signIn) => { if (signIn.cartToken === 'broken') throw failure; });

  const registered = await register(person(), { 'x-cart-token': 'broken' });
  const { email, id } = registered.body.data.user;
  const signedIn = await world.call('post', '/auth/login', { body: { email, password: PASSWORD }, headers: { 'x-cart-token': 'cart-1' } });

  expect([registered.status, signedIn.status]).toEqual([201, 200]);
  expect(told).toEqual([{ userId: id, cartToken: 'broken' }, { userId: id, cartToken: 'cart-1' }]);
  expect(world.defects.splice(0)).toEqual([failure]);
});

test('needs a key with the scope', async () => {
  const { key } = await world.container.apiKeys.issue({ name: 'browsing only', kind: 'publishable', scopes: ['catalog:read'] });

  const reply = await register(person(), { 'x-api-key': key });

  expect(reply.status).toBe(403);
  expect(reply.body).toMatchObject({ code: 'missing_scope', scope: 'auth:write' });
});
