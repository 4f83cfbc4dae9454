import fc from 'fast-check';
import { balancesOf, entryOf, type JournalEntry } from '../../../src/fulfilment/payments/journal.js';
import type { PaymentTransaction, TransactionKind, TransactionState } from '../../../src/fulfilment/payments/payments.js';
import { eur, openPayments, type PaymentWorld } from './payment-world.js';

const row = (kind: TransactionKind, amount: number, state: TransactionState = 'success', provider = 'stripe'): PaymentTransaction =>
  ({ id: 't', paymentId: 'p', orderId: 'o', kind, state, amount: eur(amount), provider, key: 'k', at: new Date(0), attempts: 0 });

test('a capture, a refund and a chargeback as double entries', () => {
  const entries = [row('capture', 5000), row('refund', 1200), row('chargeback', 300)].map((one) => entryOf(one)!);

  expect(entries.map(({ postings }) => postings)).toEqual([
    [{ account: 'provider:stripe', debit: 5000, credit: 0 }, { account: 'customers', debit: 0, credit: 5000 }],
    [{ account: 'customers', debit: 1200, credit: 0 }, { account: 'provider:stripe', debit: 0, credit: 1200 }],
    [{ account: 'disputes', debit: 300, credit: 0 }, { account: 'provider:stripe', debit: 0, credit: 300 }],
  ]);
  expect(balancesOf(entries)).toEqual([
    { account: 'customers', debits: eur(1200), credits: eur(5000), balance: eur(-3800) },
    { account: 'disputes', debits: eur(300), credits: eur(0), balance: eur(300) },
    { account: 'provider:stripe', debits: eur(5000), credits: eur(1500), balance: eur(3500) },
  ]);
});

test('a dispute that was won puts the money back, one that was lost is a loss: nothing stays in dispute', () => {
  const of = (kind: TransactionKind) => balancesOf([row('capture', 5000), row('chargeback', 3000), row(kind, 3000)].map((one) => entryOf(one)!)).map(({ account, balance }) => [account, balance.amount]);

  expect(of('dispute_won')).toEqual([['customers', -5000], ['disputes', 0], ['provider:stripe', 5000]]);
  expect(of('dispute_lost')).toEqual([['customers', -5000], ['disputes', 0], ['losses:disputes', 3000], ['provider:stripe', 2000]]);
});

test('what only was held, asked for or refused moves nothing', () => {
  for (const kind of ['authorization', 'void'] as const) expect(entryOf(row(kind, 5000))).toBeNull();
  for (const state of ['initial', 'pending', 'failure'] as const) expect(entryOf(row('refund', 5000, state))).toBeNull();
});

test('of any movements debits equal credits, in each entry and in all', () => {
  const movement = fc.record({
    kind: fc.constantFrom<TransactionKind>('authorization', 'capture', 'void', 'refund', 'chargeback', 'dispute_won', 'dispute_lost'), state: fc.constantFrom<TransactionState>('initial', 'pending', 'success', 'failure'),
    amount: fc.integer({ min: 1, max: 10_000_000 }), provider: fc.constantFrom('stripe', 'paypal', 'offline'),
  });
  fc.assert(fc.property(fc.array(movement, { maxLength: 60 }), (movements) => {
    const entries = movements.map(({ kind, amount, state, provider }) => entryOf(row(kind, amount, state, provider))).filter((entry): entry is JournalEntry => entry !== null);
    for (const { postings } of entries) expect(postings.reduce((so, { debit, credit }) => so + debit - credit, 0)).toBe(0);
    expect(balancesOf(entries).reduce((so, { balance }) => so + balance.amount, 0)).toBe(0);
  }), { numRuns: 2_000, seed: 21 });
});

describe('the auditor', () => {
  let world: PaymentWorld;
  beforeAll(async () => { world = await openPayments({ webhooks: false }); });
  afterAll(() => world.close());

  test('finds a row that was changed by hand, and a refund that is for nothing', async () => {
    const payment = await world.pay('ok');
    await world.payments.refund({ paymentId: payment.id, amount: eur(1000), reason: 'test', key: `${payment.id}:r` });
    expect(await world.violations()).toEqual([]);
    const rows = world.connection.collection('payment_transactions');

    await rows.updateOne({ key: `${payment.id}:r` }, { $set: { 'amount.amount': 900 } });
    expect((await world.violations()).map(({ invariant, detail }) => [invariant, detail])).toEqual(expect.arrayContaining([
      ['debits equal credits', 'debits minus credits: 100 EUR'], ['each cent of a refund is for something', expect.stringContaining('does not add up')],
    ]));
  });
});
