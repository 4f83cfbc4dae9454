import { openShop, type Shop } from '../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterAll(() => shop.close());
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});

const staff = (method: 'post' | 'put' | 'get', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });

test('a programme and its manual are bought, the key is shown to the buyer, the manual downloaded twice, and the last key refuses the next buyer', async () => {
  const made = await staff('post', '/products', { name: 'Programme', description: 'x', categoryIds: [], status: 'active', variants: [
    { sku: 'PROGRAMME', prices: [{ currency: 'EUR', base: 4900 }], digital: { kind: 'licence_key' } },
    { sku: 'MANUAL', prices: [{ currency: 'EUR', base: 900 }], digital: { kind: 'download', maxDownloads: 2, expiresInDays: 10 } },
  ] });
  expect(made.status).toBe(201);
  await staff('post', '/digital/PROGRAMME/keys', { importId: 'batch-1', keys: ['AAAA-1111'] });
  await shop.api.put('/api/v1/digital/MANUAL/file').set(shop.keys.secret).attach('file', Buffer.from('how it works'), 'manual.pdf');

  const { guest } = await shop.given.cart('PROGRAMME', 'MANUAL');
  const placed = await shop.order(guest, { shippingMethod: undefined });
  const order = placed.body.data;

  expect([placed.status, order.fulfilmentStatus, order.shippingMethod.code, order.totals.grandTotal.amount]).toEqual([201, 'not_required', 'none', 5800]);
  const items = (await shop.call('get', `/orders/${order.id}/downloads`, { headers: { 'x-order-token': order.orderToken } })).body.data.items;
  expect(items).toMatchObject([{ kind: 'licence_key', sku: 'PROGRAMME', keys: ['AAAA-1111'] }, { kind: 'download', sku: 'MANUAL', name: 'manual.pdf', used: 0, max: 2 }]);
  const link = () => fetch(`${shop.url}${new URL(items[1].url).pathname}`);
  expect([await (await link()).text(), (await link()).status, (await link()).status]).toEqual(['how it works', 200, 410]);

  const next = await shop.given.cart('PROGRAMME');
  expect(next['problems']).toMatchObject([{ code: 'out_of_stock', sku: 'PROGRAMME' }]);
  expect((await shop.order(next.guest, { shippingMethod: undefined })).body).toMatchObject({ status: 409, code: 'insufficient_stock' });
  expect((await staff('put', `/orders/${order.id}/status`, { status: 'completed' })).body.data).toMatchObject({ status: 'completed', fulfilmentStatus: 'not_required' });
});
