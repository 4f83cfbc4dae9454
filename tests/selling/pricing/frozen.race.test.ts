import { euros } from '../../support/shop.js';
import { openPricedShop, type Json, type PricedShop } from './pricing-world.js';

let shop: PricedShop;
beforeAll(async () => { shop = await openPricedShop({ env: { SHIPPING_FLAT_RATES: 'EUR:490,USD:600' } }); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

type Given = { sku: string; productId: string };
type Change = (given: Given) => Promise<void>;

/** What can change a price, prepared so that the change itself is one call. */
const prepared: Array<{ _case: string; currency?: string; quantity: number; before: number; after: number; prepare: (given: Given) => Promise<Change> }> = [
  {
    _case: 'the price itself', quantity: 1, before: 1000, after: 1200,
    prepare: async ({ productId }) => {
      const { id } = await shop.shown(productId);
      return async () => { await shop.asStaff('put', `/products/${productId}/variants/${id}`, { body: { prices: [{ currency: 'EUR', base: 1200 }] }, headers: { 'if-match': '*' } }); };
    },
  },
  {
    _case: 'the price of a quantity', quantity: 5, before: 1000, after: 900,
    prepare: async ({ productId }) => {
      const { id } = await shop.shown(productId);
      return async () => { await shop.asStaff('put', `/products/${productId}/variants/${id}`, { body: { prices: [{ currency: 'EUR', base: 1000, tiers: [{ minQuantity: 5, amount: 900 }] }] }, headers: { 'if-match': '*' } }); };
    },
  },
  {
    _case: 'an entry of a list', quantity: 1, before: 800, after: 850,
    prepare: async ({ sku }) => {
      const list = await shop.givenList({ entries: { [sku]: 800 } });
      return async () => { await shop.done('put', `/price-lists/${list['id']}/entries`, { items: [{ sku, tiers: [{ minQuantity: 1, amount: 850 }] }] }); };
    },
  },
  {
    _case: 'a rule', quantity: 1, before: 1000, after: 1100,
    prepare: async ({ sku }) => async () => { await shop.givenRule({ skus: [sku], adjust: { kind: 'percent', bps: 1000 } }); },
  },
  {
    _case: 'an exchange rate', currency: 'USD', quantity: 1, before: 2000, after: 2100,
    prepare: async () => {
      await shop.done('post', '/exchange-rates', { base: 'EUR', quote: 'USD', rate: '2' });
      return async () => { await shop.done('post', '/exchange-rates', { base: 'EUR', quote: 'USD', rate: '2.1' }); };
    },
  },
];

const cartOf = async (sku: string, quantity: number, currency?: string): Promise<{ guest: Record<string, string>; cart: Json }> => {
  const added = await shop.call('post', '/cart/items', { body: { sku, quantity, ...(currency !== undefined && { currency }) } });
  if (added.status !== 201) throw new Error(JSON.stringify(added.body));
  return { guest: { 'x-cart-token': added.body.data.cartToken as string }, cart: added.body.data as Json };
};

test.each(prepared)('$_case changed in the middle of a checkout is 409 with the difference, and agreeing to it places the order', async ({ currency, quantity, before, after, prepare }) => {
  const given = await shop.given.variant({ price: 1000, stock: 100 });
  const change = await prepare(given);
  const { guest, cart } = await cartOf(given.sku, quantity, currency);
  const money = (amount: number) => ({ amount, currency: cart['currency'] as string });
  await shop.call('put', '/cart/addresses', { headers: guest, body: { email: 'ada@example.com' } });
  await change(given);

  const silent = await shop.order(guest);
  expect(silent.body).toMatchObject({ status: 409, code: 'cart_changed', totals: { subtotal: money(after * quantity) }, problems: [{ code: 'price_changed', sku: given.sku, before: money(before), after: money(after) }] });
  const agreed = await shop.order(guest, { expectedTotal: silent.body.totals.grandTotal });
  expect(agreed.body.data).toMatchObject({ items: [{ unitPrice: money(after), lineTotal: money(after * quantity) }], totals: { grandTotal: silent.body.totals.grandTotal } });
  expect(await shop.count('orders', { 'items.sku': given.sku })).toBe(1);
});

test.each(prepared)('30 orders at once while $_case changes: each has exactly the amount its buyer agreed to, or there is none', async ({ currency, quantity, before, after, prepare }) => {
  const given = await shop.given.variant({ price: 1000, stock: 500 });
  const change = await prepare(given);
  const carts = await Promise.all(Array.from({ length: 30 }, () => cartOf(given.sku, quantity, currency)));
  const shipping = currency === 'USD' ? undefined : 490;
  const agreed = shipping === undefined ? undefined : before * quantity + shipping;

  const order = (guest: Record<string, string>) => shop.order(guest, agreed === undefined ? {} : { expectedTotal: euros(agreed) });
  const [first, , second] = await Promise.all([Promise.all(carts.slice(0, 15).map(({ guest }) => order(guest))), change(given), Promise.all(carts.slice(15).map(async ({ guest }, at) => {
    await new Promise((resolve) => { setTimeout(resolve, at * 4); });
    return order(guest);
  }))]);
  const replies = [...first, ...second];
  const placed = replies.filter(({ status }) => status === 201);
  const refused = replies.filter(({ status }) => status === 409);

  expect(placed.length + refused.length).toBe(30);
  expect(new Set(placed.map(({ body }) => body.data.items[0].unitPrice.amount))).toEqual(new Set(placed.length > 0 ? [before] : []));
  expect(new Set(refused.map(({ body }) => [body.code, body.problems[0].after.amount].join()))).toEqual(new Set(refused.length > 0 ? [`cart_changed,${after}`] : []));
  if (agreed !== undefined) expect(new Set(placed.map(({ body }) => body.data.totals.grandTotal.amount))).toEqual(new Set(placed.length > 0 ? [agreed] : []));
  expect(await shop.count('orders', { 'items.sku': given.sku })).toBe(placed.length);
  expect((await shop.level(given.sku)).reserved).toBe(placed.length * quantity);
});

test('the auditor finds nothing wrong afterwards', async () => {
  expect(await shop.violations()).toEqual([]);
});
