import { givenKeys, givenUser, newEmail, PASSWORD, userRow, type GivenUser } from '../../support/given.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let admin: GivenUser;
let secret: Record<string, string>;
beforeAll(async () => {
  world = await openWorld();
  ({ secret } = await givenKeys(world));
  admin = await givenUser(world, { roles: ['admin'] });
});
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

type Headers = Record<string, string>;
const patch = (id: string, body: object, headers: Headers = admin.headers) => world.call('patch', `/admin/users/${id}`, { body, headers });
const rowOf = (email: string) => userRow(world, email);
const audited = (subject: string) => world.connection.model('AuditEntry').find({ subject }).sort({ _id: 1 }).lean();
const eventsOf = async (id: string) => (await world.events()).filter((event) => event['aggregateId'] === id).map((event) => event['type']);

describe('making an account for somebody', () => {
  test('answers it, records who did it, and it can sign in', async () => {
    const email = newEmail();

    const reply = await world.call('post', '/admin/users', { body: { email, password: PASSWORD, firstName: 'Sam', lastName: 'Staff', roles: ['support'] }, headers: admin.headers });

    expect(reply.status).toBe(201);
    const { id } = reply.body.data;
    expect(reply.headers['location']).toBe(`/api/v1/admin/users/${id}`);
    expect(reply.body.data).toEqual({ id, email, roles: ['support'], disabled: false, version: 1, createdAt: expect.any(String), updatedAt: expect.any(String) });
    expect(await audited(`user:${id}`)).toMatchObject([{ action: 'user.created', actor: { type: 'user', id: admin.id }, after: { email, roles: ['support'] } }]);
    expect(await eventsOf(id)).toEqual(['user.registered']);
    expect((await world.call('post', '/auth/login', { body: { email, password: PASSWORD } })).status).toBe(200);
  });

  test.each([
    { _case: 'a taken address', body: () => ({ email: admin.email, roles: ['support'] }), status: 409, code: 'email_taken' },
    { _case: 'a role that does not exist', body: () => ({ email: newEmail(), roles: ['king'] }), status: 400, code: 'invalid_request' },
    { _case: 'no role', body: () => ({ email: newEmail(), roles: [] }), status: 400, code: 'invalid_request' },
  ])('refuses $_case and changes nothing', async ({ body, status, code }) => {
    const before = await world.connection.collection('users').countDocuments();

    const reply = await world.call('post', '/admin/users', { body: { password: PASSWORD, firstName: 'Sam', lastName: 'Staff', ...body() }, headers: admin.headers });

    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect(await world.connection.collection('users').countDocuments()).toBe(before);
  });
});

describe('changing rights', () => {
  test('raises the version, tells it and records before and after', async () => {
    const user = await givenUser(world);

    const reply = await patch(user.id, { roles: ['support', 'customer'], disabled: true });

    expect(reply.status).toBe(200);
    expect(reply.body.data).toMatchObject({ roles: ['support', 'customer'], disabled: true, version: 2 });
    expect(reply.headers['etag']).toMatch(/^"2\./);
    expect(await eventsOf(user.id)).toEqual(['user.registered', 'user.signed_in', 'user.disabled', 'user.roles_changed']);
    expect(await audited(`user:${user.id}`)).toMatchObject([{
      action: 'user.rights_changed', before: { roles: ['customer'], isDisabled: false }, after: { roles: ['support', 'customer'], isDisabled: true },
    }]);
  });

  test('what is the same already changes nothing and tells nobody', async () => {
    const user = await givenUser(world);

    const reply = await patch(user.id, { roles: ['customer'], disabled: false });

    expect([reply.status, reply.body.data.version]).toEqual([200, 1]);
    expect(await audited(`user:${user.id}`)).toEqual([]);
  });

  test('refuses a stale version', async () => {
    const user = await givenUser(world);
    await patch(user.id, { roles: ['support'] });

    const reply = await patch(user.id, { roles: ['admin'] }, { ...admin.headers, 'if-match': '"1.abc"' });

    expect([reply.status, reply.body.code]).toEqual([412, 'stale_version']);
    expect((await rowOf(user.email))['roles']).toEqual(['support']);
  });

  test('of twenty at once all are done, one after the other', async () => {
    const user = await givenUser(world);

    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => patch(user.id, { disabled: i % 2 === 0, roles: [i % 3 ? 'support' : 'moderator'] })));

    const statuses = new Set(replies.map(({ status }) => status));
    expect([...statuses].filter((status) => ![200, 409].includes(status))).toEqual([]);
    const { version } = (await rowOf(user.email));
    expect(await audited(`user:${user.id}`)).toHaveLength(version - 1);
  });

  test('nobody hands out or takes away more than they hold', async () => {
    const { key, appSecret } = await world.container.apiKeys.issue({ name: 'people only', kind: 'secret', scopes: ['users:read', 'users:write', 'orders:read'] });
    const limited = { 'x-api-key': key, 'x-app-secret': appSecret! };
    const user = await givenUser(world);

    const replies = [
      await patch(user.id, { roles: ['admin'] }, limited), await patch(admin.id, { disabled: true }, limited), await patch(admin.id, { roles: ['customer'] }, limited),
      await world.call('delete', `/admin/users/${admin.id}/sessions`, { headers: limited }),
      await world.call('post', '/admin/users', { body: { email: newEmail(), password: PASSWORD, firstName: 'S', lastName: 'S', roles: ['operations'] }, headers: limited }),
    ];

    expect(replies.map(({ status, body }) => `${status} ${body.code}`)).toEqual(Array(5).fill('403 beyond_own_permissions'));
    expect(replies[4]!.body.permissions).toContain('inventory:write');
    expect((await rowOf(user.email))['roles']).toEqual(['customer']);
    expect(await rowOf(admin.email)).toMatchObject({ roles: ['admin'], isDisabled: false });
    expect((await patch(user.id, { roles: ['customer', 'vendor'] }, limited)).status).toBe(200);
  });

  test('signing somebody out everywhere ends all their sessions', async () => {
    const user = await givenUser(world);
    await world.call('post', '/auth/login', { body: { email: user.email, password: user.password } });

    const reply = await world.call('delete', `/admin/users/${user.id}/sessions`, { headers: admin.headers });

    expect([reply.status, reply.body.data]).toEqual([200, { ended: 2 }]);
    expect((await world.call('get', '/auth/me', { headers: user.headers })).status).toBe(401);
  });
});

describe('the last admin', () => {
  test.each([{ _case: 'lose the role', change: { roles: ['customer'] } }, { _case: 'be disabled', change: { disabled: true } }])('cannot $_case', async ({ change }) => {
    const reply = await patch(admin.id, change);

    expect([reply.status, reply.body.code]).toEqual([409, 'last_admin']);
    expect(await rowOf(admin.email)).toMatchObject({ roles: ['admin'], isDisabled: false, version: 1 });
  });

  test('of five who step down at the same moment one stays', async () => {
    const shop = await openWorld();
    const keys = await givenKeys(shop);
    const admins = await Promise.all(Array.from({ length: 5 }, () => givenUser(shop, { roles: ['admin'] })));

    const replies = await Promise.all(admins.map(({ id }, i) => shop.call('patch', `/admin/users/${id}`, { body: i % 2 ? { disabled: true } : { roles: ['customer'] }, headers: keys.secret })));

    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 409]);
    expect(replies.find(({ status }) => status === 409)!.body.code).toBe('last_admin');
    expect(await shop.connection.collection('users').countDocuments({ roles: 'admin', isDisabled: false })).toBe(1);
    expect(shop.defects).toEqual([]);
    await shop.close();
  });
});

describe('listing', () => {
  const list = (query: string, headers: Headers = admin.headers) => world.call('get', `/admin/users?${query}`, { headers });

  test('finds by the whole address, by role, by state and by date', async () => {
    const tag = `zz${Date.now()}`;
    const make = (name: string, roles: Array<'support' | 'customer'>) => world.container.auth.createUser({ email: `${tag}.${name}@example.com`, password: PASSWORD, firstName: 'A', lastName: 'B', roles });
    const made = [await make('one', ['support']), await make('two', ['customer']), await make('three', ['support'])];
    await patch(made[2]!.id, { disabled: true });
    const emails = async (query: string) => ((await list(query)).body.data.items as Array<{ email: string }>).map(({ email }) => email.split('@')[0]!.split('.')[1]);

    const whole = (name: string) => `q=${tag}.${name}@example.com`;
    expect(await emails(whole('one').toUpperCase().replace('Q=', 'q='))).toEqual(['one']);
    expect(await emails(`q=${tag}`)).toEqual([]);
    expect(await emails(`${whole('two')}&role=support`)).toEqual([]);
    expect(await emails(`${whole('three')}&role=support&disabled=false`)).toEqual([]);
    expect((await emails('role=support&disabled=true')).filter((name) => name === 'three')).toEqual(['three']);
    expect(await emails(`${whole('one')}&created_at[gte]=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
    expect(await emails('q=.*')).toEqual([]);
  });

  test('walks by cursor through all of them once', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const data: { items: Array<{ id: string }>; next_cursor: string | null } = (await list(`per_page=3&cursor=${cursor}`)).body.data;
      seen.push(...data.items.map(({ id }) => id));
      cursor = data.next_cursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(await world.connection.collection('users').countDocuments());
  });

  test('is for those who may, with a person or with a secret key', async () => {
    const support = await givenUser(world, { roles: ['support'] });

    const replies = [await list('', {}), await list('', support.headers), await list('', secret), await list('page=0')];

    expect(replies.map(({ status, body }) => `${status} ${body.code ?? ''}`)).toEqual([
      '401 authentication_required', '403 missing_permission', '200 ', '400 invalid_request',
    ]);
  });
});
