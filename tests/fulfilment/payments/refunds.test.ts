import type { Simulator } from '../../support/simulator.js';
import { eur, openPayments, type PaymentWorld } from './payment-world.js';

let world: PaymentWorld;
let simulator: Simulator;
beforeAll(async () => { world = await openPayments(); simulator = world.simulator; });
afterAll(() => world.close());
beforeEach(async () => { simulator.faults.clear(); world.clock.offsetMs += 3_000; await world.pay('ok'); });
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });

const refund = (paymentId: string, amount: number | undefined, key: string) =>
  world.payments.refund({ paymentId, ...(amount !== undefined && { amount: eur(amount) }), reason: 'test', key });
const outcomes = async (attempts: Array<Promise<unknown>>) => {
  const results = await Promise.allSettled(attempts);
  return { done: results.filter(({ status }) => status === 'fulfilled').length, refused: results.flatMap((one) => (one.status === 'rejected' ? [one.reason as { status: number; code: string }] : [])) };
};

test('a part, then the rest, then nothing more', async () => {
  const payment = await world.pay('ok');

  const part = await refund(payment.id, 1500, `${payment.id}:a`);
  expect(part.transaction).toMatchObject({ kind: 'refund', state: 'success', amount: eur(1500) });
  expect(part.payment).toMatchObject({ status: 'partially_refunded', refundedAmount: 1500, refundingAmount: 0, live: true });
  const rest = await refund(payment.id, undefined, `${payment.id}:b`);
  expect(rest.payment).toMatchObject({ status: 'refunded', refundedAmount: 5000, live: false });
  await expect(refund(payment.id, 1, `${payment.id}:c`)).rejects.toMatchObject({ status: 409, code: 'refund_exceeds_captured', facts: { refundable: eur(0) } });
  await expect(refund(payment.id, undefined, `${payment.id}:d`)).rejects.toMatchObject({ status: 409, code: 'refund_exceeds_captured' });

  expect(simulator.refunds(payment.orderId)).toEqual([1500, 3500]);
  expect(await world.events(payment.orderId)).toEqual(['payment.succeeded', 'payment.refunded', 'payment.refunded']);
});

test('ten refunds of 40 % at once: two get through', async () => {
  const payment = await world.pay('ok');

  const { done, refused } = await outcomes(Array.from({ length: 10 }, (_, n) => refund(payment.id, 2000, `${payment.id}:${n}`)));

  expect(done).toBe(2);
  expect(refused.map(({ code }) => code)).toEqual(Array(8).fill('refund_exceeds_captured'));
  expect(simulator.refunds(payment.orderId)).toEqual([2000, 2000]);
  expect(await world.now_of(payment)).toMatchObject({ refundedAmount: 4000, refundingAmount: 0, status: 'partially_refunded' });
  expect(await world.violations()).toEqual([]);
});

test('the same refund asked for ten times at once is one refund', async () => {
  const payment = await world.pay('ok');

  const { done } = await outcomes(Array.from({ length: 10 }, () => refund(payment.id, 2000, `${payment.id}:same`)));

  expect(done).toBe(10);
  expect(simulator.refunds(payment.orderId)).toEqual([2000]);
  expect(await world.now_of(payment)).toMatchObject({ refundedAmount: 2000, refundingAmount: 0 });
});

test('another currency is refused and nothing is set aside', async () => {
  const payment = await world.pay('ok');

  await expect(world.payments.refund({ paymentId: payment.id, amount: { amount: 100, currency: 'USD' }, reason: 'test', key: 'usd' })).rejects.toMatchObject({ status: 400, code: 'wrong_currency' });

  expect(await world.now_of(payment)).toMatchObject({ refundingAmount: 0, refundedAmount: 0, version: payment.version });
  expect(await world.rows(payment.id)).toHaveLength(2);
});

test('nothing is refunded of what was never captured', async () => {
  const payment = await world.pay('declined');

  await expect(refund(payment.id, 100, 'never')).rejects.toMatchObject({ code: 'refund_exceeds_captured' });

  expect(simulator.refunds(payment.orderId)).toEqual([]);
});

test('disputed money is not there to refund', async () => {
  const payment = await world.pay('ok');
  await fetch(`${simulator.url}/v1/payments/${payment.providerReference}/chargebacks`, { method: 'POST', body: JSON.stringify({ amount: 4000 }) });
  await simulator.idle();
  expect(await world.now_of(payment)).toMatchObject({ disputedAmount: 4000 });
  expect(await world.events(payment.orderId, 'payment.disputed')).toHaveLength(1);

  await expect(refund(payment.id, 2000, `${payment.id}:x`)).rejects.toMatchObject({ code: 'refund_exceeds_captured', facts: { refundable: eur(1000) } });
  expect((await refund(payment.id, 1000, `${payment.id}:y`)).payment).toMatchObject({ refundedAmount: 1000 });
});

describe('a provider that is silent about a refund', () => {
  test('three times: it stays under way, counts as spent, is asked for again and ends as one refund', async () => {
    const payment = await world.pay('ok');
    simulator.faults.add({ on: 'refund', hang: 'after', count: 1, probability: 1, skip: 0 });
    simulator.faults.add({ on: 'refund', status: 500, count: 2, probability: 1, skip: 1 });
    simulator.target.url = undefined;

    const first = await refund(payment.id, 3000, `${payment.id}:slow`);
    expect(first.transaction.state).toBe('pending');
    expect(first.payment).toMatchObject({ refundedAmount: 0, refundingAmount: 3000, status: 'succeeded' });
    await expect(refund(payment.id, 2001, `${payment.id}:more`)).rejects.toMatchObject({ code: 'refund_exceeds_captured', facts: { refundable: eur(2000) } });
    for (let round = 0; round < 6; round++) {
      world.clock.offsetMs += 70_000;
      await world.schedule('reconcile-payments');
    }
    simulator.sendWebhooksTo(world.url);

    expect(await world.now_of(payment)).toMatchObject({ refundedAmount: 3000, refundingAmount: 0, status: 'partially_refunded' });
    expect(simulator.refunds(payment.orderId)).toEqual([3000]);
    expect(await world.events(payment.orderId, 'payment.refunded')).toHaveLength(1);
  });

  test('is listed and told of once when it takes a quarter of an hour', async () => {
    const payment = await world.pay('ok');
    simulator.faults.add({ on: 'refund', status: 500, probability: 1, skip: 0 });
    await refund(payment.id, 3000, `${payment.id}:stuck`);
    expect(await world.violations()).toEqual([]);

    world.clock.offsetMs += 16 * 60_000;

    expect(await world.violations()).toEqual([expect.objectContaining({ invariant: 'no refund, void or capture is stuck', subject: `order:${payment.orderId}` })]);
    await world.schedule('reconcile-payments');
    await world.schedule('reconcile-payments');
    expect(await world.events(payment.orderId, 'payment.stuck')).toEqual(['payment.stuck']);
    simulator.faults.clear();
    world.clock.offsetMs += 70_000;
    await world.schedule('reconcile-payments');
    expect(await world.violations()).toEqual([]);
  });

  test('a refund that the provider refuses frees what was set aside and says why', async () => {
    const payment = await world.pay('ok');
    // Somebody has refunded at the provider, by hand, and its webhook is lost.
    simulator.faults.add({ dropWebhooks: 1, probability: 1, skip: 0 });
    simulator.ledger.refund(simulator.paymentsOf(payment.orderId)[0]!, 4000, undefined);
    simulator.faults.clear();

    const { transaction, payment: after } = await refund(payment.id, 2000, `${payment.id}:late`);

    expect(transaction).toMatchObject({ state: 'failure', failure: { code: 'refund_exceeds_captured' } });
    // Asking why has told us of the other refund, which is an alarm.
    expect(after).toMatchObject({ refundedAmount: 4000, refundingAmount: 0, status: 'partially_refunded' });
    expect(await world.events(payment.orderId)).toEqual(['payment.succeeded', 'payment.refund_refused', 'payment.refunded', 'payment.mismatch']);
  });
});

describe('an order that is given up', () => {
  test('twenty calls at once give the money back once', async () => {
    const payment = await world.pay('ok');

    await Promise.all(Array.from({ length: 20 }, () => world.payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled')));

    expect(simulator.refunds(payment.orderId)).toEqual([5000]);
    expect(await world.now_of(payment)).toMatchObject({ status: 'refunded', refundedAmount: 5000, refundingAmount: 0 });
    expect(await world.events(payment.orderId, 'payment.refunded')).toHaveLength(1);
  });

  test('gives back only what a refund before it has left, even at the same moment', async () => {
    const payment = await world.pay('ok');

    await outcomes([refund(payment.id, 2000, `${payment.id}:p`), world.payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled')]);

    expect(simulator.refunds(payment.orderId).reduce((so, amount) => so + amount, 0)).toBe(5000);
    expect(await world.now_of(payment)).toMatchObject({ status: 'refunded', refundedAmount: 5000, refundingAmount: 0 });
  });

  test('with money that was only authorised: it is voided', async () => {
    const payment = await world.pay('ok', { capture: false });

    await world.payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled');

    expect(await world.now_of(payment)).toMatchObject({ status: 'voided', live: false, capturedAmount: 0 });
    expect(simulator.paymentsOf(payment.orderId)).toMatchObject([{ status: 'voided' }]);
    await expect(world.payments.capture({ paymentId: payment.id, reason: 'late', key: `${payment.id}:l` })).rejects.toMatchObject({ status: 409 });
  });

  test('while nobody knows whether the charge went through: it is looked up, and the money goes back', async () => {
    simulator.target.url = undefined;
    const payment = await world.pay('timeout');
    expect(payment.status).toBe('pending');
    // What the order does when it hears of money that it does not want.
    const sendBack = async (told: { orderId: string; status: string }) => {
      if (told.orderId === payment.orderId && told.status === 'succeeded') await world.outbox.record({ type: 'order.refund_due', aggregateId: told.orderId, data: { orderId: told.orderId, reason: 'late_payment' } });
    };
    world.payments.onChange(sendBack);

    await world.payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled');
    await world.round();
    await simulator.idle();
    simulator.sendWebhooksTo(world.url);

    expect(await world.now_of(payment)).toMatchObject({ status: 'refunded', capturedAmount: 5000, refundedAmount: 5000 });
    expect(await world.rows(payment.id)).toEqual([['void', 'failure', 5000], ['authorization', 'success', 5000], ['capture', 'success', 5000], ['refund', 'success', 5000]]);
    expect(simulator.refunds(payment.orderId)).toEqual([5000]);
  });

  test('while the provider never got the charge: it ends as failed, and nothing stays planned', async () => {
    const payment = await world.pay('hang_no_effect');

    await world.payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled');
    expect((await world.now_of(payment)).status).toBe('pending');
    world.clock.offsetMs += 10_000;
    await world.round();

    expect(await world.now_of(payment)).toMatchObject({ status: 'failed', failure: { code: 'not_received' } });
    expect(await world.rows(payment.id)).toEqual([['void', 'failure', 5000]]);
    world.clock.offsetMs += 3_600_000;
    expect(await world.violations()).toEqual([]);
  });

  test('while the provider is away: asked again until it agrees', async () => {
    const payment = await world.pay('ok');
    simulator.faults.add({ on: 'refund', status: 500, probability: 1, skip: 0 });
    await world.payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled');
    expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded', refundingAmount: 5000 });

    simulator.faults.clear();
    world.clock.offsetMs += 10_000;
    await world.round();

    expect(await world.now_of(payment)).toMatchObject({ status: 'refunded' });
    expect(simulator.refunds(payment.orderId)).toEqual([5000]);
  });

  test('a crash between the decision and the call loses nothing: the event asks again', async () => {
    const payment = await world.pay('ok');
    await world.inTransaction(() => world.outbox.record({ type: 'order.refund_due', aggregateId: payment.orderId, data: { orderId: payment.orderId, reason: 'order.cancelled' } }));
    expect(simulator.refunds(payment.orderId)).toEqual([]);

    await world.round();

    expect(simulator.refunds(payment.orderId)).toEqual([5000]);
  });

  test('joins the caller: a cancellation that is rolled back refunds nothing', async () => {
    const payment = await world.pay('ok');

    await expect(world.inTransaction(async () => {
      await world.payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled');
      throw new Error('changed my mind');
    })).rejects.toThrow('changed my mind');

    expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded', refundingAmount: 0, version: payment.version });
    expect(simulator.refunds(payment.orderId)).toEqual([]);
  });
});

describe('money that changes hands outside', () => {
  const offline = (amount = 5000) => world.open({ provider: 'offline', amount });

  test('is pending until somebody records that it came, and can be given back by hand', async () => {
    const payment = await offline();
    expect(payment).toMatchObject({ provider: 'offline', method: 'cash_on_delivery', status: 'pending', live: true });
    expect(await world.payments.execute(payment, {})).toMatchObject({ status: 'pending', version: 1 });

    const came = await world.payments.capture({ paymentId: payment.id, reason: 'paid at the door', key: `${payment.id}:c` });
    expect(came.payment).toMatchObject({ status: 'succeeded', capturedAmount: 5000 });
    const back = await world.payments.refund({ paymentId: payment.id, amount: eur(500), reason: 'scratched', key: `${payment.id}:r` });
    expect(back.payment).toMatchObject({ status: 'partially_refunded', refundedAmount: 500 });
  });

  test('is void when the order is given up', async () => {
    const payment = await offline();

    await world.payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled');

    expect(await world.now_of(payment)).toMatchObject({ status: 'voided', live: false });
    await expect(world.payments.capture({ paymentId: payment.id, reason: 'too late', key: `${payment.id}:c` })).rejects.toMatchObject({ status: 409 });
  });

  test('nothing to pay is paid', async () => {
    expect(await offline(0)).toMatchObject({ status: 'succeeded', capturedAmount: 0 });
  });
});
