import fc from 'fast-check';
import { eur, openPayments, type PaymentWorld } from './payment-world.js';

/** The whole 2,000 take minutes: REFUND_SEQUENCES=2000 for a proof. The rules alone are run 2,000 times in merge.test.ts. */
const SEQUENCES = Number(process.env['REFUND_SEQUENCES'] ?? 40);
const STEPS = 12;
const LANES = 8;

let world: PaymentWorld;
beforeAll(async () => { world = await openPayments({ webhooks: false, timeoutMs: 5_000 }); });
afterAll(() => world.close());

test('random refunds in sequence: never more than captured, a repeated key never twice, and what is left closes at zero', async () => {
  const step = fc.record({ percent: fc.integer({ min: 1, max: 60 }), repeats: fc.boolean() });
  const sequences = fc.sample(fc.array(step, { minLength: STEPS, maxLength: STEPS }), { numRuns: SEQUENCES, seed: 20_261_101 });
  let steps = 0;
  const left = sequences.map((sequence, at) => ({ sequence, captured: 1 + (at * 7919) % 99_999 }));

  await Promise.all(Array.from({ length: LANES }, async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const done = await run(next);
      steps += done;
    }
  }));

  expect(steps).toBe(SEQUENCES * STEPS);
  expect(world.defects).toEqual([]);
  expect(await world.violations()).toEqual([]);
}, 120_000 + SEQUENCES * 1_000);

async function run({ sequence, captured }: { sequence: ReadonlyArray<{ percent: number; repeats: boolean }>; captured: number }): Promise<number> {
  const payment = await world.pay('ok', { amount: captured });
  const refund = (key: string, amount?: number) => world.payments.refund({ paymentId: payment.id, reason: 'test', key: `${payment.id}:${key}`, ...(amount !== undefined && { amount: eur(amount) }) });
  const given = new Map<string, number>();
  const total = () => [...given.values()].reduce((so, one) => so + one, 0);
  let lastKey = 'none';

  for (const [at, { percent, repeats }] of sequence.entries()) {
    const amount = Math.max(1, Math.floor((captured * percent) / 100));
    const key = repeats && given.has(lastKey) ? lastKey : `${at}`;
    const fits = given.has(key) || total() + amount <= captured;
    const answer = await refund(key, amount).then(({ transaction }) => transaction.state, ({ code }: { code: string }) => code);
    // A repeated key asks for nothing new, so it may be refused only where a new one would be.
    if (answer === 'success' && !given.has(key)) given.set(key, amount);
    if (!given.has(key)) expect({ fits, answer }).toEqual({ fits: false, answer: 'refund_exceeds_captured' });
    lastKey = key;
  }
  const before = await world.now_of(payment);
  expect(before).toMatchObject({ refundedAmount: total(), refundingAmount: 0 });

  if (total() < captured) await refund('rest');
  expect(await world.now_of(payment)).toMatchObject({ status: 'refunded', refundedAmount: captured, refundingAmount: 0 });
  expect(world.simulator.refunds(payment.orderId).reduce((so, one) => so + one, 0)).toBe(captured);
  return sequence.length;
}
