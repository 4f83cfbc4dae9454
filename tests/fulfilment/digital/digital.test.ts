import { createFieldCipher } from '../../../src/shared/crypto/field-cipher.js';
import { ADDRESS, openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterAll(() => shop.close());
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});

let nth = 0;
const staff = (method: 'get' | 'post' | 'patch' | 'put', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });
const keysOf = (sku: string, count: number) => Array.from({ length: count }, (_, at) => `${sku}-KEY-${String(at).padStart(4, '0')}`);
async function given(digital: object, price = 1500) {
  nth += 1;
  const sku = `DIGITAL-${nth}`;
  const made = await staff('post', '/products', { name: `Digital ${nth}`, description: 'x', categoryIds: [], status: 'active', variants: [{ sku, prices: [{ currency: 'EUR', base: price }], digital }] });
  expect(made.status).toBe(201);
  return { sku, productId: made.body.data.id as string };
}
const importKeys = (sku: string, keys: string[], importId = 'first') => staff('post', `/digital/${sku}/keys`, { importId, keys });
const upload = (sku: string, content: string) => shop.api.put(`/api/v1/digital/${sku}/file`).set(shop.keys.secret).attach('file', Buffer.from(content), 'manual v1.pdf');
async function buy(sku: string, quantity = 1) {
  const { guest } = await shop.given.cart([sku, quantity]);
  return shop.order(guest);
}
type Ordered = { id: string; orderToken: string };
const downloads = async ({ id, orderToken }: Ordered) => (await shop.call('get', `/orders/${id}/downloads`, { headers: { 'x-order-token': orderToken } })).body.data.items;
const fetchLink = (url: string) => fetch(`${shop.url}${new URL(url).pathname}`);

describe('licence keys', () => {
  test('are stock, kept encrypted, and imported once', async () => {
    const { sku, productId } = await given({ kind: 'licence_key' });
    const keys = keysOf(sku, 5);

    const first = await importKeys(sku, keys);
    const again = await importKeys(sku, [...keys.slice(3), `${sku}-NEW-KEY`], 'second');
    const raced = await Promise.all(Array.from({ length: 6 }, (_, at) => importKeys(sku, [`${sku}-RACED`], `race-${at}`)));

    expect(first.body.data).toEqual({ sku, added: 5, duplicates: 0, free: 5, issued: 0 });
    expect(again.body.data).toEqual({ sku, added: 1, duplicates: 2, free: 6, issued: 0 });
    expect(raced.reduce((so, { body }) => so + body.data.added, 0)).toBe(1);
    expect((await shop.call('get', `/products/${productId}`)).body.data.variants[0]).toMatchObject({ available: 7, digital: { kind: 'licence_key' } });
    const stored = JSON.stringify(await shop.connection.collection('licence_keys').find({ sku }).toArray());
    expect(stored).not.toContain('KEY-0000');
  });

  test('100 orders at once of a pool of 60: each key goes to one of 60 orders, 40 are refused', async () => {
    const { sku } = await given({ kind: 'licence_key' });
    await importKeys(sku, keysOf(sku, 60));
    const carts = await Promise.all(Array.from({ length: 100 }, () => shop.given.cart(sku)));

    const replies = await Promise.all(carts.map(({ guest }) => shop.order(guest)));

    const won = replies.filter(({ status }) => status === 201).map(({ body }) => body.data as Ordered);
    const refused = replies.filter(({ status }) => status === 409);
    expect([won.length, refused.length]).toEqual([60, 40]);
    expect(refused[0]!.body).toMatchObject({ code: 'insufficient_stock', lines: [{ sku, requested: 1, available: 0 }] });
    const issued = (await Promise.all(won.map(downloads))).flatMap((items) => items.flatMap(({ keys }: { keys: string[] }) => keys));
    expect([...issued].sort()).toEqual(keysOf(sku, 60));
    expect(await shop.level(sku)).toMatchObject({ reserved: 0 });
  });

  test('that were issued are not taken back: the order cannot be cancelled any more', async () => {
    const { sku } = await given({ kind: 'licence_key' });
    await importKeys(sku, keysOf(sku, 1));
    const order = (await buy(sku)).body.data;
    expect((await buy(sku)).status).toBe(409);
    expect(order).toMatchObject({ status: 'placed', fulfilmentStatus: 'not_required', items: [{ digital: { kind: 'licence_key' }, units: { allocated: 0, shipped: 1, delivered: 1 } }] });

    const late = await shop.call('post', `/orders/${order.id}/cancellation`, { headers: { 'x-order-token': order.orderToken }, body: {} });

    expect([late.status, late.body.code]).toEqual([409, 'illegal_transition']);
    expect(await shop.count('licence_keys', { sku, state: 'issued', orderId: order.id })).toBe(1);
  });
});

describe('downloads', () => {
  test('are endless in stock, and a link works so often and no more, whoever races', async () => {
    const { sku, productId } = await given({ kind: 'download', maxDownloads: 5, expiresInDays: 7 });
    expect((await upload(sku, 'the manual')).body.data).toEqual({ sku, name: 'manual_v1.pdf', bytes: 10 });
    expect((await shop.call('get', `/products/${productId}`)).body.data).toMatchObject({ inStock: true });
    const order = (await buy(sku)).body.data;
    const [item] = await downloads(order);
    expect(item).toMatchObject({ kind: 'download', sku, name: 'manual_v1.pdf', used: 0, max: 5 });

    const replies = await Promise.all(Array.from({ length: 30 }, () => fetchLink(item.url)));

    expect(replies.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(await replies.find(({ status }) => status === 200)!.text()).toBe('the manual');
    const refused = replies.filter(({ status }) => status === 410);
    expect(refused).toHaveLength(25);
    expect(await refused[0]!.json()).toMatchObject({ code: 'download_used_up', max: 5 });
    expect((await downloads(order))[0]).toMatchObject({ used: 5, max: 5 });
  });

  test('end at their time, and a link that somebody changed is none', async () => {
    const { sku } = await given({ kind: 'download', maxDownloads: 5, expiresInDays: 7 });
    await upload(sku, 'x');
    const order = (await buy(sku)).body.data;
    const [{ url }] = await downloads(order);
    const [id, time, signature] = url.split('/').at(-1).split('.');

    const forged = await Promise.all([
      fetchLink(url.replace(time, (Number.parseInt(time, 36) + 86_400_000).toString(36))), fetchLink(url.replace(id, 'a'.repeat(24))),
      fetchLink(url.replace(signature, `${signature.slice(0, -2)}AA`)), fetch(`${shop.url}/downloads/nonsense`),
    ]);
    expect(forged.map(({ status }) => status)).toEqual([404, 404, 404, 404]);

    shop.clock.offsetMs = 7 * 86_400_000 + 1000;
    const late = await fetchLink(url);
    shop.clock.offsetMs = 0;
    expect([late.status, (await late.json() as { code: string }).code]).toEqual([410, 'download_expired']);
    expect((await downloads(order))[0].used).toBe(0);
  });

  test('are shown to the owner of the order only', async () => {
    const { sku } = await given({ kind: 'download' });
    const order = (await buy(sku)).body.data;

    expect((await shop.call('get', `/orders/${order.id}/downloads`)).status).toBe(404);
    expect((await shop.call('get', `/orders/${order.id}/downloads`, { headers: { 'x-order-token': 'somebody-else' } })).status).toBe(404);
    const [item] = await downloads(order);
    expect(item).toMatchObject({ name: null, max: 5 });
    const missing = await fetchLink(item.url);
    expect([missing.status, (await missing.json() as { code: string }).code]).toEqual([409, 'file_not_stored']);
  });
});

test('an order of goods and keys sends the keys at once and the goods later', async () => {
  const { sku } = await given({ kind: 'licence_key' });
  await importKeys(sku, keysOf(sku, 3));
  const goods = await shop.given.variant({ stock: 5 });
  const { guest } = await shop.given.cart([sku, 2], [goods.sku, 1]);

  const order = (await shop.order(guest, { shippingAddress: ADDRESS })).body.data;

  expect(order).toMatchObject({ fulfilmentStatus: 'unfulfilled', items: [{ units: { shipped: 2, allocated: 0 } }, { units: { shipped: 0, allocated: 1 } }] });
  expect((await downloads(order))[0].keys).toHaveLength(2);
  const sent = await staff('put', `/orders/${order.id}/status`, { status: 'shipped' });
  expect(sent.body.data).toMatchObject({ fulfilmentStatus: 'shipped' });
  expect(await shop.level(goods.sku)).toEqual({ onHand: 4, reserved: 0 });
});

test('a sealed field opens with its own key in its own place only', () => {
  const cipher = createFieldCipher('a-secret-of-the-tests-that-is-long-enough', 'keys');
  const sealed = cipher.seal('XXXX-YYYY', 'a|b|1');

  expect(cipher.open(sealed, 'a|b|1')).toBe('XXXX-YYYY');
  expect(sealed).not.toBe(cipher.seal('XXXX-YYYY', 'a|b|1'));
  expect(() => cipher.open(sealed, 'a|b|2')).toThrow();
  expect(() => createFieldCipher('another-secret-of-the-tests-that-is-long', 'keys').open(sealed, 'a|b|1')).toThrow();
  expect(() => createFieldCipher('a-secret-of-the-tests-that-is-long-enough', 'other').open(sealed, 'a|b|1')).toThrow();
  expect(() => cipher.open(sealed.replace('k1.', 'k0.'), 'a|b|1')).toThrow('No key k0');
  expect([cipher.blindIndex('a') === cipher.blindIndex('a'), cipher.blindIndex('a') === cipher.blindIndex('b')]).toEqual([true, false]);
});
