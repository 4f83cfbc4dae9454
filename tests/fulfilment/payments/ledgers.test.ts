import { eur, newOrderId, openPayments, type PaymentWorld } from './payment-world.js';

let world: PaymentWorld;
beforeEach(async () => { world = await openPayments({ webhooks: false, timeoutMs: 3_000 }); });
afterEach(async () => {
  expect(world.defects).toEqual([]);
  await world.close();
});

const MINUTE = 60_000;
const edit = (paymentId: string, change: object) => fetch(`${world.simulator.url}/v1/ledger/edits`, { method: 'POST', body: JSON.stringify({ paymentId, ...change }) });
const inBooks = (orderId: string) => world.simulator.paymentsOf(orderId)[0]!;
async function compare() {
  world.clock.offsetMs += 2 * MINUTE;
  return world.schedule('compare-payment-ledgers');
}
const listed = async () => (await world.violations()).map(({ invariant, subject, detail }) => `${invariant} | ${subject} | ${detail}`);
const RULE = "the provider's books and ours agree";

test('books that agree raise nothing, whatever was paid, refused and given back', async () => {
  for (const token of ['ok', 'declined', 'requires_action', 'ok']) await world.pay(token);
  const refunded = await world.pay('ok');
  await world.payments.refund({ paymentId: refunded.id, amount: eur(700), reason: 'test', key: 'r' });

  expect(await compare()).toBe(0);
  expect(await world.violations()).toEqual([]);
});

test('a hand in the provider\'s books is found, listed and told once, and nothing is corrected by itself', async () => {
  const [extra, missing, gone] = [await world.pay('ok'), await world.pay('ok'), await world.pay('ok')];
  await world.payments.refund({ paymentId: missing.id, amount: eur(700), reason: 'test', key: 'r' });
  const foreign = world.simulator.ledger.create({ idempotencyKey: 'nobody:1', orderId: newOrderId(), amount: eur(100), capture: true });
  world.simulator.ledger.authorize(foreign);
  await edit(inBooks(extra.orderId).id, { add: { kind: 'capture', amount: 5000 } });
  await edit(inBooks(missing.orderId).id, { remove: inBooks(missing.orderId).operations.find(({ kind }) => kind === 'refund')!.id });
  const before = await Promise.all([extra, missing, gone].map((payment) => world.now_of(payment)));

  expect(await compare()).toBe(3);
  expect(await compare()).toBe(3);

  expect((await listed()).sort()).toEqual([
    `${RULE} | order:${extra.orderId} | captured: ours 5000, the provider's 10000`,
    `${RULE} | order:${missing.orderId} | refunded: ours 700, the provider's 0`,
    `${RULE} | order:${foreign.orderId} | the provider captured 100 for a payment that we do not know`,
  ].sort());
  for (const { orderId } of [extra, missing, foreign]) expect(await world.events(orderId, 'payment.mismatch')).toEqual(['payment.mismatch']);
  expect(await Promise.all([extra, missing, gone].map((payment) => world.now_of(payment)))).toEqual(before);
  expect(world.simulator.refunds(extra.orderId)).toEqual([]);

  await edit(inBooks(extra.orderId).id, { remove: inBooks(extra.orderId).operations.at(-1)!.id });
  expect(await compare()).toBe(2);
});

test('money that we count and the provider does not know is found', async () => {
  const payment = await world.pay('ok');
  world.simulator.ledger.clear();

  expect(await compare()).toBe(1);
  expect(await listed()).toEqual([`${RULE} | order:${payment.orderId} | the provider does not know of 5000 captured`]);
});

test('a provider that is away proves nothing', async () => {
  await world.pay('ok');
  world.simulator.faults.add({ on: 'list', status: 500, probability: 1, skip: 0 });

  expect(await compare()).toBe(0);
});

describe('the invariants notice what must never be', () => {
  const spoil = (payment: { id: string }, update: object) =>
    world.connection.collection('payments').updateOne({ idempotencyKey: (payment as unknown as { idempotencyKey: string }).idempotencyKey }, update);
  test.each([
    { _case: 'more captured than agreed', update: { $set: { capturedAmount: 6000 } }, names: ['captures never exceed the payment, refunds never exceed captures', 'the totals of a payment are the fold of its ledger', 'debits equal credits'] },
    { _case: 'more refunded than captured', update: { $set: { refundedAmount: 5001 } }, names: ['captures never exceed the payment, refunds never exceed captures', 'the totals of a payment are the fold of its ledger', 'debits equal credits'] },
    { _case: 'a total that no row explains', update: { $set: { refundedAmount: 1 } }, names: ['the totals of a payment are the fold of its ledger', 'debits equal credits'] },
    { _case: 'an answer that never came', update: { $set: { lookUpAt: new Date(0), createdAt: new Date(0) }, $unset: { providerReference: 1 } }, names: ['every payment gets an answer'] },
  ])('$_case', async ({ update, names }) => {
    const payment = await world.pay('ok');
    expect(await world.violations()).toEqual([]);

    await spoil(payment, update);

    expect((await world.violations()).map(({ invariant }) => invariant)).toEqual(names);
  });

  test('two live payments of one order, if the index were gone', async () => {
    const payment = await world.pay('ok');
    await world.connection.collection('payments').dropIndex('one_live_per_purpose');
    await world.pay('ok', { orderId: payment.orderId, attempt: 2 });

    expect(await world.violations()).toEqual([{ invariant: 'an order has at most one live payment', subject: `order:${payment.orderId}`, detail: '2 live payments' }]);
  });
});
