import { randomUUID } from 'node:crypto';
import { givenKeys, givenUser, type GivenUser } from '../../support/given.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let staff: Record<string, string>;
let user: GivenUser;

beforeAll(async () => {
  world = await openWorld();
  staff = (await givenKeys(world)).secret;
});
afterAll(() => world.close());
beforeEach(async () => { user = await givenUser(world); });
afterEach(async () => {
  expect(world.defects.splice(0)).toEqual([]);
  expect(await violations()).toEqual([]);
});

const euros = (amount: number) => ({ amount, currency: 'EUR' });
const { inTransaction, loyalty } = { inTransaction: (work: () => Promise<unknown>) => world.container.inTransaction(work), loyalty: () => world.container.loyalty };
const accrue = (orderId: string, amount: number, userId = user.id) => inTransaction(() => loyalty().accrueForOrder({ orderId, userId, spent: euros(amount) })) as Promise<number>;
const clawBack = (orderId: string, userId = user.id) => inTransaction(() => loyalty().clawBackForOrder({ orderId, userId, reason: 'Order cancelled' })) as Promise<number>;
const redeem = (orderId: string, points: number) => inTransaction(() => loyalty().redeem({ orderId, userId: user.id, points }));
const adjust = (points: number, userId = user.id) => world.call('post', `/loyalty/accounts/${userId}/adjustments`, { headers: staff, body: { points, reason: 'Goodwill' } });
const statement = async () => (await world.call('get', '/customers/me/loyalty', { headers: user.headers })).body.data;
const ledgerOf = (filter: object) => world.connection.collection('points_ledger').find(filter).sort({ _id: 1 }).toArray();
const violations = async () => (await Promise.all(loyalty().invariants.map(({ check }) => check()))).flat();
const summary = ({ points, lifetimePoints, debt, tierLevel }: Record<string, unknown>) => ({ points, lifetimePoints, debt, tierLevel });

describe('a customer', () => {
  test('without orders has nothing and is bronze', async () => {
    const reply = await world.call('get', '/customers/me/loyalty', { headers: user.headers });

    expect(reply.status).toBe(200);
    expect(reply.body.data).toEqual({
      points: 0, lifetimePoints: 0, debt: 0, tierLevel: 'bronze', nextTier: { tierLevel: 'silver', pointsNeeded: 500 }, rewards: [], version: 0,
      ledger: { items: [], total: 0, pages: 0, current_page: 1, per_page: 20 },
    });
  });

  test('sees the points of an order and where they came from, and nobody else does', async () => {
    const other = await givenUser(world);
    await accrue('order-1', 60_099);

    const mine = await statement();
    const theirs = await world.call('get', '/customers/me/loyalty', { headers: other.headers });

    expect(summary(mine)).toEqual({ points: 600, lifetimePoints: 600, debt: 0, tierLevel: 'silver' });
    expect(mine.ledger.items).toEqual([{ id: expect.any(String), kind: 'accrual', points: 600, orderId: 'order-1', reason: 'Order placed', at: expect.any(String) }]);
    expect(theirs.body.data.points).toBe(0);
    expect(theirs.body.data.ledger.items).toEqual([]);
  });

  test('must be signed in, with a key that may read a customer', async () => {
    const anonymous = await world.call('get', '/customers/me/loyalty');

    expect(anonymous.status).toBe(401);
    expect(anonymous.body.code).toBe('authentication_required');
  });

  test('walks the ledger by cursor', async () => {
    for (const n of [1, 2, 3]) await adjust(n);

    const first = (await world.call('get', '/customers/me/loyalty?cursor=&per_page=2', { headers: user.headers })).body.data.ledger;
    const second = (await world.call('get', `/customers/me/loyalty?cursor=${first.next_cursor}&per_page=2`, { headers: user.headers })).body.data.ledger;

    expect(first.items.map(({ points }: { points: number }) => points)).toEqual([3, 2]);
    expect(second.items.map(({ points }: { points: number }) => points)).toEqual([1]);
    expect(second.next_cursor).toBeNull();
  });
});

describe('an order', () => {
  test('accrues once, however often it is told', async () => {
    const orderId = randomUUID();

    const given = await Promise.all(Array.from({ length: 20 }, () => accrue(orderId, 5000)));

    expect(given.filter((points) => points === 50)).toHaveLength(1);
    expect(given.filter((points) => points === 0)).toHaveLength(19);
    expect(await ledgerOf({ orderId })).toHaveLength(1);
    expect((await statement()).points).toBe(50);
  });

  test('of many at once loses no point of any', async () => {
    const given = await Promise.all(Array.from({ length: 20 }, () => accrue(randomUUID(), 1000)));

    expect(given).toEqual(Array.from({ length: 20 }, () => 10));
    expect(summary(await statement())).toEqual({ points: 200, lifetimePoints: 200, debt: 0, tierLevel: 'bronze' });
  });

  test('too small for a point leaves no trace', async () => {
    const orderId = randomUUID();

    await expect(accrue(orderId, 99)).resolves.toBe(0);

    expect(await ledgerOf({ orderId })).toEqual([]);
  });

  test('gives back once what it gave when it is cancelled, however often', async () => {
    const orderId = randomUUID();
    await accrue(orderId, 5000);
    await accrue(randomUUID(), 2000);

    const taken = await Promise.all(Array.from({ length: 20 }, () => clawBack(orderId)));

    expect(taken.filter((points) => points === 50)).toHaveLength(1);
    expect(taken.filter((points) => points === 0)).toHaveLength(19);
    expect(summary(await statement())).toEqual({ points: 20, lifetimePoints: 20, debt: 0, tierLevel: 'bronze' });
  });

  test('that gave nothing takes nothing back', async () => {
    await accrue(randomUUID(), 2000);

    await expect(clawBack(randomUUID())).resolves.toBe(0);

    expect((await statement()).points).toBe(20);
  });

  test('whose points were spent leaves a debt, which the next orders pay', async () => {
    const orderId = randomUUID();
    await accrue(orderId, 5000);
    await redeem(randomUUID(), 40);
    await clawBack(orderId);

    expect(summary(await statement())).toEqual({ points: 0, lifetimePoints: 0, debt: 40, tierLevel: 'bronze' });
    expect((await ledgerOf({ orderId })).map(({ kind, points }) => `${kind} ${points}`).sort()).toEqual(['accrual 50', 'clawback -10', 'debt -40']);

    await accrue(randomUUID(), 3000);
    expect(summary(await statement())).toEqual({ points: 0, lifetimePoints: 30, debt: 10, tierLevel: 'bronze' });

    await accrue(randomUUID(), 3000);
    expect(summary(await statement())).toEqual({ points: 20, lifetimePoints: 60, debt: 0, tierLevel: 'bronze' });
  });

  test('that is rolled back accrues nothing', async () => {
    const orderId = randomUUID();

    await expect(inTransaction(async () => {
      await loyalty().accrueForOrder({ orderId, userId: user.id, spent: euros(5000) });
      throw new Error('the order failed');
    })).rejects.toThrow('the order failed');

    expect(await ledgerOf({ orderId })).toEqual([]);
    expect((await statement()).points).toBe(0);
  });
});

describe('paying with points', () => {
  test('never takes more than there is, however many try at once', async () => {
    await accrue(randomUUID(), 10_000);

    const results = await Promise.allSettled(Array.from({ length: 100 }, () => redeem(randomUUID(), 10)));

    const refused = results.filter(({ status }) => status === 'rejected').map((result) => ((result as PromiseRejectedResult).reason as { code: string }).code);
    expect(results.length - refused.length).toBe(10);
    expect(new Set(refused)).toEqual(new Set(['insufficient_points']));
    expect((await statement()).points).toBe(0);
    expect(await ledgerOf({ userId: user.id, kind: 'redemption' })).toHaveLength(10);
  });
});

describe('staff', () => {
  test('gives and takes points, with a reason that is audited', async () => {
    const given = await adjust(120);
    const taken = await adjust(-20);

    expect(given.status).toBe(201);
    expect(given.headers['location']).toBe(`/api/v1/loyalty/accounts/${user.id}`);
    expect(taken.body.data).toMatchObject({ points: 100, lifetimePoints: 0, tierLevel: 'bronze', version: 2 });
    const seen = await world.call('get', `/loyalty/accounts/${user.id}`, { headers: staff });
    expect(seen.body.data.ledger.items).toMatchObject([{ kind: 'adjustment', points: -20, reason: 'Goodwill' }, { kind: 'adjustment', points: 120 }]);
    const events = (await world.events()).filter(({ type, aggregateId }) => type === 'loyalty.points_adjusted' && aggregateId === user.id);
    expect(events.map(({ data }) => data)).toEqual([{ userId: user.id, points: 120, balance: 120 }, { userId: user.id, points: -20, balance: 100 }]);
    const audited = await world.connection.collection('audit_entries').find({ subject: `user:${user.id}`, action: 'loyalty.points_adjusted' }).toArray();
    expect(audited).toHaveLength(2);
  });

  test('cannot take more than there is, and then nothing changes', async () => {
    await adjust(10);
    const before = await world.events();

    const reply = await adjust(-11);

    expect(reply.status).toBe(409);
    expect(reply.body).toMatchObject({ code: 'insufficient_points', requested: 11, available: 10 });
    expect((await statement()).points).toBe(10);
    expect(await ledgerOf({ userId: user.id })).toHaveLength(1);
    expect(await world.events()).toHaveLength(before.length);
  });

  test('taking all of it ten times at once succeeds once', async () => {
    await adjust(70);

    const replies = await Promise.all(Array.from({ length: 10 }, () => adjust(-70)));

    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    expect((await statement()).points).toBe(0);
    expect((await ledgerOf({ userId: user.id })).map(({ points }) => points)).toEqual([70, -70]);
  });

  test('giving twenty times at once loses none', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, (_, n) => adjust(n + 1)));

    expect(replies.every(({ status }) => status === 201)).toBe(true);
    expect((await statement()).points).toBe(210);
  });

  test('is replayed, not repeated, under one Idempotency-Key', async () => {
    const send = () => world.call('post', `/loyalty/accounts/${user.id}/adjustments`, { headers: { ...staff, 'idempotency-key': `adjust-${user.id}` }, body: { points: 5, reason: 'Goodwill' } });

    const first = await send();
    const second = await send();

    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.text).toBe(first.text);
    expect((await statement()).points).toBe(5);
  });

  test.each([
    { _case: 'no points', body: { points: 0, reason: 'x' }, pointer: '#/body/points' },
    { _case: 'half a point', body: { points: 1.5, reason: 'x' }, pointer: '#/body/points' },
    { _case: 'no reason', body: { points: 1 }, pointer: '#/body/reason' },
  ])('must not send $_case', async ({ body, pointer }) => {
    const reply = await world.call('post', `/loyalty/accounts/${user.id}/adjustments`, { headers: staff, body });

    expect(reply.status).toBe(400);
    expect(reply.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
    expect((await statement()).points).toBe(0);
  });

  test('a customer may not adjust points, not even their own', async () => {
    const reply = await world.call('post', `/loyalty/accounts/${user.id}/adjustments`, { headers: user.headers, body: { points: 1000, reason: 'Please' } });

    expect(reply.status).toBe(403);
    expect(reply.body.code).toBe('missing_permission');
    expect((await statement()).points).toBe(0);
  });
});

describe('the auditor', () => {
  test('finds a balance that nobody earned, by name', async () => {
    await adjust(10);
    await world.connection.collection<{ _id: string }>('points_accounts').updateOne({ _id: user.id }, { $inc: { balance: 5 } });

    const found = await violations();

    expect(found).toEqual([{ invariant: 'loyalty.balance_equals_ledger', subject: `user:${user.id}`, detail: 'the ledger differs by -5 points, 0 lifetime, 0 debt' }]);
    await world.connection.collection<{ _id: string }>('points_accounts').updateOne({ _id: user.id }, { $inc: { balance: -5 } });
  });
});

describe('what a customer writes', () => {
  const [{ handle }] = [{ handle: (event: object) => loyalty().subscribers[0]!.handle(event as never) }];
  let made = 0;
  const event = (thing: string, version: number, merits: Record<string, boolean>, at = new Date('2026-05-01T10:00:00Z')) => ({
    id: `event-${process.pid}-${(made += 1)}`, type: 'review.changed', aggregateId: thing, data: { userId: user.id, version, merits }, version: 1, occurredAt: at,
  });
  const kinds = async () => (await statement()).ledger.items.map(({ kind, points }: Record<string, unknown>) => [kind, points]);

  test('twenty reviews told at once, each of them twice, fill the day exactly; the next day has room again', async () => {
    const events = Array.from({ length: 20 }, (_none, at) => event(randomUUID(), 1, { review: true, photo: at % 2 === 0 }));

    await Promise.all([...events, ...events].map(handle));

    expect(summary(await statement())).toEqual({ points: 100, lifetimePoints: 0, debt: 0, tierLevel: 'bronze' });
    await handle(event(randomUUID(), 1, { review: true, photo: true }));
    expect((await statement()).points).toBe(100);
    await handle(event(randomUUID(), 1, { review: true, photo: true }, new Date('2026-05-02T00:00:00Z')));
    expect((await statement()).points).toBe(130);
  });

  test('hidden and shown again takes the same points and gives them back; what is older says nothing any more', async () => {
    const thing = randomUUID();
    await handle(event(thing, 1, { review: true, photo: true }));
    await handle(event(thing, 3, { review: false, photo: false }));
    await handle(event(thing, 2, { review: true, photo: true }));
    expect((await statement()).points).toBe(0);

    await handle(event(thing, 4, { review: true, photo: false }));
    expect((await statement()).points).toBe(20);
    expect(await kinds()).toEqual([['interaction', 20], ['interaction_clawback', -10], ['interaction_clawback', -20], ['interaction', 10], ['interaction', 20]]);
  });

  test('what was hidden before anybody heard that it was shown has no points, and has them once when it is shown again', async () => {
    const thing = randomUUID();
    await handle(event(thing, 1, { review: false, photo: false }));
    await handle(event(thing, 3, { review: false, photo: false }));
    await handle(event(thing, 2, { review: true, photo: true }));
    expect((await statement()).points).toBe(0);

    await handle(event(thing, 5, { review: true, photo: false }));
    await handle(event(thing, 4, { review: false, photo: false }));
    expect([(await statement()).points, await kinds()]).toEqual([20, [['interaction', 20]]]);
    await handle(event(thing, 6, { review: false, photo: true }));
    expect([(await statement()).points, await violations()]).toEqual([10, []]);
  });

  test('points that were spent before they are taken back are a debt, which the next ones pay', async () => {
    const [thing, next] = [randomUUID(), randomUUID()];
    await handle(event(thing, 1, { review: true }));
    await redeem(randomUUID(), 15);
    await handle(event(thing, 2, { review: false }));
    expect(summary(await statement())).toEqual({ points: 0, lifetimePoints: 0, debt: 15, tierLevel: 'bronze' });

    await handle(event(next, 1, { review: true }));
    expect(summary(await statement())).toEqual({ points: 5, lifetimePoints: 0, debt: 0, tierLevel: 'bronze' });
    await handle(event(thing, 3, { review: true }));
    expect((await statement()).points).toBe(25);
  });

  test('twenty tellings of the same change at once change it once', async () => {
    const thing = randomUUID();
    await handle(event(thing, 1, { review: true }));

    await Promise.all(Array.from({ length: 20 }, (_none, at) => handle(event(thing, 2 + at, { review: at % 2 === 1 }))));

    const { isGiven, part } = (await world.connection.collection('points_interactions').findOne({ _id: `review:${thing}:review` as never }))!;
    expect((await statement()).points).toBe(isGiven ? 20 : 0);
    expect(await ledgerOf({ thing: `review:${thing}:review` })).toHaveLength(1 + part);
  });
});
