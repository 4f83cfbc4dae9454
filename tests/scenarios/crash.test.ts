import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { startProcess, type Process } from '../support/processes.js';
import { openCardShop, type CardShop } from '../support/card-shop.js';
import { ADDRESS } from '../support/shop.js';
import type { Simulator } from '../support/simulator.js';

const OFFLINE = ['checkout.started', 'checkout.before_transaction', 'checkout.after_reserve', 'checkout.after_order', 'checkout.before_commit', 'checkout.after_commit'];
const CARD = ['checkout.after_key', 'checkout.before_commit', 'checkout.after_commit', 'payments.before_call', 'payments.after_call', 'payments.after_record', 'checkout.after_payment', 'checkout.before_answer'];
const RECOVERY_MS = 60_000;
const AT_ONCE = 7;

let shop: CardShop;
let simulator: Simulator;
let healthy: Process;
let worker: Process;
const env = (more: Record<string, string> = {}) => ({ ...shop.environment, ...more });

beforeAll(async () => {
  shop = await openCardShop({ webhooks: false, env: { PAYMENT_TIMEOUT_MS: '1000' } });
  ({ simulator } = shop);
  [healthy, worker] = await Promise.all([startProcess('server', env()), startProcess('worker', env())]);
});
afterAll(async () => {
  await Promise.all([healthy.kill('SIGTERM'), worker.kill('SIGTERM')]);
  await shop.close();
});

const order = (url: string, guest: Record<string, string>, key: string, payment: object) => fetch(`${url}/api/v1/orders`, {
  method: 'POST', headers: { 'content-type': 'application/json', ...shop.keys.publishable, ...guest, 'idempotency-key': key },
  body: JSON.stringify({ email: 'ada@example.com', shippingAddress: ADDRESS, shippingMethod: 'standard', payment }),
});

/** As a client would: the same request again until it is answered. */
async function untilAnswered(guest: Record<string, string>, key: string, payment: object) {
  for (let waited = 0; waited < RECOVERY_MS; waited += 250) {
    const response = await order(healthy.url, guest, key, payment);
    const body = await response.json() as { code?: string; data?: { id: string; status: string; paymentStatus: string } };
    if (body.code !== 'request_in_flight') return { status: response.status, data: body.data! };
    await pause(250);
  }
  throw new Error('not answered within a minute');
}

const cases = [
  ...OFFLINE.map((step) => ({ step, how: 'offline', payment: { provider: 'offline' } })),
  ...CARD.map((step) => ({ step, how: 'card', payment: { provider: 'simulator', method: 'card', token: 'ok' } })),
];

test('kill -9 at any step of checkout: the same request makes one order, one charge, and every invariant holds', async () => {
  const outcomes: unknown[] = [];
  const run = async ({ step, how, payment }: (typeof cases)[number]) => {
    const { sku } = await shop.given.variant({ stock: 5 });
    const { guest, id: cartId } = await shop.given.cart([sku, 2]);
    const key = randomUUID();
    const doomed = await startProcess('server', env({ FAILPOINT: `${step}:crash` }));

    const crashed = await order(doomed.url, guest, key, payment).then(() => false, () => true);
    const signal = await doomed.ended;
    const answer = await untilAnswered(guest, key, payment);

    const charges = how === 'card' ? simulator.charges(answer.data.id) : null;
    outcomes.push({ step, how, crashed, signal, status: answer.status, order: answer.data.status, paid: answer.data.paymentStatus, charges, orders: await shop.count('orders', { cartId }), level: await shop.level(sku) });
  };
  // Several at a time: a killed transaction keeps its locks for seconds, and nobody has to wait for another's.
  for (let at = 0; at < cases.length; at += AT_ONCE) await Promise.all(cases.slice(at, at + AT_ONCE).map(run));

  const expected = (how: string) => ({ crashed: true, signal: 'SIGKILL', order: 'placed', paid: how === 'card' ? 'paid' : 'pending', charges: how === 'card' ? 1 : null, orders: 1, level: { onHand: 5, reserved: 2 } });
  expect(outcomes).toHaveLength(cases.length);
  for (const outcome of outcomes as Array<{ how: string; status: number }>) {
    expect([200, 201]).toContain(outcome.status);
    expect(outcome).toMatchObject(expected(outcome.how));
  }
  expect(await untilSound()).toEqual([]);
}, 600_000);

async function untilSound() {
  let violations = await shop.violations();
  for (let waited = 0; waited < RECOVERY_MS && violations.length > 0; waited += 500) {
    await pause(500);
    violations = await shop.violations();
  }
  return violations;
}
