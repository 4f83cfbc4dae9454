import type { OrderView } from '../../../src/fulfilment/payments/attribution.js';
import { eur, newOrderId, openPayments, type PaymentWorld } from './payment-world.js';

let world: PaymentWorld;
beforeAll(async () => {
  world = await openPayments({ webhooks: false });
  world.payments.knowOrdersBy(async () => ORDER);
});
afterAll(() => world.close());
beforeEach(async () => { world.simulator.faults.clear(); world.clock.offsetMs += 3_000; await world.pay('ok'); });
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });

/** Three units of EUR 10.00 together, one of EUR 35.10, postage of EUR 4.90: 50.00. */
const ORDER: OrderView = {
  items: [{ id: 'a', quantity: 3, lineTotal: eur(1000), tax: eur(0) }, { id: 'b', quantity: 1, lineTotal: eur(3510), tax: eur(0) }],
  totals: { shippingTotal: eur(490), taxIncluded: true }, shippingTax: eur(0),
};
const plan = (orderId: string, amount: number, key: string, more: object = {}) =>
  world.payments.planRefund({ orderId, amount: eur(amount), reason: 'returned', key: `${orderId}:${key}`, ...more });
const attributions = async (orderId: string) => (await world.connection.collection('payment_transactions').find({ orderId, kind: 'refund' }).sort({ _id: 1 }).toArray())
  .map(({ attribution, state }) => [state, attribution.lines.map(({ itemId, quantity, amount }: { itemId: string; quantity: number; amount: number }) => [itemId, quantity, amount]), attribution.shipping, attribution.goodwill]);

test('is decided with the change that brings it, and carried out once that is committed', async () => {
  const { orderId, id } = await world.pay('ok');
  const { attribution, amount } = await world.payments.quoteRefund(orderId, { lines: [{ itemId: 'a', quantity: 1 }], shipping: eur(90) });
  expect(amount).toBe(423);

  await world.inTransaction(async () => {
    const planned = await plan(orderId, amount, 'return-1', { attribution });
    expect(planned).toEqual({ key: `${orderId}:return-1`, amount: eur(423), keys: [`${orderId}:return-1`] });
    expect(world.simulator.refunds(orderId)).toEqual([]);
  });

  expect(world.simulator.refunds(orderId)).toEqual([423]);
  expect(await world.now_of({ orderId, id })).toMatchObject({ status: 'partially_refunded', refundedAmount: 423, refundingAmount: 0 });
  expect(await attributions(orderId)).toEqual([['success', [['a', 1, 333]], 90, 0]]);
  expect(await world.payments.refundableOf(orderId)).toEqual(eur(4577));
  expect(await world.payments.refundHistory(orderId)).toMatchObject([attribution]);
});

test('of a change that fails nothing is left', async () => {
  const { orderId, id } = await world.pay('ok');

  await expect(world.inTransaction(async () => { await plan(orderId, 1000, 'undone'); throw new Error('changed my mind'); })).rejects.toThrow('changed my mind');

  expect(await world.now_of({ orderId, id })).toMatchObject({ refundingAmount: 0, refundedAmount: 0, version: 2 });
  expect(world.simulator.refunds(orderId)).toEqual([]);
  expect(await attributions(orderId)).toEqual([]);
});

test('the process that planned it dies: the worker carries it out', async () => {
  const { orderId, id } = await world.pay('ok');
  world.simulator.faults.add({ on: 'refund', hang: 'before', probability: 1, skip: 0 });
  await plan(orderId, 1000, 'silent');
  expect(await world.now_of({ orderId, id })).toMatchObject({ refundingAmount: 1000, refundedAmount: 0 });
  expect(await world.payments.refundableOf(orderId)).toEqual(eur(4000));

  world.simulator.faults.clear();
  world.clock.offsetMs += 10_000;
  await world.round();

  expect(world.simulator.refunds(orderId)).toEqual([1000]);
  expect(await world.now_of({ orderId, id })).toMatchObject({ refundingAmount: 0, refundedAmount: 1000 });
});

test('30 at once under one key are one refund', async () => {
  const { orderId, id } = await world.pay('ok');

  const answers = await Promise.all(Array.from({ length: 30 }, () => plan(orderId, 700, 'same')));

  expect(new Set(answers.map(({ keys }) => keys.join()))).toEqual(new Set([`${orderId}:same`]));
  expect(world.simulator.refunds(orderId)).toEqual([700]);
  expect(await world.now_of({ orderId, id })).toMatchObject({ refundedAmount: 700, refundingAmount: 0 });
});

test('30 at once of 10 % each under their own keys: ten get through', async () => {
  const { orderId, id } = await world.pay('ok');

  const results = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => plan(orderId, 500, `many-${n}`)));

  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  expect(results.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : []))).toEqual(Array(20).fill('refund_exceeds_captured'));
  expect(world.simulator.refunds(orderId)).toEqual(Array(10).fill(500));
  expect(await world.now_of({ orderId, id })).toMatchObject({ status: 'refunded', refundedAmount: 5000 });
  expect(await world.violations()).toEqual([]);
});

test.each([
  { _case: 'more than was captured', amount: 5001, currency: 'EUR', code: 'refund_exceeds_captured' },
  { _case: 'nothing', amount: 0, currency: 'EUR', code: 'refund_exceeds_captured' },
  { _case: 'another currency', amount: 100, currency: 'USD', code: 'wrong_currency' },
])('$_case is refused and sets nothing aside', async ({ amount, currency, code }) => {
  const { orderId, id } = await world.pay('ok');

  await expect(world.payments.planRefund({ orderId, amount: { amount, currency }, reason: 'returned', key: 'k' })).rejects.toMatchObject({ code });

  expect(await world.now_of({ orderId, id })).toMatchObject({ refundingAmount: 0, version: 2 });
});

test('an attribution that does not add up is a defect, not a refund', async () => {
  const { orderId } = await world.pay('ok');
  await expect(plan(orderId, 100, 'odd', { attribution: { lines: [], shipping: 0, goodwill: 99 } })).rejects.toThrow(RangeError);
  expect(await attributions(orderId)).toEqual([]);
});

test('an amount for nothing in particular is goodwill; the rest closes the lines and the postage', async () => {
  const { orderId, id } = await world.pay('ok');

  await plan(orderId, 1000, 'some');
  await plan(orderId, 4000, 'rest');

  expect(await attributions(orderId)).toEqual([['success', [], 0, 1000], ['success', [['a', 3, 1000], ['b', 1, 3000]], 0, 0]]);
  expect(await world.now_of({ orderId, id })).toMatchObject({ status: 'refunded' });
});

test('money of several payments of one order goes back from the latest first', async () => {
  const orderId = newOrderId();
  const first = await world.pay('ok', { orderId, amount: 5000 });
  await world.connection.collection('payments').updateOne({ orderId }, { $set: { live: false } });
  const second = await world.pay('ok', { orderId, attempt: 2, amount: 2000 });

  const planned = await plan(orderId, 6000, 'both');

  expect(planned.keys).toEqual([`${orderId}:both`, `${orderId}:both#2`]);
  expect(await world.now_of(second)).toMatchObject({ refundedAmount: 2000 });
  expect(await world.now_of(first)).toMatchObject({ refundedAmount: 4000 });
  expect(await plan(orderId, 6000, 'both')).toEqual(planned);
  expect(await world.payments.refundableOf(orderId)).toEqual(eur(1000));
});

test('an order without a payment has nothing to give back', async () => {
  expect(await world.payments.refundableOf(newOrderId())).toBeNull();
  await expect(plan(newOrderId(), 100, 'none')).rejects.toMatchObject({ status: 409, code: 'refund_exceeds_captured', facts: { refundable: eur(0) } });
});

test('everything goes back with an order that is given up, line by line', async () => {
  const { orderId } = await world.pay('ok');
  await plan(orderId, 333, 'one', { attribution: { lines: [{ itemId: 'a', quantity: 1, amount: 333 }], shipping: 0, goodwill: 0 } });

  await world.payments.voidOrRefundForOrder(orderId, 'order.cancelled');

  expect(await attributions(orderId)).toEqual([['success', [['a', 1, 333]], 0, 0], ['success', [['a', 2, 667], ['b', 1, 3510]], 490, 0]]);
});
