import { randomUUID } from 'node:crypto';
import { startProcess, type Process } from '../support/processes.js';
import { ADDRESS, openShop, type Shop } from '../support/shop.js';

const BUYERS = 200;
const UNITS = 50;
let shop: Shop;
let apis: Process[];

beforeAll(async () => {
  shop = await openShop();
  const env = shop.environment;
  apis = await Promise.all([startProcess('server', env), startProcess('server', env)]);
});
afterAll(async () => {
  await Promise.all(apis.map((api) => api.kill('SIGTERM')));
  await shop.close();
});

const post = async (url: string, path: string, body: object, headers: Record<string, string>) => {
  const response = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...shop.keys.publishable, ...headers }, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() as { code?: string; data?: { cartToken?: string; id: string }; lines?: unknown } };
};

test(`${BUYERS} buyers of the last ${UNITS} units at two processes make exactly ${UNITS} orders`, async () => {
  const { sku } = await shop.given.variant({ stock: UNITS });
  const carts = await Promise.all(Array.from({ length: BUYERS }, async (_, i) => {
    const { body } = await post(apis[i % 2]!.url, '/cart/items', { sku, quantity: 1 }, {});
    return { 'x-cart-token': body.data!.cartToken! };
  }));

  const replies = await Promise.all(carts.map((guest, i) => post(apis[i % 2]!.url, '/orders', {
    email: `buyer${i}@example.com`, shippingAddress: ADDRESS, shippingMethod: 'standard', payment: { provider: 'offline' },
  }, { ...guest, 'idempotency-key': randomUUID() })));

  const won = replies.filter(({ status }) => status === 201);
  const refused = replies.filter(({ status, body }) => status === 409 && body.code === 'insufficient_stock');
  expect([won.length, refused.length]).toEqual([UNITS, BUYERS - UNITS]);
  expect(refused.every(({ body }) => JSON.stringify(body.lines) === JSON.stringify([{ sku, requested: 1, available: 0 }]))).toBe(true);
  expect(await shop.level(sku)).toEqual({ onHand: UNITS, reserved: UNITS });
  expect(await shop.count('orders')).toBe(UNITS);
  expect(await shop.violations()).toEqual([]);
});

test('two lines in opposite order never wait for each other, and an order is whole or nothing', async () => {
  const [a, b] = [await shop.given.variant({ stock: 15 }), await shop.given.variant({ stock: 15 })];
  const before = await shop.count('orders');
  const carts = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? shop.given.cart(a.sku, b.sku) : shop.given.cart(b.sku, a.sku))));

  const replies = await Promise.all(carts.map(({ guest }, i) => post(apis[i % 2]!.url, '/orders', {
    email: 'x@example.com', shippingAddress: ADDRESS, shippingMethod: 'standard', payment: { provider: 'offline' },
  }, { ...guest, 'idempotency-key': randomUUID() })));

  expect(replies.map(({ status }) => status).sort()).toEqual([...Array(15).fill(201), ...Array(25).fill(409)]);
  expect(await shop.count('orders')).toBe(before + 15);
  expect([await shop.level(a.sku), await shop.level(b.sku)]).toEqual([{ onHand: 15, reserved: 15 }, { onHand: 15, reserved: 15 }]);
  expect(await shop.violations()).toEqual([]);
});
