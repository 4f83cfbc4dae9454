import { randomUUID } from 'node:crypto';
import { euros } from '../../support/shop.js';
import { CARD, openGiftShop, type GiftShop } from './gift-shop.js';

let shop: GiftShop;
beforeAll(async () => { shop = await openGiftShop(); });
afterEach(async () => {
  expect(await shop.violations()).toEqual([]);
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(async () => { await shop.close(); });
const REFUSED = { status: 400, code: 'gift_card_not_usable', detail: 'This gift card cannot be used here.' };

test('bought cards are issued once when the order is placed, untaxed, and only their buyer sees the codes', async () => {
  const created = await shop.call('post', '/products', { ...shop.staff, body: { name: 'Gift card', description: 'For somebody.', categoryIds: [], status: 'active', variants: [{ sku: 'GIFT-50', prices: [{ currency: 'EUR', base: 5000 }], digital: { kind: 'gift_card' } }] } });
  const { guest } = await shop.given.cart(['GIFT-50', 2]);
  const pending = await shop.order(guest, { payment: { ...CARD, token: 'decline' }, shippingMethod: undefined });
  const { id, orderToken } = pending.body.data;
  const none = await shop.call('get', `/orders/${id}/gift-cards`, { headers: { 'x-order-token': orderToken } });

  const placed = await shop.call('post', `/orders/${id}/payments`, { headers: { 'x-order-token': orderToken, 'idempotency-key': randomUUID() }, body: { payment: CARD } });
  await shop.runEvents();
  const mine = await shop.call('get', `/orders/${id}/gift-cards`, { headers: { 'x-order-token': orderToken } });
  const others = await shop.call('get', `/orders/${id}/gift-cards`, { headers: { 'x-order-token': 'somebody-elses' } });
  const codes = mine.body.data.items.map(({ code }: { code: string }) => code) as string[];
  const { guest: spender } = await shop.cartWith(2000, codes[0]!);
  const spent = await shop.order(spender);
  const refused = await shop.call('post', `/orders/${id}/cancellation`, { ...shop.staff, body: { reason: 'too late' } });

  expect(created.status).toBe(201);
  expect([pending.body.data.status, none.body.data.items]).toEqual(['pending', []]);
  expect(placed.body.data).toMatchObject({ status: 'placed', totals: { grandTotal: euros(10_000), taxTotal: euros(0) }, items: [{ taxes: [{ reason: 'multi_purpose_voucher' }] }] });
  expect(mine.body.data.items).toMatchObject([{ balance: euros(5000), status: 'active' }, { balance: euros(5000), status: 'active' }]);
  expect([new Set(codes).size, others.status, spent.body.data.tenders[0].amount]).toEqual([2, 404, euros(2490)]);
  expect([refused.status, refused.body.code]).toEqual([409, 'gift_card_spent']);
  expect(await shop.count('value_accounts', { 'origin.orderId': id })).toBe(2);
});

test('an order of cards that nobody has used yet can be cancelled, and its cards end', async () => {
  const { guest } = await shop.given.cart('GIFT-50');
  const order = await shop.order(guest, { payment: CARD, shippingMethod: undefined });
  const { id, orderToken } = order.body.data;

  const cancelled = await shop.call('post', `/orders/${id}/cancellation`, { ...shop.staff, body: { reason: 'by mistake' } });
  await shop.runEvents();
  const [card] = (await shop.call('get', `/orders/${id}/gift-cards`, { headers: { 'x-order-token': orderToken } })).body.data.items;

  expect([cancelled.status, card.status, card.balance]).toEqual([200, 'disabled', euros(0)]);
  expect((await shop.add((await shop.cartWith(1000)).guest, card.code)).body).toMatchObject(REFUSED);
});
