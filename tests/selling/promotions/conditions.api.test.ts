import { givenUser } from '../../support/given.js';
import { ADDRESS, euros, openShop, type Shop } from '../../support/shop.js';
import { STOREFRONT_SCOPES } from '../../../src/shared/permissions.js';
import { TEN_PERCENT, promotionWords } from './promotion-shop.js';

let shop: Shop;
let words: ReturnType<typeof promotionWords>;
let commands: string[] = [];
beforeAll(async () => {
  shop = await openShop();
  words = promotionWords(shop);
  shop.connection.getClient().on('commandStarted', ({ commandName, command }) => { commands.push(`${commandName} ${String((command as Record<string, unknown>)[commandName])}`); });
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const reasons = async (headers: Record<string, string>) => (await words.cart(headers)).refusedCoupons.map(({ reason }: { reason: string }) => reason);

test('for a group of customers: its members have it, others are told', async () => {
  const group = (await shop.call('post', '/customer-groups', { headers: shop.keys.secret, body: { code: 'vips', name: 'VIPs', wholesale: false } })).body.data;
  const [member, other] = [await givenUser(shop), await givenUser(shop)];
  const customers = (await shop.call('get', '/customers', { headers: shop.keys.secret })).body.data.items as Array<{ id: string; email: string }>;
  const joined = await shop.call('put', `/customer-groups/${group.id as string}/customers/${customers.find(({ email }) => email === member.email)!.id}`, { headers: shop.keys.secret });
  expect(joined.status).toBe(200);
  await words.running({ ...TEN_PERCENT, code: 'VIPS', conditions: { customerGroupIds: [group.id] } });
  const { sku } = await shop.given.variant({ price: 1000 });

  for (const { headers } of [member, other]) {
    await shop.call('post', '/cart/items', { headers, body: { sku } });
    await words.addCoupon(headers, 'VIPS');
  }

  expect((await words.cart(member.headers)).totals.discountTotal).toEqual(euros(100));
  expect(await reasons(other.headers)).toEqual(['customer_group']);
});

test('for a channel: the key of the app decides', async () => {
  await words.running({ ...TEN_PERCENT, code: 'INAPP', conditions: { channels: ['app'] } });
  const { key } = await shop.container.apiKeys.issue({ name: 'app', kind: 'publishable', scopes: STOREFRONT_SCOPES, channel: 'app' });
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart(sku);
  await words.addCoupon(guest, 'INAPP');

  expect(await reasons(guest)).toEqual(['channel']);
  expect((await words.cart({ ...guest, 'x-api-key': key })).totals.discountTotal).toEqual(euros(100));
});

test('for a country: the address decides, and the shop of the usual country until there is one', async () => {
  await words.running({ ...TEN_PERCENT, code: 'FRANCE', conditions: { countries: ['FR'] } });
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart(sku);
  await words.addCoupon(guest, 'FRANCE');
  expect(await reasons(guest)).toEqual(['country']);

  await shop.call('put', '/cart/addresses', { headers: guest, body: { shippingAddress: { ...ADDRESS, country: 'FR' } } });

  expect(await reasons(guest)).toEqual([]);
});

test('a fixed amount is another one in each currency, and none where none is named', async () => {
  await words.running({ ...TEN_PERCENT, name: 'Off', code: 'FIXED', effect: { type: 'fixed', amounts: { EUR: 500, USD: 600 } } });
  const { sku } = await shop.given.variant({ prices: [{ currency: 'EUR', base: 2000 }, { currency: 'USD', base: 2200 }, { currency: 'GBP', base: 1800 }] });
  const off = [];
  for (const currency of ['EUR', 'USD', 'GBP']) {
    const opened = await shop.call('post', '/cart/items', { body: { sku, currency } });
    const cart = (await words.addCoupon({ 'x-cart-token': opened.body.data.cartToken }, 'FIXED')).body.data;
    off.push([cart.totals.discountTotal, cart.refusedCoupons.map(({ reason }: { reason: string }) => reason)]);
  }

  expect(off).toEqual([[euros(500), []], [{ amount: 600, currency: 'USD' }, []], [{ amount: 0, currency: 'GBP' }, ['currency']]]);
});

test('a gift card is not sold below its worth, and does not help a cart to reach a subtotal', async () => {
  await words.running({ ...TEN_PERCENT, code: 'NOTMONEY', conditions: { subtotal: { min: { EUR: 2000 } } } });
  const made = await shop.call('post', '/products', { headers: shop.keys.secret, body: {
    name: 'Gift card', description: 'Worth 50.00.', categoryIds: [], status: 'active', variants: [{ sku: 'GIFT-50', digital: { kind: 'gift_card' }, prices: [{ currency: 'EUR', base: 5000 }] }],
  } });
  expect(made.status).toBe(201);
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart('GIFT-50', sku);
  await words.addCoupon(guest, 'NOTMONEY');
  expect(await reasons(guest)).toEqual(['subtotal_too_low']);

  const cart = (await shop.call('post', '/cart/items', { headers: guest, body: { sku } })).body.data;

  expect(cart.items.map(({ discount }: { discount: object }) => discount)).toEqual([euros(0), euros(200)]);
});

test('a cart without codes asks for no promotion; one with codes asks for the codes, once', async () => {
  await words.running({ ...TEN_PERCENT, code: 'CHEAP' });
  const { sku } = await shop.given.variant({ price: 1000 });
  const [plain, coded] = [await shop.given.cart(sku), await shop.given.cart(sku)];
  await words.addCoupon(coded.guest, 'CHEAP');
  const asked = async (guest: Record<string, string>) => {
    await words.cart(guest);
    commands = [];
    await words.cart(guest);
    return commands.filter((command) => /promotion|pricing_traces|orders/.test(command) && command !== 'find promotions');
  };

  expect(await asked(plain.guest)).toEqual([]);
  expect(await asked(coded.guest)).toEqual(['find promotion_codes']);
});
