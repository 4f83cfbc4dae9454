import { givenKeys, givenUser, type GivenUser } from '../../support/given.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
beforeAll(async () => { world = await openWorld(); await givenKeys(world); });
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

type Entry = { id: string; type: string; data: object };
const list = (user: GivenUser, query = '') => world.call('get', `/customers/me/activity?${query}`, { headers: user.headers });
const typesOf = async (user: GivenUser) => ((await list(user)).body.data.items as Entry[]).map(({ type }) => type);
const record = (type: string, aggregateId: string, data: Record<string, unknown>) => world.container.inTransaction(() => world.container.outbox.record({ type, aggregateId, data }));

test('tells what somebody did, newest first, in facts and not in secrets', async () => {
  const user = await givenUser(world);
  await world.call('patch', '/customers/me', { body: { firstName: 'Augusta' }, headers: user.headers });
  await world.runEvents();

  const reply = await list(user);

  expect(reply.status).toBe(200);
  expect(reply.body.data.items).toEqual([
    { id: expect.stringMatching(/^evt_/), type: 'customer.updated', occurredAt: expect.any(String), data: { customerId: expect.any(String) } },
    { id: expect.any(String), type: 'user.signed_in', occurredAt: expect.any(String), data: { sessionId: expect.any(String), device: 'Unknown device', ipRange: '127.0.0.0/24' } },
    { id: expect.any(String), type: 'user.registered', occurredAt: expect.any(String), data: { via: 'system' } },
  ]);
});

test('an order is in the log of its buyer and of nobody else; a guest\'s in none', async () => {
  const [buyer, other] = [await givenUser(world), await givenUser(world)];
  await record('order.placed', 'order-1', { userId: buyer.id, orderId: 'order-1', number: 'K-1', email: buyer.email, total: { amount: 1, currency: 'EUR' } });
  await record('order.placed', 'order-2', { orderId: 'order-2' });
  await record('stock.changed', 'sku', { userId: buyer.id });
  const before = await world.connection.collection('activity').countDocuments();

  await world.runEvents();

  expect(((await list(buyer)).body.data.items as Entry[])[0]).toMatchObject({ type: 'order.placed' });
  expect(((await list(buyer)).body.data.items as Entry[])[0]!.data).toEqual({ orderId: 'order-1', number: 'K-1' });
  expect(await typesOf(buyer)).toEqual(['order.placed', 'user.signed_in', 'user.registered']);
  expect(await typesOf(other)).toEqual(['user.signed_in', 'user.registered']);
  expect(await world.connection.collection('activity').countDocuments()).toBe(before + 5);
});

test('an event that is delivered five times is one entry', async () => {
  const user = await givenUser(world);
  await world.runEvents();
  const before = await typesOf(user);

  for (let i = 0; i < 5; i++) {
    await world.connection.collection('outbox').updateMany({ aggregateId: user.id }, { $set: { state: 'pending', dueAt: new Date(0), 'deliveries.$[].state': 'pending', 'deliveries.$[].dueAt': new Date(0) } });
    await world.runEvents();
  }

  expect(before).toEqual(['user.signed_in', 'user.registered']);
  expect(await typesOf(user)).toEqual(before);
});

test('walks by cursor through all entries once', async () => {
  const user = await givenUser(world);
  for (let i = 0; i < 7; i++) await world.call('patch', '/customers/me', { body: { firstName: `Name ${i}` }, headers: user.headers });
  await world.runEvents();

  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const data: { items: Entry[]; next_cursor: string | null } = (await list(user, `per_page=2&cursor=${encodeURIComponent(cursor)}`)).body.data;
    expect(data).toMatchObject({ total: null, pages: null });
    seen.push(...data.items.map(({ id }) => id));
    cursor = data.next_cursor;
  }

  expect(seen).toHaveLength(9);
  expect(new Set(seen).size).toBe(9);
  expect((await list(user, 'per_page=5')).body.data).toMatchObject({ total: 9, pages: 2 });
});

test('staff who may read accounts see it, others do not', async () => {
  const [user, admin, support] = [await givenUser(world), await givenUser(world, { roles: ['admin'] }), await givenUser(world, { roles: ['support'] })];
  await world.runEvents();
  const show = (headers: Record<string, string>) => world.call('get', `/admin/users/${user.id}/activity`, { headers });

  const replies = [await show(admin.headers), await show(support.headers), await show(user.headers), await show({})];

  expect(replies.map(({ status }) => status)).toEqual([200, 403, 403, 401]);
  expect(replies[0]!.body.data.items).toEqual((await list(user)).body.data.items);
});
