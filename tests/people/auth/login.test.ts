import { givenKeys, givenUser, newEmail, PASSWORD, userRow } from '../../support/given.js';
import { openNode } from '../../support/node.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
beforeAll(async () => { world = await openWorld({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '1000' } }); await givenKeys(world); });
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

const login = (body: object, headers: Record<string, string> = {}) => world.call('post', '/auth/login', { body, headers });

test('answers tokens and tells it once', async () => {
  const { id, email, password } = await givenUser(world);
  const before = (await world.events()).length;

  const reply = await world.call('post', '/auth/login', {
    body: { email: email.toUpperCase(), password }, headers: { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0' },
  });

  expect(reply.status).toBe(200);
  expect(reply.body.data).toEqual({
    accessToken: expect.any(String), refreshToken: expect.any(String), tokenType: 'Bearer', expiresIn: 3600, user: { id, email, roles: ['customer'] },
  });
  const told = (await world.events()).slice(before);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ type: 'user.signed_in', aggregateId: id, data: { userId: id } });
  await world.runEvents();
  const [entry] = (await world.call('get', '/customers/me/activity', { headers: { authorization: `Bearer ${reply.body.data.accessToken as string}` } })).body.data.items;
  expect(entry.data).toMatchObject({ device: 'Firefox on Windows', ipRange: '127.0.0.0/24' });
});

test('an unknown address, a wrong password and a disabled account get the same answer', async () => {
  const known = await givenUser(world);
  const disabled = await givenUser(world);
  await world.connection.collection('users').updateOne({ emailKey: world.container.vault.mark(disabled.email) }, { $set: { isDisabled: true } });
  const before = { sessions: await world.connection.collection('sessions').countDocuments(), events: (await world.events()).length };

  const replies = [
    await login({ email: newEmail(), password: PASSWORD }), await login({ email: known.email, password: 'not the right one' }),
    await login({ email: disabled.email, password: PASSWORD }), await login({ email: known.email, password: 'x'.repeat(200) }),
  ];

  const [first] = replies.map(({ status, body: { requestId: _id, ...body } }) => ({ status, body }));
  expect(first).toMatchObject({ status: 401, body: { code: 'invalid_credentials', error: 'E-mail or password is wrong.' } });
  for (const { status, body: { requestId: _id, ...body } } of replies) expect({ status, body }).toEqual(first);
  expect({ sessions: await world.connection.collection('sessions').countDocuments(), events: (await world.events()).length }).toEqual(before);
});

test('an app that still sends its expired token can sign in', async () => {
  const { email, password } = await givenUser(world);

  const reply = await login({ email, password }, { authorization: 'Bearer eyJ.not.valid' });

  expect(reply.status).toBe(200);
});

test('a hash of another cost is replaced at the next login, and the password stays', async () => {
  const old = await openWorld();
  await givenKeys(old);
  const stronger = await openNode(old, { BCRYPT_COST: '6' });
  const { email, password } = await givenUser(old);
  const hash = async () => (await userRow(old, email))['passwordHash'] as string;
  const before = await hash();

  const reply = await stronger.call('post', '/auth/login', { body: { email, password } });

  expect(reply.status).toBe(200);
  expect([before.slice(0, 14), (await hash()).slice(0, 14)]).toEqual(['bcrypt:$2b$04$', 'bcrypt:$2b$06$']);
  expect((await old.call('post', '/auth/login', { body: { email, password } })).status).toBe(200);
  await stronger.close();
  await old.close();
});

test('signing in at once on many devices opens a session on each', async () => {
  const { id, email, password } = await givenUser(world);

  const replies = await Promise.all(Array.from({ length: 20 }, () => login({ email, password })));

  expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(new Set(replies.map(({ body }) => body.data.refreshToken)).size).toBe(20);
  expect(await world.connection.collection('sessions').countDocuments({ userId: id })).toBe(21);
});

test('more people at once than the queue holds are asked to come again', async () => {
  const busy = await openWorld({ env: { PASSWORD_HASH_CONCURRENCY: '1', PASSWORD_HASH_QUEUE: '2', BCRYPT_COST: '10', SIGN_IN_FAILURES_PER_ADDRESS: '1000' } });
  await givenKeys(busy);

  const replies = await Promise.all(Array.from({ length: 12 }, () => busy.call('post', '/auth/login', { body: { email: newEmail(), password: PASSWORD } })));

  const refused = replies.filter(({ status }) => status === 503);
  expect(replies.filter(({ status }) => status === 401).length + refused.length).toBe(12);
  expect(refused.length).toBeGreaterThanOrEqual(6);
  expect(refused[0]!.body.code).toBe('too_many_sign_ins');
  expect(refused[0]!.headers['retry-after']).toBe('2');
  expect(busy.defects).toEqual([]);
  await busy.close();
});
