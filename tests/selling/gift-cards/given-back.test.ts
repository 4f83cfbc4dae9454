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

describe('what staff gives back for an order', () => {
  const refund = (id: string, body: object) => shop.call('post', `/orders/${id}/refunds`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: { reason: 'agreed', ...body } });
  const show = async (id: string) => (await shop.call('get', `/orders/${id}`, shop.staff)).body.data;
  const parts = (body: { data: { parts: Array<{ from: string; amount: { amount: number } }> } }) => body.data.parts.map(({ from, amount }) => [from, amount.amount]);

  test('goes back to the gift card where nothing else has paid: by line once, as goodwill, and all that is left', async () => {
    const card = await shop.giftCard(5000);
    const { sku } = await shop.given.variant({ price: 1000 });
    const { guest } = await shop.given.cart([sku, 2]);
    await shop.add(guest, card.code);
    const { id, items: [item] } = (await shop.order(guest, { payment: CARD })).body.data;

    const line = await refund(id, { lines: [{ itemId: item.id, quantity: 1 }] });
    expect([line.status, line.body.data.state, parts(line.body), line.body.data.attribution.lines]).toEqual([201, 'success', [['tenders', 1000]], [{ itemId: item.id, quantity: 1, amount: euros(1000) }]]);
    expect([await shop.balanceOf(card.id), (await show(id)).paymentStatus]).toEqual([3510, 'partially_refunded']);
    expect((await refund(id, { lines: [{ itemId: item.id, quantity: 2 }] })).body).toMatchObject({ status: 409, code: 'line_not_refundable', refundableUnits: 1 });
    expect((await refund(id, { goodwill: euros(1491) })).body).toMatchObject({ status: 409, code: 'refund_exceeds_captured', refundable: euros(1490) });
    expect(parts((await refund(id, { goodwill: euros(200) })).body)).toEqual([['tenders', 200]]);

    const rest = await refund(id, {});
    expect([parts(rest.body), await shop.balanceOf(card.id), (await show(id)).paymentStatus]).toEqual([[['tenders', 1290]], 5000, 'refunded']);
    expect((await refund(id, {})).body).toMatchObject({ status: 409, code: 'refund_exceeds_captured' });
  });

  test('comes from both payments of an order that an edit made dearer, then from what was tendered, the last one first', async () => {
    const [first, second] = [await shop.giftCard(300), await shop.giftCard(700)];
    const { guest } = await shop.cartWith(2000, first.code, second.code);
    const { id, items: [item], orderToken } = (await shop.order(guest, { payment: CARD })).body.data;
    const { body: { data: { id: editId } } } = await shop.call('post', `/orders/${id}/edits`, { ...shop.staff, body: { operations: [{ op: 'change_quantity', itemId: item.id, quantity: 2 }], reason: 'one more' } });
    expect((await shop.call('post', `/orders/${id}/edits/${editId}/confirm`, shop.staff)).status).toBe(200);
    expect((await shop.call('post', `/orders/${id}/payments`, { headers: { 'x-order-token': orderToken, 'idempotency-key': randomUUID() }, body: { payment: CARD } })).body.data.paymentStatus).toBe('paid');

    // 14.90 and 20.00 by card, 3.00 and 7.00 by gift cards.
    const some = await refund(id, { amount: euros(3990) });
    expect([some.status, parts(some.body), some.body.data.amount]).toEqual([201, [['payment', 2000], ['payment', 1490], ['tenders', 500]], euros(3990)]);
    expect([await shop.balanceOf(second.id), await shop.balanceOf(first.id), (await show(id)).paymentStatus]).toEqual([500, 0, 'partially_refunded']);
    const rest = await refund(id, {});
    expect([parts(rest.body), await shop.balanceOf(second.id), await shop.balanceOf(first.id), (await show(id)).paymentStatus]).toEqual([[['tenders', 500]], 700, 300, 'refunded']);
  });

  test('is never more than came, of 20 who give back a third at once', async () => {
    const card = await shop.giftCard(1000);
    const { guest } = await shop.cartWith(2510, card.code);
    const { id } = (await shop.order(guest, { payment: CARD })).body.data;

    const answers = await Promise.all(Array.from({ length: 20 }, () => refund(id, { amount: euros(1000) })));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, ...Array(17).fill(409)]);
    expect([shop.simulator.refunds(id).reduce((so, amount) => so + amount, 0), await shop.balanceOf(card.id), (await show(id)).paymentStatus]).toEqual([2000, 1000, 'refunded']);
  });

  test('does not come out of an order that still waits for its payment', async () => {
    const card = await shop.giftCard(1000);
    const { id } = (await shop.order((await shop.cartWith(2000, card.code)).guest, { payment: { ...CARD, token: 'declined' } })).body.data;

    expect((await refund(id, {})).body).toMatchObject({ status: 409, code: 'refund_exceeds_captured' });
    expect(await shop.balanceOf(card.id)).toBe(0);
  });
});

test('another try to pay asks for the rest only', async () => {
  const { id, code } = await shop.giftCard(1500);
  const { guest } = await shop.cartWith(2000, code);
  const order = await shop.order(guest, { payment: { ...CARD, token: 'decline' } });

  const paid = await shop.call('post', `/orders/${order.body.data.id}/payments`, { headers: { 'x-order-token': order.body.data.orderToken, 'idempotency-key': randomUUID() }, body: { payment: CARD } });

  expect(paid.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', payment: { details: { amount: euros(990), captured: euros(990) } } });
  expect(await shop.balanceOf(id)).toBe(0);
});
