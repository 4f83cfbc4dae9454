import { randomUUID } from 'node:crypto';
import { givenUser } from '../support/given.js';
import { openCardShop, type CardShop } from '../support/card-shop.js';
import { ADDRESS, euros } from '../support/shop.js';

let shop: CardShop;
beforeAll(async () => {
  shop = await openCardShop({ webhooks: false });
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

test('somebody pays with two gift cards, store credit and a card, gives up one thing after the other, and gets everything back the other way round', async () => {
  const staff = { headers: shop.keys.secret };
  const user = await givenUser(shop);
  const { sku } = await shop.given.variant({ price: 2000, stock: 10 });
  const issue = async (amount: number) => (await shop.call('post', '/gift-cards', { ...staff, body: { amount: euros(amount), reason: 'birthday' } })).body.data as { id: string; code: string };
  const [first, second] = [await issue(1000), await issue(1500)];
  await shop.call('post', `/store-credit/${user.id}/adjustments`, { ...staff, body: { amount: 2000, currency: 'EUR', reason: 'goodwill' } });
  const balances = async () => {
    const of = async (id: string) => (await shop.call('get', `/gift-cards/${id}`, staff)).body.data.balance.amount as number;
    const [credit] = (await shop.call('get', '/customers/me/store-credit', { headers: user.headers })).body.data.balances;
    return { first: await of(first.id), second: await of(second.id), credit: credit.amount as number };
  };

  // Four at 20.00 and postage of 4.90: 84.90, of which 10.00 and 15.00 are on gift cards and 20.00 in store credit.
  await shop.call('post', '/cart/items', { headers: user.headers, body: { sku, quantity: 4 } });
  for (const { code } of [first, second]) await shop.call('post', '/cart/gift-cards', { headers: user.headers, body: { code } });
  await shop.call('put', '/cart/store-credit', { headers: user.headers, body: { use: true } });
  const cart = await shop.call('put', '/cart/shipping-method', { headers: user.headers, body: { code: 'standard' } });
  expect(cart.body.data).toMatchObject({ totals: { grandTotal: euros(8490) }, amountDue: euros(3990), tenders: [{ amount: euros(1000) }, { amount: euros(1500) }, { kind: 'store_credit', amount: euros(2000) }] });

  const placed = await shop.call('post', '/orders', { headers: { ...user.headers, 'idempotency-key': randomUUID() }, body: {
    shippingAddress: ADDRESS, payment: { provider: 'simulator', method: 'card', token: 'ok' }, expectedTotal: euros(8490), expectedDue: euros(3990),
  } });
  const { id, items } = placed.body.data;
  expect(placed.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', amountDue: euros(3990) });
  expect(await balances()).toEqual({ first: 0, second: 0, credit: 0 });
  expect(await shop.violations()).toEqual([]);

  const giveUp = async (quantity: number) => {
    const answer = await shop.call('post', `/orders/${id}/cancellation`, { ...staff, body: { reason: 'does not fit', lines: [{ itemId: items[0].id, quantity }] } });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    await shop.runEvents();
    expect(await shop.violations()).toEqual([]);
    const { payment, paymentStatus, settlement } = (await shop.call('get', `/orders/${id}`, staff)).body.data;
    // The card may have got everything back: what gift cards and store credit paid is still here.
    expect(paymentStatus).toBe('partially_refunded');
    return { ...await balances(), card: payment.details.refunded.amount as number, refunded: settlement.refunded.amount as number };
  };
  // The card gives first: 20.00 of its 39.90, then the rest of it and 0.10 of store credit.
  expect(await giveUp(1)).toEqual({ card: 2000, credit: 0, second: 0, first: 0, refunded: 2000 });
  expect(await giveUp(1)).toEqual({ card: 3990, credit: 10, second: 0, first: 0, refunded: 4000 });
  // The rest of store credit and 0.10 of the card that was spent last.
  expect(await giveUp(1)).toEqual({ card: 3990, credit: 2000, second: 10, first: 0, refunded: 6000 });

  const cancelled = await shop.call('post', `/orders/${id}/cancellation`, { ...staff, body: { reason: 'none of it' } });
  await shop.runEvents();
  expect(cancelled.body.data.status).toBe('cancelled');
  expect(await balances()).toEqual({ first: 1000, second: 1500, credit: 2000 });
  const captured = cancelled.body.data.payment.details.captured.amount as number;
  const { payment, paymentStatus } = (await shop.call('get', `/orders/${id}`, staff)).body.data;
  expect([captured, payment.details.refunded.amount, paymentStatus]).toEqual([3990, 3990, 'refunded']);
  expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: 0 });
  expect(await shop.violations()).toEqual([]);
});
