import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seedCatalogue } from '../../scripts/seed-data/index.js';
import { openWorld, type World } from '../support/world.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DEMO = {
  KONTOR_DEMO_PUBLISHABLE_KEY: 'pk_demo_a1b2c3d4_abcdefghijklmnopqrstuvwxyzABCDEF', KONTOR_DEMO_SECRET_KEY: 'sk_demo_e5f6g7h8_abcdefghijklmnopqrstuvwxyzABCDEF',
  KONTOR_DEMO_APP_SECRET: `as_${'x'.repeat(40)}`, KONTOR_DEMO_ADMIN_EMAIL: 'admin@kontor.example', KONTOR_DEMO_ADMIN_PASSWORD: 'Tabo-kilu-seno-rapi-72',
  KONTOR_DEMO_CUSTOMER_EMAIL: 'ada@kontor.example', KONTOR_DEMO_CUSTOMER_PASSWORD: 'Gabo-kilu-seno-rapi-73',
};

let world: World;
let child: ChildProcess | undefined;
beforeAll(async () => { world = await openWorld(); });
afterAll(async () => {
  child?.kill('SIGKILL');
  await world.close();
});

const count = (collection: string, filter: object = {}) => world.connection.collection(collection).countDocuments(filter);

function startSeed() {
  const env = {
    ...process.env, ...DEMO, NODE_ENV: 'test', MONGODB_URI: world.config.mongo.uri, REDIS_URL: world.config.redis.url, REDIS_KEY_PREFIX: world.config.redis.keyPrefix,
    JWT_SECRET: world.config.auth.jwtSecret, BCRYPT_COST: '4',
  };
  child = spawn(process.execPath, ['scripts/run.mjs', 'seed'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout!.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  child.stderr!.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, said })) };
}

async function killWhen(isTime: () => Promise<boolean>): Promise<void> {
  const run = startSeed();
  while (!await isTime()) await pause(5);
  run.child.kill('SIGKILL');
  await run.ended;
}

test('a seed that is killed twice ends as if it had run once, and the demo shop works', async () => {
  await killWhen(async () => await count('variants') > 200);
  expect(await count('seeds')).toBe(0);
  await killWhen(async () => await count('orders') > 2);

  const last = await startSeed().ended;

  const { products, stock, customers, orders, categories, warehouses } = seedCatalogue();
  expect([last.code, last.said]).toEqual([0, expect.stringContaining(`${products.length} products`)]);
  expect(await count('products')).toBe(products.length);
  expect(await count('variants')).toBe(products.flatMap(({ variants }) => variants).length);
  expect(await count('categories')).toBe(categories.length);
  expect(await count('warehouses')).toBe(warehouses.length);
  expect(await count('stock_levels')).toBe(stock.length);
  expect(await count('users')).toBe(customers.length + 2);
  expect(await count('orders')).toBe(orders.length);
  for (const outcome of ['placed', 'completed', 'cancelled']) expect(await count('orders', { status: outcome })).toBe(orders.filter((order) => order.outcome === outcome).length);
  expect(await count('carts', { state: 'active', 'lineItems.0': { $exists: true } })).toBe(0);
  const [oldest] = await world.connection.collection('orders').find().sort({ createdAt: 1 }).limit(1).toArray();
  expect(Math.round((Date.now() - (oldest!['createdAt'] as Date).getTime()) / 86_400_000)).toBe(Math.max(...orders.map(({ daysAgo }) => daysAgo)));

  Object.assign(world.headers, { 'x-api-key': DEMO.KONTOR_DEMO_PUBLISHABLE_KEY });
  const login = await world.call('post', '/auth/login', { body: { email: DEMO.KONTOR_DEMO_ADMIN_EMAIL, password: DEMO.KONTOR_DEMO_ADMIN_PASSWORD } });
  expect([login.status, login.body.data?.user?.roles]).toEqual([200, ['admin']]);
  expect((await world.call('get', '/products')).body.data.total).toBe(products.filter(({ status }) => status === 'active').length);
  const cart = await world.call('post', '/cart/items', { body: { sku: stock.find(({ onHand }) => onHand > 10)!.sku, quantity: 1 } });
  const reduced = await world.call('post', '/cart/coupons', { headers: { 'x-cart-token': cart.body.data.cartToken as string }, body: { code: 'WELCOME10' } });
  expect(reduced.body.data.totals.discountTotal.amount).toBe(Math.round(reduced.body.data.totals.subtotal.amount / 10));
  const [, code] = /gift card over EUR 25.00: (\S+)/.exec(last.said) ?? [];
  const paying = await world.call('post', '/cart/gift-cards', { headers: { 'x-cart-token': cart.body.data.cartToken as string }, body: { code } });
  expect(paying.body.data.tenders).toMatchObject([{ kind: 'gift_card' }]);
  expect([await count('price_lists', { name: 'Outlet' }), await count('price_list_entries'), await count('value_accounts', { kind: 'gift_card' })]).toEqual([1, 20, 1]);
  await world.runEvents();
  expect((await Promise.all(world.container.invariants.map(({ check }) => check()))).flat()).toEqual([]);
  expect(world.defects).toEqual([]);

  const again = await startSeed().ended;
  expect([again.code, again.said]).toEqual([0, expect.stringContaining('there already')]);
  expect(await count('orders')).toBe(orders.length);
});
