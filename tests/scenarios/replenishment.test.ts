import { openShop, type Shop } from '../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterAll(() => shop.close());
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});

const staff = (method: 'get' | 'post' | 'patch' | 'put', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });

test('sales cross a threshold, one purchase order is raised, its goods arrive in parts, and those who waited are served in turn', async () => {
  const { sku } = await shop.given.variant({ stock: 12 });
  const { id: supplierId } = (await staff('post', '/suppliers', { code: 'ACME', name: 'Acme', currency: 'EUR', leadTimeDays: 4 })).body.data;
  await staff('put', `/suppliers/${supplierId}/skus/${sku}`, { priority: 1, cost: { amount: 700, currency: 'EUR' }, minQuantity: 6 });
  await staff('patch', `/inventory/${sku}/${shop.warehouse['id']}`, { threshold: 4, reorder: { point: 4, upTo: 20 }, backorder: { ceiling: 30, restockInDays: 4 } });

  const carts = await Promise.all(Array.from({ length: 15 }, () => shop.given.cart(sku)));
  const orders: Array<{ id: string; fulfilmentStatus: string }> = [];
  for (const { guest } of carts) orders.push((await shop.order(guest)).body.data);
  await shop.runEvents();

  const waiting = orders.filter(({ fulfilmentStatus }) => fulfilmentStatus === 'backordered').map(({ id }) => id);
  expect(waiting).toEqual(orders.slice(12).map(({ id }) => id));
  expect((await shop.events()).filter(({ type }) => type === 'stock.low')).toHaveLength(1);
  const raised = (await staff('get', `/purchase-orders?sku=${sku}`)).body.data.items;
  expect(raised).toMatchObject([{ state: 'ordered', origin: 'reorder', supplierId, lines: [{ quantity: 16, received: 0 }] }]);

  await staff('post', `/purchase-orders/${raised[0].id}/receipts`, { receiptId: 'delivery-1', lines: [{ sku, quantity: 2 }] });
  const states = async () => Promise.all(waiting.map(async (id) => (await staff('get', `/orders/${id}`)).body.data.fulfilmentStatus));
  expect(await states()).toEqual(['unfulfilled', 'unfulfilled', 'backordered']);
  const over = await staff('post', `/purchase-orders/${raised[0].id}/receipts`, { receiptId: 'delivery-2', lines: [{ sku, quantity: 15 }] });
  expect([over.status, over.body.code]).toEqual([409, 'over_receipt']);
  await Promise.all(Array.from({ length: 4 }, () => staff('post', `/purchase-orders/${raised[0].id}/receipts`, { receiptId: 'delivery-3', lines: [{ sku, quantity: 14 }] })));

  expect(await states()).toEqual(['unfulfilled', 'unfulfilled', 'unfulfilled']);
  expect((await staff('get', `/purchase-orders/${raised[0].id}`)).body.data).toMatchObject({ state: 'received', lines: [{ received: 16 }] });
  expect((await staff('get', `/inventory/${sku}`)).body.data).toMatchObject({ onHand: 28, reserved: 15, backordered: 0, available: 13 });
});
