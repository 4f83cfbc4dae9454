import { openShop, type Shop } from '../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop({ env: { ALERT_EMAIL: 'operations@example.com' } }); });
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

/** Carts of guests, past HTTP: what is raced for is the order. */
const carts = (n: number, sku: string) => Promise.all(Array.from({ length: n }, async () => ({ 'x-cart-token': (await shop.container.cart.service.addLineItem({}, { sku, quantity: 1 })).cartToken! })));
const alertsOf = async (subject: string, query = '') => (await staff('get', `/admin/alerts?per_page=100${query}`)).body.data.items.filter((alert: { subject: string }) => alert.subject === subject);

test('fifty buyers at once cross the threshold: one purchase order, one stock.low, one alert and one mail, acknowledged once; around the threshold nobody is alerted again', async () => {
  const { sku } = await shop.given.variant({ stock: 53 });
  const { id: supplierId } = (await staff('post', '/suppliers', { code: 'FIFTY', name: 'Fifty', currency: 'EUR', leadTimeDays: 4 })).body.data;
  await staff('put', `/suppliers/${supplierId}/skus/${sku}`, { priority: 1, cost: { amount: 700, currency: 'EUR' } });
  await staff('patch', `/inventory/${sku}/${shop.warehouse['id']}`, { threshold: 20, reorder: { point: 20, upTo: 60 } });

  const placed = await Promise.all((await carts(50, sku)).map((guest, at) => shop.order(guest, { email: `buyer${at}@example.com` })));
  await shop.runEvents();

  expect(placed.map(({ status }) => status)).toEqual(Array(50).fill(201));
  const lows = async () => (await shop.events()).filter(({ type, aggregateId }) => type === 'stock.low' && aggregateId === sku).length;
  expect([await lows(), (await staff('get', `/purchase-orders?sku=${sku}`)).body.data.total]).toEqual([1, 1]);
  const [alert, ...others] = await alertsOf(`sku:${sku}`, '&state=open&kind=stock_low');
  expect([alert, others]).toEqual([{ id: expect.any(String), kind: 'stock_low', subject: `sku:${sku}`, state: 'open', at: expect.any(String), facts: { sku, productId: expect.any(String), warehouseId: shop.warehouse['id'], available: expect.any(Number), threshold: 20 } }, []]);
  const mails = (await staff('get', '/admin/mails?milestone=staff_alert&to=operations@example.com&per_page=100')).body.data.items;
  expect(mails.filter(({ subject }: { subject: string }) => subject === `Alert: stock_low sku:${sku}`)).toHaveLength(1);

  const seen = await Promise.all(Array.from({ length: 10 }, () => staff('post', `/admin/alerts/${alert.id}/acknowledgement`, { note: 'Ordered.' })));
  expect(seen.map(({ status, body }) => body.code ?? status).sort()).toEqual([200, ...Array(9).fill('alert_acknowledged')].sort());
  expect([await alertsOf(`sku:${sku}`, '&state=open'), (await alertsOf(`sku:${sku}`))[0]]).toMatchObject([[], { state: 'acknowledged', note: 'Ordered.', acknowledgedBy: { type: 'key' } }]);

  // 3 are left: 20 + 2 is still low, 20 + 3 is not.
  await shop.restock(sku, 19);
  await shop.restock(sku, -2);
  await shop.runEvents();
  expect(await lows()).toBe(1);
  await shop.restock(sku, 3);
  await shop.restock(sku, -3);
  await shop.runEvents();
  expect([await lows(), (await alertsOf(`sku:${sku}`)).length]).toEqual([2, 2]);
});

test('what is wrong with payments alerts as well, once for an event; alerts are for operations', async () => {
  const orderId = '0123456789abcdef01234567';
  await shop.container.inTransaction(() => shop.container.outbox.record({ type: 'payment.overdue', aggregateId: orderId, data: { orderId, paymentId: 'p', due: 1200, currency: 'EUR', email: 'ada@example.com' } }, { type: 'payment.mismatch', aggregateId: orderId, data: { orderId, provider: 'simulator', detail: 'captured twice' } }));
  await shop.runEvents();

  expect((await alertsOf(`order:${orderId}`)).map(({ kind, facts }: { kind: string; facts: object }) => [kind, facts]).sort()).toEqual([
    ['payment_mismatch', { orderId, provider: 'simulator', detail: 'captured twice' }], ['payment_overdue', { orderId, paymentId: 'p', currency: 'EUR', due: 1200 }],
  ]);
  expect((await staff('post', '/admin/alerts/0123456789abcdef01234567/acknowledgement', {})).body).toMatchObject({ status: 404, code: 'alert_not_found' });
  expect((await staff('get', '/admin/alerts?kind=unheard')).status).toBe(400);
  expect((await shop.call('get', '/admin/alerts')).status).toBe(401);
});

test('a hundred buyers at once of what may be owed twenty times: twenty are owed', async () => {
  const { sku } = await shop.given.variant({ stock: 0 });
  await staff('patch', `/inventory/${sku}/${shop.warehouse['id']}`, { backorder: { ceiling: 20, restockInDays: 4 } });

  const placed = await Promise.all((await carts(100, sku)).map((guest, at) => shop.order(guest, { email: `waiting${at}@example.com` })));

  const outcomes = placed.map(({ status, body }) => (status === 201 ? body.data.fulfilmentStatus as string : body.code as string));
  expect([outcomes.filter((one) => one === 'backordered').length, outcomes.filter((one) => one === 'insufficient_stock').length]).toEqual([20, 80]);
  expect((await staff('get', `/inventory/${sku}`)).body.data).toMatchObject({ onHand: 0, reserved: 0, backordered: 20 });
});
