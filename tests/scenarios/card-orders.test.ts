import { randomUUID } from 'node:crypto';
import { givenUser } from '../support/given.js';
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

describe('a shop that takes the money of a card later', () => {
  const staff = (method: 'get' | 'post' | 'put', path: string, body?: object, more: Record<string, string> = {}) => shop.call(method, path, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID(), ...more }, ...(body && { body }) });
  const takes = async (capture: string) => { expect((await staff('put', '/payments/settings', { capture })).status).toBe(200); };
  const ship = (id: string, more: Record<string, string> = {}) => staff('put', `/orders/${id}/status`, { status: 'shipped' }, more);
  const capture = (id: string, amount?: number) => staff('post', `/orders/${id}/captures`, amount === undefined ? {} : { amount: euros(amount) });
  const captured = (id: string) => simulator.paymentsOf(id).flatMap(({ operations }) => operations).filter(({ kind }) => kind === 'capture').map(({ amount }) => amount);
  const bought = async (price: number, quantity = 1) => {
    const { sku } = await shop.given.variant({ price, stock: 10 });
    const { status, body } = await shop.order((await shop.given.cart([sku, quantity])).guest, card('ok'));
    expect([status, body.data.status, body.data.paymentStatus, simulator.charges(body.data.id)]).toEqual([201, 'placed', 'authorized', 0]);
    return { sku, id: body.data.id as string, itemId: body.data.items[0].id as string };
  };
  const open = { onHand: 10, reserved: 1 };
  afterEach(async () => { simulator.faults.clear(); await takes('placement'); });

  test('says so by a setting that one of two writers changes; others may not, and other words are refused', async () => {
    const before = (await staff('get', '/payments/settings')).body.data;
    const customer = await givenUser(shop);
    expect((await staff('put', '/payments/settings', { capture: 'whenever' })).status).toBe(400);
    expect((await shop.call('put', '/payments/settings', { headers: customer.headers, body: { capture: 'manual' } })).status).toBe(403);
    expect([before.capture, (await staff('get', '/payments/settings')).body.data]).toEqual(['placement', before]);

    const answers = await Promise.all(['manual', 'shipment'].map((word) => staff('put', '/payments/settings', { capture: word }, { 'if-match': `"${before.version}"` })));

    expect(answers.map(({ status }) => status === 200).sort()).toEqual([false, true]);
    expect((await staff('get', '/payments/settings')).body.data).toMatchObject({ version: before.version + 1, capture: answers.find(({ status }) => status === 200)!.body.data.capture });
  });

  test('authorises with the order and takes all of it once, before the first of two parcels leaves', async () => {
    await takes('shipment');
    const { id, itemId } = await bought(1000, 2);

    const parcels = await Promise.all([1, 2].map(() => staff('post', `/orders/${id}/fulfilments`, { state: 'shipped', lines: [{ itemId, quantity: 1 }] })));
    for (const { status } of parcels.filter((answer) => answer.status !== 201)) expect(status).toBe(409);
    if ((await show(id)).fulfilmentStatus !== 'shipped') expect((await ship(id, { 'if-match': `"${(await show(id)).version}"` })).status).toBe(200);

    expect([await show(id), captured(id)]).toMatchObject([{ paymentStatus: 'paid', fulfilmentStatus: 'shipped', payment: { details: { captured: euros(2490) } } }, [2490]]);
  });

  test('takes nothing for a parcel that cannot be sent, and the version that was seen counts', async () => {
    await takes('shipment');
    const { id, itemId } = await bought(1000);

    expect((await staff('post', `/orders/${id}/fulfilments`, { state: 'shipped', lines: [{ itemId, quantity: 2 }] })).status).toBe(409);
    expect((await ship(id, { 'if-match': '"99"' })).status).toBe(412);
    expect([captured(id), (await ship(id, { 'if-match': `"${(await show(id)).version}"` })).status, captured(id)]).toEqual([[], 200, [1490]]);
  });

  test.each(['shipment', 'manual'])('sends nothing (%s) once the bank has let go of the money', async (word) => {
    await takes(word);
    const { id, sku } = await bought(1000);
    later(8 * 86_400_000);

    const answers = [await ship(id), await staff('post', `/orders/${id}/fulfilments`, { state: 'shipped' }), await staff('put', `/orders/${id}/status`, { status: 'completed' })];

    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(Array.from({ length: 3 }, () => [409, 'authorization_expired']));
    expect([await show(id), await shop.level(sku), captured(id)]).toMatchObject([{ fulfilmentStatus: 'unfulfilled' }, open, []]);
  });

  test('sends nothing while the provider does not say whether it gave the money, nor when it refuses', async () => {
    await takes('shipment');
    const { id, sku } = await bought(1000);
    simulator.faults.add({ on: 'capture', status: 500, count: 2, probability: 1, skip: 0 });

    expect((await ship(id)).body).toMatchObject({ status: 409, code: 'payment_in_progress' });
    expect([await show(id), await shop.level(sku)]).toMatchObject([{ fulfilmentStatus: 'unfulfilled' }, open]);
    later(60_000);
    await work();

    expect([(await ship(id)).status, captured(id)]).toEqual([200, [1490]]);
    const lapsed = await bought(1000);
    simulator.ledger.void(simulator.paymentsOf(lapsed.id)[0]!, 'by the bank');
    expect([(await ship(lapsed.id)).body, await show(lapsed.id), await shop.level(lapsed.sku)]).toMatchObject([{ status: 409, code: 'authorization_expired' }, { fulfilmentStatus: 'unfulfilled', paymentStatus: 'voided' }, open]);
  });

  test('voids what was promised when the order is cancelled', async () => {
    await takes('manual');
    const { id, sku } = await bought(1000);

    expect((await staff('post', `/orders/${id}/cancellation`, {})).status).toBe(200);
    await work();

    expect([await show(id), await shop.level(sku), captured(id), simulator.paymentsOf(id)[0]!.status]).toMatchObject([{ status: 'cancelled', paymentStatus: 'voided' }, { onHand: 10, reserved: 0 }, [], 'voided']);
  });

  test('takes it by hand in parts: of 30 tenths at once ten, and never a cent more than was promised', async () => {
    await takes('manual');
    const [{ id }, whole] = [await bought(2510), await bought(2510)];

    const answers = await Promise.all(Array.from({ length: 30 }, () => capture(id, 300)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(10).fill(201), ...Array(20).fill(409)]);
    expect([captured(id), (await show(id)).paymentStatus]).toEqual([Array(10).fill(300), 'paid']);

    expect((await capture(whole.id, 3001)).body).toMatchObject({ status: 409, code: 'capture_exceeds_authorized', capturable: euros(3000) });
    expect([captured(whole.id), (await capture(whole.id, 3000)).status, (await show(whole.id)).paymentStatus]).toEqual([[], 201, 'paid']);
  });

  test('takes no more than the order still costs, whoever is first: 20 captures and a cancelled unit, twice', async () => {
    await takes('manual');
    for (let round = 0; round < 2; round++) {
      const { id, itemId } = await bought(1000, 2);
      const cancel = () => staff('post', `/orders/${id}/cancellation`, { lines: [{ itemId, quantity: 1 }], reason: 'one is enough' });

      const [cancelled, ...captures] = await Promise.all([cancel(), ...Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? capture(id) : capture(id, 2490)))]);
      for (let i = 0; i < 2; i++) { later(40_000); await work(); }
      // Refused while the money was on its way: afterwards it is an ordinary cancellation.
      if (cancelled!.status !== 200) expect([cancelled!.body.code, (await cancel()).status]).toEqual(['payment_in_progress', 200]);
      await work();

      expect(captures.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
      if ((await show(id)).paymentStatus === 'authorized') expect((await capture(id)).body.data.amount).toEqual(euros(1490));
      const kept = captured(id).reduce((so, amount) => so + amount, 0) - simulator.refunds(id).reduce((so, amount) => so + amount, 0);
      expect([kept, (await show(id)).settlement.due]).toEqual([1490, euros(1490)]);
    }
  });
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
