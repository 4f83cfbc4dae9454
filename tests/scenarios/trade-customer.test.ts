import { euros } from '../support/shop.js';
import { openPricedShop, type Json, type PricedShop } from '../selling/pricing/pricing-world.js';

let shop: PricedShop;
beforeAll(async () => { shop = await openPricedShop({ env: { SHIPPING_FLAT_RATES: 'EUR:490,USD:600' } }); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const dollars = (amount: number) => ({ amount, currency: 'USD' });

test('a trade customer looks, fills a cart, switches the currency, is told of a new price, agrees, and keeps it on the order after the contract has ended', async () => {
  const chair = await shop.given.variant({ sku: 'CHAIR', price: 10_000, stock: 100 });
  const lamp = await shop.given.variant({ sku: 'LAMP', stock: 100, prices: [{ currency: 'EUR', base: 5000, wholesale: 3500 }, { currency: 'USD', base: 5900 }] });
  const group = await shop.done('post', '/customer-groups', { code: 'trade', name: 'Trade', wholesale: true });
  const company = await shop.done('post', '/companies', { name: 'Interiors Ltd', vatId: 'GB123456789' });
  const contract = await shop.givenList({ name: 'Interiors 2026', companyIds: [company['id']], entries: { CHAIR: { 1: 9000, 10: 8000 } } });
  await shop.done('post', '/exchange-rates', { base: 'EUR', quote: 'USD', rate: '1.1000' });
  const buyer = await shop.givenCustomer();
  await shop.done('put', `/customer-groups/${group['id']}/customers/${buyer.customerId}`);
  await shop.done('put', `/companies/${company['id']}/members/${buyer.customerId}`);

  // What the catalogue shows is what the cart charges.
  expect(await shop.shown(chair.productId, buyer.headers)).toMatchObject({ price: euros(9000), tiers: [{ minQuantity: 1 }, { minQuantity: 10, price: euros(8000) }], priceSource: { id: contract['id'] } });
  expect(await shop.shown(lamp.productId, buyer.headers)).toMatchObject({ price: euros(3500), priceSource: { kind: 'wholesale' } });
  await shop.charged('CHAIR', buyer.headers, { quantity: 10 });
  await shop.charged('LAMP', buyer.headers, { quantity: 2 });
  const cart = (await shop.call('get', '/cart', { headers: buyer.headers })).body.data as Json;
  expect(cart['totals']).toMatchObject({ subtotal: euros(10 * 8000 + 2 * 3500), grandTotal: euros(87_000) });

  // The chair is converted from the contract, the lamp has a price of its own in dollars, which wholesale has none of.
  const switched = (await shop.call('put', '/cart/currency', { headers: buyer.headers, body: { currency: 'USD' } })).body.data as Json;
  expect(switched['items']).toMatchObject([{ unitPrice: dollars(8800), priceSource: { kind: 'converted', from: { kind: 'price_list', id: contract['id'] } } }, { unitPrice: dollars(5900), priceSource: { kind: 'base' } }]);
  const agreed = dollars(10 * 8800 + 2 * 5900 + 600);

  await shop.done('put', `/price-lists/${contract['id']}/entries`, { items: [{ sku: 'CHAIR', tiers: [{ minQuantity: 1, amount: 9000 }, { minQuantity: 10, amount: 8500 }] }] });
  const changed = await shop.order(buyer.headers, { expectedTotal: agreed });
  expect(changed.body).toMatchObject({ status: 409, code: 'cart_changed', problems: [{ code: 'price_changed', sku: 'CHAIR', before: dollars(8800), after: dollars(9350) }] });
  const order = await shop.order(buyer.headers, { expectedTotal: changed.body.totals.grandTotal });
  expect(order.body.data).toMatchObject({ currency: 'USD', items: [{ unitPrice: dollars(9350) }, { unitPrice: dollars(5900) }], totals: { grandTotal: dollars(10 * 9350 + 2 * 5900 + 600) } });

  await shop.done('delete', `/companies/${company['id']}/members/${buyer.customerId}`);
  await shop.done('delete', `/price-lists/${contract['id']}`);
  expect(await shop.shown(chair.productId, buyer.headers)).toMatchObject({ price: euros(10_000) });
  const kept = await shop.call('get', `/orders/${order.body.data.id}`, { headers: buyer.headers });
  expect(kept.body.data.items[0]).toMatchObject({ unitPrice: dollars(9350), priceSource: { kind: 'converted', from: { kind: 'price_list', id: contract['id'], name: 'Interiors 2026' } } });
  expect(await shop.violations()).toEqual([]);
});
