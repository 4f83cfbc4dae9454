import { randomUUID } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { euros } from '../../support/shop.js';
import { CARD, openGiftShop, type GiftShop } from './gift-shop.js';

let shop: GiftShop;
beforeAll(async () => { shop = await openGiftShop(); });
afterEach(async () => {
  expect(await shop.violations()).toEqual([]);
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(async () => { await shop.close(); });

describe('store credit', () => {
  const adjust = (userId: string, amount: number) => shop.call('post', `/store-credit/${userId}/adjustments`, { ...shop.staff, body: { amount, currency: 'EUR', reason: 'sorry for the wait' } });

  test('staff give and take it, never below zero, each with a reason on record', async () => {
    const user = await givenUser(shop);
    const [given, taken, refused] = [await adjust(user.id, 3000), await adjust(user.id, -1000), await adjust(user.id, -2001)];
    const mine = await shop.call('get', '/customers/me/store-credit', { headers: user.headers });

    expect([given.body.data.balance, taken.body.data.balance]).toEqual([euros(3000), euros(2000)]);
    expect(refused.body).toMatchObject({ status: 409, code: 'insufficient_store_credit', requested: euros(2001), available: euros(2000) });
    expect(mine.body.data).toMatchObject({ balances: [euros(2000)], ledger: { items: [{ kind: 'adjustment', amount: -1000 }, { kind: 'adjustment', amount: 3000, reason: 'sorry for the wait' }] } });
    expect(await shop.count('audit_entries', { action: 'store_credit.adjusted', subject: `user:${user.id}` })).toBe(2);
  });

  test('a guest has none to use, and nobody uses it without saying so', async () => {
    const user = await givenUser(shop);
    await adjust(user.id, 5000);
    const { sku } = await shop.given.variant({ price: 2000 });
    const added = await shop.call('post', '/cart/items', { headers: user.headers, body: { sku } });
    const used = await shop.call('put', '/cart/store-credit', { headers: user.headers, body: { use: true } });
    const kept = await shop.call('put', '/cart/store-credit', { headers: user.headers, body: { use: false } });
    const guest = await shop.call('put', '/cart/store-credit', { body: { use: true } });

    expect([added.body.data.amountDue, used.body.data.amountDue, kept.body.data.amountDue, guest.status]).toEqual([euros(2000), euros(0), euros(2000), 401]);
    expect(used.body.data.tenders).toEqual([{ kind: 'store_credit', amount: euros(2000) }]);
  });
});

describe('money back as store credit', () => {
  const refund = (orderId: string, amount: number) => shop.call('post', `/orders/${orderId}/store-credit-refunds`, { ...shop.staff, body: { amount: euros(amount), reason: 'wrong colour' } });
  async function bought(price: number) {
    const user = await givenUser(shop);
    const { sku } = await shop.given.variant({ price });
    await shop.call('post', '/cart/items', { headers: user.headers, body: { sku } });
    const order = await shop.order(user.headers, { payment: CARD });
    return { user, id: order.body.data.id as string };
  }

  test('what was given as credit cannot go back through the payment as well, not even when the order is cancelled', async () => {
    const { user, id } = await bought(2000);
    const given = await refund(id, 1000);
    const tooMuch = await shop.call('post', `/orders/${id}/refunds`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: { amount: euros(1491), reason: 'too much' } });
    await shop.call('post', `/orders/${id}/cancellation`, { ...shop.staff, body: { reason: 'no more' } });
    await shop.runEvents();
    const payments = await shop.call('get', `/orders/${id}/payments`, shop.staff);
    const mine = await shop.call('get', '/customers/me/store-credit', { headers: user.headers });

    expect([given.status, given.body.data.balance]).toEqual([201, euros(1000)]);
    expect(tooMuch.body).toMatchObject({ status: 409, code: 'refund_exceeds_captured' });
    expect(payments.body.data.items[0]).toMatchObject({ captured: euros(2490), refunded: euros(1490) });
    expect(mine.body.data.balances).toEqual([euros(1000)]);
  });

  test('30 at the same moment give exactly what was captured; a guest has no account to give to', async () => {
    const { user, id } = await bought(510);
    const answers = await Promise.all(Array.from({ length: 30 }, () => refund(id, 100)));
    const guest = await shop.order((await shop.cartWith(1000)).guest, { payment: CARD });

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.filter(({ body }) => body.code === 'refund_exceeds_captured')).toHaveLength(20);
    expect((await shop.call('get', `/store-credit/${user.id}`, shop.staff)).body.data.balances).toEqual([euros(1000)]);
    expect((await refund(guest.body.data.id, 100)).body).toMatchObject({ status: 409, code: 'guest_has_no_store_credit' });
  });
});
