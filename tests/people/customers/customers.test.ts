import { givenKeys, givenUser, type GivenUser } from '../../support/given.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let support: GivenUser;
beforeAll(async () => {
  world = await openWorld();
  await givenKeys(world);
  support = await givenUser(world, { roles: ['support'] });
});
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

type Headers = Record<string, string>;
const line1 = '12 St James Square';
const address = (changes: object = {}) => ({ firstName: 'Ada', lastName: 'Lovelace', line1, city: 'London', postalCode: 'SW1Y 4JH', country: 'GB', ...changes });
const show = (user: GivenUser) => world.call('get', '/customers/me', { headers: user.headers });
const change = (user: GivenUser, body: object, headers: Headers = {}) => world.call('patch', '/customers/me', { body, headers: { ...user.headers, ...headers } });
const add = (user: GivenUser, body: object = address(), headers: Headers = {}) => world.call('post', '/customers/me/addresses', { body, headers: { ...user.headers, ...headers } });
const rowOf = (user: GivenUser) => world.connection.model('Customer').findOne({ userId: user.id }).lean<Record<string, unknown>>();
const told = async (user: GivenUser) => (await world.events()).filter(({ data, type }) => data.userId === user.id && String(type).startsWith('customer.')).map(({ type }) => type);

describe('the profile', () => {
  test('is there from the first moment', async () => {
    const user = await givenUser(world);

    const reply = await show(user);

    expect(reply.status).toBe(200);
    expect(reply.headers['etag']).toMatch(/^"1\./);
    expect(reply.body.data).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/), userId: user.id, email: user.email, firstName: 'Ada', lastName: 'Lovelace', customFields: {}, addresses: [], groupIds: [],
      version: 1, createdAt: expect.any(String), updatedAt: expect.any(String),
    });
  });

  test('takes what is named, drops what is null, keeps the rest', async () => {
    const user = await givenUser(world);

    await change(user, { phone: '+44 20 7946 0000', locale: 'en-GB', customFields: { shoeSize: 38, likes: ['tea'] } });
    const reply = await change(user, { lastName: 'King', phone: null });

    expect(reply.status).toBe(200);
    expect(reply.body.data).toMatchObject({ firstName: 'Ada', lastName: 'King', locale: 'en-GB', customFields: { shoeSize: 38, likes: ['tea'] }, version: 3 });
    expect(reply.body.data).not.toHaveProperty('phone');
    expect(await rowOf(user)).not.toHaveProperty('phone');
    expect(await told(user)).toEqual(['customer.updated', 'customer.updated']);
  });

  test.each([
    { _case: 'an e-mail address', body: { email: 'other@example.com' } }, { _case: 'another owner', body: { userId: '0'.repeat(24) } },
    { _case: 'a version', body: { version: 9 } }, { _case: 'an empty name', body: { firstName: '' } }, { _case: 'a name of two lines', body: { firstName: 'A\nB' } },
    { _case: 'nothing', body: {} }, { _case: 'a nested custom field', body: { customFields: { a: { b: 1 } } } },
    { _case: 'a dangerous custom field', body: '{"customFields":{"__proto__":{"a":1}}}' }, { _case: 'another prototype', body: '{"__proto__":{"firstName":"Eve"}}' }, { _case: 'somebody\'s address', body: { defaultShippingAddressId: '3f1c1f0e-6b43-4a39-9a0f-1c6a0c5d4f11' } },
  ])('refuses $_case and changes nothing', async ({ body }) => {
    const user = await givenUser(world);
    const before = await rowOf(user);

    const reply = await world.call('patch', '/customers/me', { body, headers: { ...user.headers, 'content-type': 'application/json' } });

    expect(reply.status).toBe(400);
    expect(await rowOf(user)).toEqual(before);
    expect(await told(user)).toEqual([]);
  });

  test('refuses a change to a version that is gone, and takes one to the version that was read', async () => {
    const user = await givenUser(world);
    const etag = (await show(user)).headers['etag']!;
    await change(user, { firstName: 'Augusta' });

    const stale = await change(user, { firstName: 'Byron' }, { 'if-match': etag });
    const fresh = await change(user, { firstName: 'Grace' }, { 'if-match': (await show(user)).headers['etag']! });

    expect([stale.status, stale.body.code, fresh.status]).toEqual([412, 'stale_version', 200]);
    expect((await rowOf(user))!).toMatchObject({ firstName: 'Grace', version: 3 });
  });

  test('is its owner\'s only', async () => {
    const reply = await world.call('get', '/customers/me');

    expect([reply.status, reply.body.code]).toEqual([401, 'authentication_required']);
  });
});

describe('the address book', () => {
  test('makes the first address the default and the next one only when asked', async () => {
    const user = await givenUser(world);

    const first = await add(user);
    const second = await add(user, address({ line1: 'Elsewhere 1' }));
    const third = await add(user, address({ line1: 'Elsewhere 2', isDefaultBilling: true }));

    expect([first.status, second.status, third.status]).toEqual([201, 201, 201]);
    expect(first.headers['location']).toBe(`/api/v1/customers/me/addresses/${first.body.data.id}`);
    expect(first.body.data).toEqual({ ...address(), id: expect.any(String), isDefaultShipping: true, isDefaultBilling: true });
    expect(second.body.data).toMatchObject({ line1: 'Elsewhere 1', isDefaultShipping: false, isDefaultBilling: false });
    const list = await world.call('get', '/customers/me/addresses', { headers: user.headers });
    expect(list.body.data).toMatchObject({ total: 3, pages: 1, current_page: 1 });
    expect(list.body.data.items.map(({ line1: at, isDefaultShipping, isDefaultBilling }: Record<string, unknown>) => [at, isDefaultShipping, isDefaultBilling])).toEqual([
      [line1, true, false], ['Elsewhere 1', false, false], ['Elsewhere 2', false, true],
    ]);
    expect((await show(user)).body.data).toMatchObject({ defaultShippingAddressId: first.body.data.id, defaultBillingAddressId: third.body.data.id });
  });

  test('replaces, shows and removes; a removed default is the default of nothing', async () => {
    const user = await givenUser(world);
    const { id } = (await add(user, address({ company: 'Analytical Engines' }))).body.data;
    const path = `/customers/me/addresses/${id}`;

    const changed = await world.call('put', path, { body: address({ line1: 'Moved 7' }), headers: user.headers });
    const shown = await world.call('get', path, { headers: user.headers });
    const removed = await world.call('delete', path, { headers: user.headers });

    expect(changed.body.data).toEqual({ ...address({ line1: 'Moved 7' }), id, isDefaultShipping: true, isDefaultBilling: true });
    expect(shown.body.data).toEqual(changed.body.data);
    expect(removed.status).toBe(200);
    expect(removed.body.data).toMatchObject({ addresses: [], version: 4 });
    expect(removed.body.data).not.toHaveProperty('defaultShippingAddressId');
    expect((await world.call('get', path, { headers: user.headers })).status).toBe(404);
    expect(await told(user)).toEqual(['customer.address_added', 'customer.address_changed', 'customer.address_removed']);
  });

  test('twenty added at once are all there, in one default', async () => {
    const user = await givenUser(world);

    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => add(user, address({ line1: `House ${i}`, isDefaultShipping: i % 2 === 0 }))));

    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(201));
    const { data } = (await show(user)).body;
    expect(data.addresses.map(({ line1: at }: { line1: string }) => at).sort()).toEqual(Array.from({ length: 20 }, (_, i) => `House ${i}`).sort());
    expect(data.addresses.filter(({ isDefaultShipping }: { isDefaultShipping: boolean }) => isDefaultShipping)).toHaveLength(1);
    expect(data.addresses.filter(({ isDefaultBilling }: { isDefaultBilling: boolean }) => isDefaultBilling)).toHaveLength(1);
    expect(data.version).toBe(21);
    expect(await told(user)).toEqual(Array(20).fill('customer.address_added'));
  });

  test('holds fifty: of ten more at once none is added', async () => {
    const user = await givenUser(world);
    const kept = Array.from({ length: 48 }, (_, i) => ({ ...address(), id: `00000000-0000-4000-8000-0000000000${String(i).padStart(2, '0')}` }));
    await world.connection.collection('customers').updateOne({ userId: user.id }, { $set: { addresses: kept } });

    const replies = await Promise.all(Array.from({ length: 10 }, () => add(user)));

    expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, ...Array(8).fill(409)]);
    expect(replies.find(({ status }) => status === 409)!.body).toMatchObject({ code: 'too_many_addresses', limit: 50 });
    expect((await rowOf(user))!['addresses']).toHaveLength(50);
  });

  test('one key, one address, however often it is sent', async () => {
    const user = await givenUser(world);

    const replies = [];
    for (let i = 0; i < 3; i++) replies.push(await add(user, address(), { 'idempotency-key': 'one-address' }));

    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect((await rowOf(user))!['addresses']).toHaveLength(1);
  });

  test('another\'s address is not there, whatever is done to it', async () => {
    const [owner, stranger] = [await givenUser(world), await givenUser(world)];
    const { id } = (await add(owner)).body.data;
    await add(stranger);
    const before = await rowOf(owner);
    const path = `/customers/me/addresses/${id}`;

    const replies = [
      await world.call('get', path, { headers: stranger.headers }), await world.call('put', path, { body: address({ line1: 'Mine now' }), headers: stranger.headers }),
      await world.call('delete', path, { headers: stranger.headers }), await change(stranger, { defaultShippingAddressId: id }),
    ];

    expect(replies.map(({ status, body }) => `${status} ${body.code}`)).toEqual(['404 address_not_found', '404 address_not_found', '404 address_not_found', '400 unknown_address']);
    expect(await rowOf(owner)).toEqual(before);
  });

  test('names every wrong field', async () => {
    const user = await givenUser(world);

    const reply = await add(user, { firstName: 'Ada', line1: 5, country: 'Great Britain', isDefaultShipping: 'yes', owner: 'x' });

    expect(reply.status).toBe(400);
    expect(reply.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/body/city', '#/body/country', '#/body/isDefaultShipping', '#/body/lastName', '#/body/line1', '#/body/owner', '#/body/postalCode',
    ]);
    expect((await rowOf(user))!['addresses']).toEqual([]);
  });
});

describe('for staff', () => {
  const list = (query: string, headers: Headers = support.headers) => world.call('get', `/customers?${query}`, { headers });

  test('people are found by the whole address or name, whatever the spelling', async () => {
    const user = await givenUser(world);
    await change(user, { firstName: 'Émilie', lastName: 'du Châtelet' });
    const found = async (q: string) => ((await list(`q=${encodeURIComponent(q)}`)).body.data.items as Array<{ userId: string }>).map(({ userId }) => userId);

    for (const q of ['émilie du châtelet', 'E\u0301MILIE DU CHÂTELET', user.email.toUpperCase()]) expect([q, await found(q)]).toEqual([q, [user.id]]);
    for (const q of ['émilie', '.*', '^', 'châtelet', '$ne', user.email.slice(0, 16)]) expect([q, await found(q)]).toEqual([q, []]);
  });

  test('lists by date, exact address and page, without address books', async () => {
    const user = await givenUser(world);
    await add(user);

    const exact = await list(`email=${user.email.toUpperCase()}`);
    const future = await list(`created_at[gte]=${new Date(Date.now() + 60_000).toISOString()}`);
    const first = await list('per_page=1&sort=-createdAt');

    expect(exact.body.data.items).toHaveLength(1);
    expect(exact.body.data.items[0]).not.toHaveProperty('addresses');
    expect(future.body.data).toMatchObject({ items: [], total: 0 });
    expect(first.body.data.items[0].userId).toBe(user.id);
    expect((await list('city=London')).status).toBe(400);
  });

  test('a search uses its index', async () => {
    const plan = await world.connection.collection('customers').find({ searchKeys: world.container.vault.mark('ada lovelace') }).explain('queryPlanner');

    expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain('searchKeys_1');
  });

  test('a change is recorded with before and after', async () => {
    const user = await givenUser(world);
    const { id } = (await show(user)).body.data;

    const reply = await world.call('patch', `/customers/${id}`, { body: { lastName: 'Byron' }, headers: support.headers });

    expect(reply.body.data).toMatchObject({ id, lastName: 'Byron', version: 2 });
    expect(await world.connection.model('AuditEntry').find({ subject: `customer:${id}` }).lean()).toMatchObject([
      { action: 'customer.updated', actor: { type: 'user', id: support.id }, before: { lastName: 'Lovelace' }, after: { lastName: 'Byron' } },
    ]);
    expect((await world.call('get', `/customers/${id}`, { headers: support.headers })).body.data).toEqual(reply.body.data);
  });

  test('is closed to everybody else', async () => {
    const [user, victim] = [await givenUser(world), await givenUser(world)];
    const { id } = (await show(victim)).body.data;
    const before = await rowOf(victim);

    const replies = [
      await list('', user.headers), await list('', {}), await world.call('get', `/customers/${id}`, { headers: user.headers }),
      await world.call('patch', `/customers/${id}`, { body: { lastName: 'Hacked' }, headers: user.headers }),
      await world.call('get', `/customers/${'0'.repeat(24)}`, { headers: support.headers }), await world.call('get', '/customers/nobody', { headers: support.headers }),
    ];

    expect(replies.map(({ status }) => status)).toEqual([403, 401, 403, 403, 404, 400]);
    expect(await rowOf(victim)).toEqual(before);
  });
});
