import { openPayments, type PaymentWorld } from './payment-world.js';

const PAYMENTS = 80;
const LANES = 8;
const TOKENS = ['ok', 'ok', 'ok', 'declined', 'error_after_effect', 'duplicate_webhooks', 'reordered_webhooks', 'late_failure_webhook', 'timeout'];

let world: PaymentWorld;
beforeAll(async () => { world = await openPayments({ timeoutMs: 600 }); });
afterAll(() => world.close());

test('everything at once: answers lost, webhooks five times, shuffled, late and missing, and half of the orders cancelled: both books agree', async () => {
  const { simulator, payments } = world;
  for (const fault of [{ status: 500 }, { status: 429, retryAfterSeconds: 1 }, { reset: 'after' as const }, { reset: 'before' as const }, { delayMs: 30 }]) simulator.faults.add({ ...fault, probability: 0.15, skip: 0 });
  simulator.faults.add({ duplicateWebhooks: 5, reorderWebhooks: true, delayWebhooksMs: 300, dropWebhooks: 0.1, probability: 1, skip: 0 });
  const left = Array.from({ length: PAYMENTS }, (_, at) => ({ token: TOKENS[at % TOKENS.length]!, gone: at % 2 === 1 }));
  const opened: Array<{ orderId: string; id: string; gone: boolean }> = [];
  // The orders module: money for an order that was given up goes back.
  const given = new Set<string>();
  payments.onChange(async ({ orderId, status }) => {
    if (status === 'succeeded' && given.has(orderId)) await world.outbox.record({ type: 'order.refund_due', aggregateId: orderId, data: { orderId, reason: 'late_payment' } });
  });

  await Promise.all(Array.from({ length: LANES }, async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { token, gone } = next;
      // Time flies, so that the breaker does not spare most of them the trouble.
      world.clock.offsetMs += 1_500;
      const payment = await world.open({ token, amount: 1000 + opened.length });
      opened.push({ ...payment, gone });
      const asked = payments.execute(payment, { token });
      if (gone) {
        given.add(payment.orderId);
        await payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled');
      }
      await asked;
    }
  }));
  const unresolved = async () => (await world.connection.collection('payments').countDocuments({ $or: [{ lookUpAt: { $exists: true } }, { capturingAmount: { $gt: 0 } }, { refundingAmount: { $gt: 0 } }] }))
    + await world.connection.collection('payment_transactions').countDocuments({ dueAt: { $exists: true } });
  simulator.faults.clear();
  for (let round = 0; round < 12 && (round < 2 || await unresolved() > 0); round++) {
    await simulator.idle();
    world.clock.offsetMs += 61_000;
    await world.round();
  }

  expect(await unresolved()).toBe(0);
  for (const { orderId, id, gone } of opened) {
    const ours = await world.now_of({ orderId, id });
    const [theirs, ...more] = simulator.paymentsOf(orderId);
    expect(more).toEqual([]);
    const total = (kind: string) => (theirs?.operations ?? []).filter((op) => op.kind === kind && op.state === 'success').reduce((so, { amount }) => so + amount, 0);
    expect({ orderId, captured: total('capture'), refunded: total('refund') }).toEqual({ orderId, captured: ours.capturedAmount, refunded: ours.refundedAmount });
    expect([0, ours.amount.amount]).toContain(ours.capturedAmount);
    if (gone) expect({ orderId, kept: ours.capturedAmount - ours.refundedAmount }).toEqual({ orderId, kept: 0 });
    const events = await world.events(orderId);
    expect(events.filter((name) => name === 'payment.succeeded').length).toBeLessThanOrEqual(1);
    expect(events.filter((name) => name === 'payment.mismatch')).toEqual([]);
  }
  const { charges, refunds } = simulator.ledger.report();
  expect(charges.length).toBeGreaterThan(PAYMENTS / 4);
  expect(refunds.length).toBeGreaterThan(0);
  expect(charges.length - refunds.length).toBeGreaterThan(PAYMENTS / 8);
  expect(await world.schedule('compare-payment-ledgers')).toBe(0);
  expect(await world.violations()).toEqual([]);
  expect(world.defects).toEqual([]);
});
