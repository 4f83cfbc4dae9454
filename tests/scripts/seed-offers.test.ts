import { seedOffers } from '../../scripts/lib/seed/offers.js';
import { openShop, type Shop } from '../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterAll(() => shop.close());

test('a newcomer finds a coupon, a gift card and a price list; made once, and nobody pays less unasked', async () => {
  const { sku, productId } = await shop.given.variant({ price: 10_000 });
  const products = [{ variants: [{ sku, prices: [{ currency: 'EUR', base: 10_000 }] }] }] as unknown as Parameters<typeof seedOffers>[1];

  const code = await seedOffers(shop as unknown as Parameters<typeof seedOffers>[0], products);
  expect(await seedOffers(shop as unknown as Parameters<typeof seedOffers>[0], products)).toBeNull();

  const { guest } = await shop.given.cart(sku);
  const totals = async () => { const { data } = (await shop.call('get', '/cart', { headers: guest })).body; return [data.totals.grandTotal.amount - data.totals.shippingTotal.amount, data.totals.discountTotal.amount]; };
  expect(await totals()).toEqual([10_000, 0]);
  await shop.call('post', '/cart/coupons', { headers: guest, body: { code: 'WELCOME10' } });
  expect(await totals()).toEqual([9_000, 1_000]);
  expect((await shop.call('post', '/cart/gift-cards', { headers: guest, body: { code } })).body.data.tenders).toMatchObject([{ kind: 'gift_card', amount: { amount: 2_500, currency: 'EUR' } }]);
  const key = await shop.call('post', '/admin/api-keys', { headers: shop.keys.secret, body: { name: 'outlet', kind: 'publishable', scopes: ['catalog:read'], channel: 'outlet' } });
  expect((await shop.call('get', `/products/${productId}`, { headers: { 'x-api-key': key.body.data.key as string } })).body.data.variants[0].price.amount).toBe(6_700);
  expect([await shop.count('promotions'), await shop.count('price_lists')]).toEqual([1, 1]);
});
