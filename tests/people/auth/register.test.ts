import { givenKeys, newEmail, PASSWORD } from '../../support/given.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
beforeAll(async () => { world = await openWorld(); await givenKeys(world); });
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

const person = (changes: object = {}) => ({ email: newEmail(), password: PASSWORD, firstName: 'Ada', lastName: 'Lovelace', ...changes });
const register = (body: object, headers: Record<string, string> = {}) => world.call('post', '/auth/register', { body, headers });
const counts = async () => ({
  users: await world.connection.collection('users').countDocuments(),
  customers: await world.connection.collection('customers').countDocuments(),
  sessions: await world.connection.collection('sessions').countDocuments(),
  events: (await world.events()).length,
});

describe('registering', () => {
  test('opens an account with a profile, signs in and tells it once', async () => {
    const body = person();
    const before = await counts();

    const reply = await register(body);

    expect(reply.status).toBe(201);
    expect(reply.headers['location']).toBe('/api/v1/auth/me');
    expect(reply.body.data).toEqual({
      accessToken: expect.stringMatching(/^eyJ/), refreshToken: expect.stringMatching(/^rt_/), tokenType: 'Bearer', expiresIn: 3600,
      user: { id: expect.stringMatching(/^[0-9a-f]{24}$/), email: body.email, roles: ['customer'] },
    });
    expect(await counts()).toEqual({ users: before.users + 1, customers: before.customers + 1, sessions: before.sessions + 1, events: before.events + 1 });
    expect((await world.events()).at(-1)).toMatchObject({ type: 'user.registered', data: { userId: reply.body.data.user.id, via: 'registration' } });
    const me = await world.call('get', '/auth/me', { headers: { authorization: `Bearer ${reply.body.data.accessToken}` } });
    expect(me.body.data).toMatchObject({ email: body.email, firstName: 'Ada', lastName: 'Lovelace', roles: ['customer'], permissions: [] });
  });

  test('keeps neither the password nor the tokens', async () => {
    const body = person({ password: 'canary-in-the-mine-12' });

    const { accessToken, refreshToken } = (await register(body)).body.data;

    const stored = JSON.stringify(await Promise.all(
      Object.keys(world.connection.collections).map((name) => world.connection.collection(name).find().toArray())));
    for (const secret of [body.password, accessToken, refreshToken, refreshToken.slice(-43)]) expect(stored).not.toContain(secret);
    const row = await world.connection.collection('users').findOne({ email: body.email });
    expect(row!['passwordHash']).toMatch(/^bcrypt:\$2b\$04\$/);
  });
});
