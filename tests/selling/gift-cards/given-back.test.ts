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

test('a cancelled order gives back to the card, and to the payment what the payment brought', async () => {
  const { id, code } = await shop.giftCard(1500);
  const { guest } = await shop.cartWith(2000, code);
  const order = await shop.order(guest, { payment: CARD });
  const { id: orderId } = order.body.data;

  const cancelled = await shop.call('post', `/orders/${orderId}/cancellation`, { ...shop.staff, body: { reason: 'changed my mind' } });
  await shop.runEvents();
  const after = await shop.call('get', `/orders/${orderId}`, shop.staff);
  const ledger = await shop.call('get', `/gift-cards/${id}/ledger`, shop.staff);

  expect(cancelled.status).toBe(200);
  expect(await shop.balanceOf(id)).toBe(1500);
  expect(after.body.data.payment.details).toMatchObject({ captured: euros(990), refunded: euros(990) });
  expect(ledger.body.data.items.map(({ kind, amount }: { kind: string; amount: number }) => [kind, amount])).toEqual([['give_back', 1500], ['spend', -1500], ['issue', 1500]]);
  const { body: { data: { items: documents } } } = await shop.call('get', `/orders/${orderId}/documents`, shop.staff);
  expect(documents.map(({ kind, totals: { gross } }: { kind: string; totals: { gross: object } }) => [kind, gross])).toEqual([['invoice', euros(2490)], ['credit_note', euros(1500)], ['credit_note', euros(990)]]);
});

test('an order that nobody pays expires and gives back; money that comes late takes the card again, if it still has it', async () => {
  const { id, code } = await shop.giftCard(1500);
  const { guest } = await shop.cartWith(2000, code);
  const order = await shop.order(guest, { payment: { ...CARD, token: 'decline' } });
  const waiting = await shop.balanceOf(id);

  shop.clock.offsetMs += 3_600_000;
  await shop.container.orders.service.expireDue();
  await shop.runEvents();
  const expired = await shop.call('get', `/orders/${order.body.data.id}`, shop.staff);

  expect([order.body.data.status, waiting]).toEqual(['pending', 0]);
  expect([expired.body.data.status, await shop.balanceOf(id)]).toEqual(['expired', 1500]);
});

test.each([
  { _case: 'still has it: the order lives again and takes it once more', spentMeanwhile: false, status: 'placed', balance: 0, refunded: 0 },
  { _case: 'was spent elsewhere: the order stays given up and the money goes back', spentMeanwhile: true, status: 'expired', balance: 10, refunded: 990 },
])('money comes after the order expired, and the card $_case', async ({ spentMeanwhile, status, balance, refunded }) => {
  const { id, code } = await shop.giftCard(1500);
  const { guest } = await shop.cartWith(2000, code);
  const order = await shop.order(guest, { payment: { ...CARD, token: 'requires_action' } });
  const { id: orderId, payment } = order.body.data;
  await shop.connection.collection('orders').updateOne({ number: order.body.data.number }, { $set: { expiresAt: new Date(0) } });
  await shop.container.orders.service.expireDue();
  if (spentMeanwhile) await shop.order((await shop.cartWith(1000, code)).guest);
  // The customer comes back from the bank before anybody has told the provider that the order is given up.
  await fetch(`${payment.nextAction.url}?outcome=succeed`);
  await shop.call('post', `/orders/${orderId}/payments/${payment.id}/confirmation`, { headers: { 'x-order-token': order.body.data.orderToken }, body: {} });
  await shop.runEvents();
  const { data } = (await shop.call('get', `/orders/${orderId}`, shop.staff)).body;

  expect([payment.status, data.status, data.paymentStatus, await shop.balanceOf(id), data.payment.details.refunded.amount]).toEqual(['requires_action', status, spentMeanwhile ? 'refunded' : 'paid', balance, refunded]);
});

test('an order that a gift card paid alone is refunded once it is given up, and one that nobody paid the rest of is void', async () => {
  const [whole, part] = [await shop.giftCard(5000), await shop.giftCard(500)];
  const paid = (await shop.order((await shop.cartWith(2000, whole.code)).guest, { payment: CARD })).body.data;
  const unpaid = (await shop.order((await shop.cartWith(2000, part.code)).guest, { payment: { ...CARD, token: 'declined' } })).body.data;

  const cancelled = [];
  for (const { id } of [paid, unpaid]) cancelled.push((await shop.call('post', `/orders/${id}/cancellation`, { ...shop.staff, body: {} })).body.data);
  await shop.runEvents();

  expect([paid.paymentStatus, unpaid.paymentStatus, ...cancelled.map(({ paymentStatus }) => paymentStatus)]).toEqual(['paid', 'failed', 'refunded', 'voided']);
  expect([await shop.balanceOf(whole.id), await shop.balanceOf(part.id)]).toEqual([5000, 500]);
});

test('another try to pay asks for the rest only', async () => {
  const { id, code } = await shop.giftCard(1500);
  const { guest } = await shop.cartWith(2000, code);
  const order = await shop.order(guest, { payment: { ...CARD, token: 'decline' } });

  const paid = await shop.call('post', `/orders/${order.body.data.id}/payments`, { headers: { 'x-order-token': order.body.data.orderToken, 'idempotency-key': randomUUID() }, body: { payment: CARD } });

  expect(paid.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', payment: { details: { amount: euros(990), captured: euros(990) } } });
  expect(await shop.balanceOf(id)).toBe(0);
});
