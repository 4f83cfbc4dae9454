import { backfill } from '../../src/shared/db/backfill.js';
import { migrate, migrateDown, type Migration } from '../../src/shared/db/migrate.js';
import { openNode } from '../support/node.js';
import { openShop, type Shop } from '../support/shop.js';
import type { World } from '../support/world.js';

let shop: Shop;
let next: World;
beforeAll(async () => {
  shop = await openShop();
  next = await openNode(shop);
});
afterAll(async () => {
  await next.close();
  await shop.close();
});

const NAME = '9001-units-of-orders';
/** The next version's change: every order says how many units it has, computed from what it has then. */
const unitsOfOrders = (afterBatch: () => void = () => {}): Migration => ({
  name: NAME,
  up: async ({ connection }) => { await backfill({ connection, name: NAME, collection: 'orders', missing: { unitCount: { $exists: false } }, set: { unitCount: { $sum: '$items.quantity' } }, batch: 5, progress: afterBatch }); },
  down: async ({ connection }) => {
    await connection.collection('orders').updateMany({}, { $unset: { unitCount: 1 } });
    await connection.collection('backfills').deleteOne({ _id: NAME as never });
  },
});
const run = (migration: Migration) => migrate({ connection: next.connection, migrations: [migration], log: () => {}, lockTtlMs: 3000 });
const without = () => shop.count('orders', { unitCount: { $exists: false } });

test('old and new run side by side under load: a fill that is cut off goes on where it was, no request fails, and it can be taken back', async () => {
  const { sku } = await shop.given.variant({ stock: 1000 });
  const statuses: number[] = [];
  const buy = async (quantity: number) => {
    const { guest } = await shop.given.cart([sku, quantity]);
    statuses.push((await shop.order(guest)).status);
  };
  for (let n = 0; n < 20; n++) await buy(1 + (n % 3));
  let isOver = false;
  const load = Promise.all([1, 2].map(async (quantity) => { while (!isOver) await buy(quantity); }));

  let batches = 0;
  await expect(run(unitsOfOrders(() => { if (++batches === 2) throw new Error('killed'); }))).rejects.toThrow('killed');
  const leftBehind = await shop.connection.collection('orders').countDocuments({ unitCount: { $exists: true } });
  const { applied } = await run(unitsOfOrders());
  isOver = true;
  await load;
  // What the old version wrote behind the fill's back is filled by the next release, as its first step.
  await shop.connection.collection('backfills').deleteOne({ _id: NAME as never });
  await unitsOfOrders().up({ connection: next.connection, log: () => {} });

  expect(leftBehind).toBe(10);
  expect(applied).toEqual([NAME]);
  expect(statuses.length).toBeGreaterThan(20);
  expect(statuses.every((status) => status === 201)).toBe(true);
  expect(await without()).toBe(0);
  expect(await shop.count('orders', { $expr: { $ne: ['$unitCount', { $sum: '$items.quantity' }] } })).toBe(0);
  expect((await next.call('get', '/orders?per_page=5', { headers: shop.keys.secret })).status).toBe(200);
  expect(await shop.violations()).toEqual([]);

  expect(await migrateDown({ connection: next.connection, migrations: [unitsOfOrders()], log: () => {} }, NAME)).toEqual([NAME]);
  expect(await without()).toBe(await shop.count('orders'));
  expect(await migrateDown({ connection: next.connection, migrations: [unitsOfOrders()], log: () => {} }, NAME)).toEqual([]);
});

test('a change that does not say how it is taken back stops all of them before anything happens', async () => {
  const oneWay: Migration = { name: '9002-one-way', up: async () => {} };
  await migrate({ connection: next.connection, migrations: [unitsOfOrders(), oneWay], log: () => {} });

  await expect(migrateDown({ connection: next.connection, migrations: [unitsOfOrders(), oneWay], log: () => {} }, NAME)).rejects.toThrow('9002-one-way does not say how');
  expect(await without()).toBe(0);
  await expect(migrateDown({ connection: next.connection, migrations: [unitsOfOrders()], log: () => {} }, '0000-none')).rejects.toThrow('There is no change');
});
