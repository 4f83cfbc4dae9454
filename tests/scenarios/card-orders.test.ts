import { randomUUID } from 'node:crypto';
import { openCardShop, type CardShop } from '../support/card-shop.js';
import { euros } from '../support/shop.js';
import type { Simulator } from '../support/simulator.js';

let shop: CardShop;
let simulator: Simulator;
beforeAll(async () => {
  shop = await openCardShop({ env: { PAYMENT_TIMEOUT_MS: '500' } });
  ({ simulator } = shop);
});
afterEach(async () => {
  shop.clock.offsetMs = 0;
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const card = (token: string) => ({ payment: { provider: 'simulator', method: 'card', token } });
const show = (id: string) => shop.show(id);
const begun = async (token: string, stock = 10) => {
  const { sku } = await shop.given.variant({ price: 1000, stock });
  const { guest } = await shop.given.cart(sku);
  const { status, body } = await shop.order(guest, card(token));
  expect(status).toBe(201);
  return { sku, guest, order: body.data, owner: { 'x-order-token': body.data.orderToken as string } };
};
const payAgain = (id: string, owner: Record<string, string>, token: string) =>
  shop.call('post', `/orders/${id}/payments`, { headers: { ...owner, 'idempotency-key': randomUUID() }, body: card(token) });
const work = () => shop.work();
const later = (ms: number) => { shop.clock.offsetMs += ms; };
const PAYMENT_WINDOW_MS = 1_800_000;

describe('an order paid by card', () => {
  test('is placed and paid by one call and one charge', async () => {
    const { order, sku } = await begun('ok');

    expect(order).toMatchObject({ status: 'placed', paymentStatus: 'paid', payment: { provider: 'simulator', method: 'card', status: 'succeeded', details: { captured: euros(1490) } } });
    expect([simulator.charges(order.id), await shop.level(sku)]).toEqual([1, { onHand: 10, reserved: 1 }]);
  });

  test('that is declined keeps its stock, and the next card pays the same order', async () => {
    const { order, sku, owner } = await begun('declined', 1);
    expect(order).toMatchObject({ status: 'pending', paymentStatus: 'failed', payment: { status: 'failed', failure: { code: expect.any(String), message: expect.any(String) } } });
    expect(await shop.level(sku)).toEqual({ onHand: 1, reserved: 1 });

    for (let i = 0; i < 3; i++) expect((await payAgain(order.id, owner, 'declined')).body.data).toMatchObject({ status: 'pending', paymentStatus: 'failed' });
    const paid = await payAgain(order.id, owner, 'ok');

    expect(paid.body.data).toMatchObject({ id: order.id, status: 'placed', paymentStatus: 'paid' });
    expect([simulator.charges(order.id), await shop.level(sku)]).toEqual([1, { onHand: 1, reserved: 1 }]);
    expect((await payAgain(order.id, owner, 'ok')).body).toMatchObject({ status: 409, code: 'order_not_payable' });
  });

  test('that asks for a further step is placed when the customer comes back', async () => {
    const { order, owner } = await begun('requires_action');
    expect(order).toMatchObject({ status: 'pending', paymentStatus: 'pending', payment: { nextAction: { type: expect.any(String), url: expect.stringContaining('http') } } });

    await fetch(`${order.payment.nextAction.url}${order.payment.nextAction.url.includes('?') ? '&' : '?'}outcome=succeed`);
    const back = await shop.call('post', `/orders/${order.id}/payments/${order.payment.id}/confirmation`, { headers: owner, body: {} });

    expect(back.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
    expect(simulator.charges(order.id)).toBe(1);
  });

  test('whose provider hangs after the charge is one charge, and placed once the provider is asked', async () => {
    simulator.target.url = undefined;
    const { order } = await begun('timeout');
    simulator.sendWebhooksTo(shop.url);
    expect(order).toMatchObject({ status: 'pending', paymentStatus: 'pending' });

    later(10_000);
    await work();

    expect(await show(order.id)).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
    expect(simulator.charges(order.id)).toBe(1);
  });
});

test('client, webhook, confirmation and sweeper all at once place one order and take one payment', async () => {
  for (let round = 0; round < 5; round++) {
    const { order, owner } = await begun('requires_action');
    const { url } = order.payment.nextAction;
    later(10_000);

    await Promise.all([
      fetch(`${url}${url.includes('?') ? '&' : '?'}outcome=succeed`),
      ...Array.from({ length: 6 }, () => shop.call('post', `/orders/${order.id}/payments/${order.payment.id}/confirmation`, { headers: owner, body: {} })),
      work(), work(),
    ]);
    await shop.call('post', `/orders/${order.id}/payments/${order.payment.id}/confirmation`, { headers: owner, body: {} });

    expect(await show(order.id)).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
    expect(simulator.charges(order.id)).toBe(1);
    expect(await shop.count('outbox', { aggregateId: order.id, type: 'order.placed' })).toBe(1);
  }
});

describe('an order that nobody pays', () => {
  test('expires, gives back its stock, and leaves a copy of the cart', async () => {
    const { order, sku, guest } = await begun('declined', 1);

    later(PAYMENT_WINDOW_MS + 1000);
    await work();

    expect(await show(order.id)).toMatchObject({ status: 'expired', paymentStatus: 'voided' });
    expect(await shop.level(sku)).toEqual({ onHand: 1, reserved: 0 });
    expect((await shop.call('get', '/cart', { headers: guest })).body.data.items).toMatchObject([{ sku, quantity: 1 }]);
  });

  test('makes way for the next buyer even when no worker runs', async () => {
    const { order, sku } = await begun('declined', 1);
    const next = await shop.given.cart(sku);
    expect((await shop.order(next.guest)).body).toMatchObject({ status: 409, code: 'insufficient_stock' });

    later(PAYMENT_WINDOW_MS + 1000);
    const bought = await shop.order(next.guest);

    expect(bought.status).toBe(201);
    expect(await show(order.id)).toMatchObject({ status: 'expired' });
  });

  test('lives again when its money arrives late and the goods are still there', async () => {
    const { order, sku, owner } = await begun('requires_action');
    later(PAYMENT_WINDOW_MS + 1000);
    await shop.container.orders.service.expireDue();
    expect(await show(order.id)).toMatchObject({ status: 'expired' });

    await fetch(`${order.payment.nextAction.url}${order.payment.nextAction.url.includes('?') ? '&' : '?'}outcome=succeed`);
    await shop.call('post', `/orders/${order.id}/payments/${order.payment.id}/confirmation`, { headers: owner, body: {} });
    await work();

    const after = await show(order.id);
    const sent = simulator.refunds(order.id);
    expect([['placed', 'paid', 0], ['expired', 'voided', 0], ['expired', 'refunded', 1]]).toContainEqual([after.status, after.paymentStatus, sent.length]);
    expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: after.status === 'placed' ? 1 : 0 });
  });
});

test('cancel, payment and expiry at the same moment: one of them wins, and no money or stock is left over', async () => {
  for (let round = 0; round < 6; round++) {
    const { order, sku, owner } = await begun('declined');
    later(PAYMENT_WINDOW_MS - 100 + round * 50);

    await Promise.all([
      shop.call('post', `/orders/${order.id}/cancellation`, { headers: owner, body: {} }),
      payAgain(order.id, owner, 'ok'),
      shop.container.orders.service.expireDue(),
    ]);
    later(15_000);
    for (let i = 0; i < 3; i++) await work();

    const after = await show(order.id);
    const charged = simulator.charges(order.id);
    const refunded = simulator.refunds(order.id).length;
    if (after.status === 'placed') expect([after.paymentStatus, charged, refunded]).toEqual(['paid', 1, 0]);
    else expect(charged - refunded).toBe(0);
    expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: after.status === 'placed' ? 1 : 0 });
    shop.clock.offsetMs = 0;
  }
});

test('cancelling a paid order pays back exactly once', async () => {
  const { order, owner } = await begun('ok');

  await Promise.all(Array.from({ length: 5 }, () => shop.call('post', `/orders/${order.id}/cancellation`, { headers: owner, body: {} })));
  for (let i = 0; i < 3; i++) await work();

  expect(await show(order.id)).toMatchObject({ status: 'cancelled', paymentStatus: 'refunded' });
  expect(simulator.refunds(order.id)).toEqual([1490]);
});
