import fc from 'fast-check';
import { disputeOperations, isOldNews, looksLikeCardNumber, merge, mismatchOf, outcomeOf, refundable, type Payment, type PaymentTransaction, type ProviderOperation, type ProviderPayment, type RowChange } from '../../../src/fulfilment/payments/payments.js';

const at = new Date('2026-11-01T00:00:00Z');
const fresh: Payment = {
  id: 'p', orderId: 'o', attempt: 1, provider: 'simulator', method: 'card', amount: { amount: 1000, currency: 'EUR' }, status: 'pending', live: true, idempotencyKey: 'o:1',
  capturedAmount: 0, capturingAmount: 0, refundedAmount: 0, refundingAmount: 0, disputedAmount: 0, version: 1, createdAt: at, updatedAt: at,
};
const report = (status: ProviderPayment['status'], operations: ProviderOperation[] = []): ProviderPayment =>
  ({ reference: 'pay_1', idempotencyKey: 'o:1', orderId: 'o', amount: fresh.amount, status, operations });
const op = (id: string, kind: ProviderOperation['kind'], amount: number): ProviderOperation => ({ id, kind, amount, state: 'success' });

/** What the provider says as a payment goes through its life. */
const LIFE = [
  report('pending'), report('requires_action'), report('authorized', [op('a', 'authorization', 1000)]),
  report('captured', [op('a', 'authorization', 1000), op('c', 'capture', 1000)]),
  report('captured', [op('a', 'authorization', 1000), op('c', 'capture', 1000), op('r1', 'refund', 300)]),
  report('captured', [op('a', 'authorization', 1000), op('c', 'capture', 1000), op('r1', 'refund', 300), op('r2', 'refund', 700)]),
];

const rowOf = ({ key, kind, state, amount, providerEventId }: RowChange): PaymentTransaction =>
  ({ id: key, paymentId: 'p', orderId: 'o', kind, state, amount: { amount, currency: 'EUR' }, provider: 'simulator', key, at, attempts: 0, ...(providerEventId !== undefined && { providerEventId }) });

/** As the database would keep it: the payment and the rows that were written. */
function hear(reports: readonly ProviderPayment[]) {
  let payment = fresh;
  const rows: PaymentTransaction[] = [];
  for (const heard of reports) {
    const merged = merge(payment, rows, heard);
    payment = merged.payment;
    rows.push(...merged.rows.map(rowOf));
  }
  return { payment, rows: rows.map(({ key }) => key).sort() };
}

test('the whole life of a payment, each report any number of times and in any order, ends the same', () => {
  const end = hear(LIFE);
  expect(end.payment).toMatchObject({ status: 'refunded', capturedAmount: 1000, refundedAmount: 1000, live: false });

  const disorder = fc.shuffledSubarray([...LIFE, ...LIFE, ...LIFE], { minLength: 0 }).map((heard) => [...heard, LIFE.at(-1)!]);
  fc.assert(fc.property(disorder, fc.nat(20), (heard, cut) => {
    const mixed = [...heard.slice(cut), ...heard.slice(0, cut)];
    expect(hear(mixed)).toEqual(end);
  }), { numRuns: 3_000 });
});

test('a dispute takes money for its time: won it is there again, lost it is not, and its beginning heard after its end changes nothing', () => {
  const charged = [op('a', 'authorization', 1000), op('c', 'capture', 1000)];
  const opened = report('captured', [...charged, op('d', 'chargeback', 600)]);
  for (const [outcome, disputed, left] of [['won', 0, 1000], ['lost', 600, 400]] as const) {
    const ended = report('captured', [...charged, ...disputeOperations({ id: 'd', amount: 600, outcome })]);
    expect(isOldNews(hear([opened]).payment, ended)).toBe(false);
    for (const heard of [[opened, ended], [ended, opened], [ended], [opened, ended, opened, ended]]) {
      const { payment, rows } = hear(heard);
      expect([payment.disputedAmount, refundable(payment), payment.status]).toEqual([disputed, left, 'succeeded']);
      expect(rows.filter((key) => key.includes('d'))).toEqual(['simulator:d', `simulator:d:${outcome}`]);
    }
  }
});

test('what was heard is old news from then on, and nothing that is new ever is', () => {
  for (const [now, current] of LIFE.entries()) {
    const { payment } = hear(LIFE.slice(0, now + 1));
    for (const [then, told] of LIFE.entries()) {
      if (then > now) expect({ now, then, old: isOldNews(payment, told) }).toEqual({ now, then, old: false });
      else if (now >= 2) expect({ now, then, old: isOldNews(payment, told) }).toEqual({ now, then, old: true });
    }
    expect(mismatchOf(payment, current)).toBeNull();
  }
});

test('a failure is final for what came before it, and never for money', () => {
  const failed: ProviderPayment = { ...report('failed'), failure: { code: 'declined', message: 'No.' } };

  expect(hear([failed, report('requires_action')]).payment).toMatchObject({ status: 'failed', failure: { code: 'declined' } });
  expect(hear([LIFE[3]!, failed]).payment).toEqual(hear([LIFE[3]!]).payment);
  expect(hear([failed, LIFE[3]!]).payment).toEqual(hear([LIFE[3]!]).payment);
});

test('what a payment means for its order', () => {
  const outcomes = Object.fromEntries((['pending', 'requires_action', 'failed', 'authorized', 'voided', 'succeeded', 'partially_refunded', 'refunded'] as const)
    .map((status) => [status, outcomeOf({ ...fresh, status })]));
  expect(outcomes).toEqual({
    pending: 'pending', requires_action: 'pending', failed: 'failed', authorized: 'authorized', voided: 'voided', succeeded: 'paid', partially_refunded: 'partially_refunded', refunded: 'refunded',
  });
});

test.each([
  ['4242424242424242', true], ['4242-4242-4242-4242', true], [' 378282246310005 ', true], ['1234567890123', true], ['1234567890123456789', true],
  ['123456789012', false], ['12345678901234567890', false], ['tok_4242424242424242', false], ['slow:1000', false], ['', false],
])('"%s" looks like a card number: %s', (text, expected) => {
  expect(looksLikeCardNumber(text)).toBe(expected);
});

describe('2,000 random sequences of refunds', () => {
  const step = fc.record({ amount: fc.integer({ min: 1, max: 700 }), refused: fc.boolean(), heardAfter: fc.nat(4), twice: fc.boolean() });
  const captured = LIFE[3]!;

  test('whatever is asked, refused, answered late or twice: never more than captured, and the rest closes at zero', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const books: ProviderOperation[] = [...captured.operations];
      const begun = merge(fresh, [], captured);
      let { payment } = begun;
      let rows = begun.rows.map(rowOf);
      const ask = (key: string, amount: number): boolean => {
        if (refundable(payment) < amount) return false;
        payment = { ...payment, refundingAmount: payment.refundingAmount + amount };
        rows.push({ id: key, paymentId: 'p', orderId: 'o', kind: 'refund', state: 'pending', amount: { amount, currency: 'EUR' }, provider: 'simulator', key, at, attempts: 0 });
        return true;
      };
      const answer = (key: string, amount: number, refused: boolean) => books.push({ id: `re_${key}`, key, kind: 'refund', amount, state: refused ? 'failure' : 'success' });
      const heard = (operations: readonly ProviderOperation[]) => {
        const merged = merge(payment, rows, { ...captured, operations });
        expect(merged.excess).toBeNull();
        payment = merged.payment;
        rows = rows.map((row) => { const change = merged.rows.find(({ key }) => key === row.key); return change ? { ...row, state: change.state, providerEventId: change.providerEventId! } : row; });
      };

      const late: Array<{ due: number; operations: ProviderOperation[] }> = [];
      for (const [n, { amount, refused, heardAfter, twice }] of steps.entries()) {
        if (ask(`k${n}`, amount)) answer(`k${n}`, amount, refused);
        late.push({ due: n + heardAfter, operations: [...books] }, ...(twice ? [{ due: n + 2 * heardAfter, operations: [...books] }] : []));
        for (const news of late.filter(({ due }) => due === n)) heard(news.operations);
        expect(payment.refundedAmount + payment.refundingAmount).toBeLessThanOrEqual(1000);
      }
      heard(books);
      const rest = refundable(payment);
      if (rest > 0) { ask('rest', rest); answer('rest', rest, false); }
      for (const news of [{ operations: books }, ...late.reverse()]) heard(news.operations);

      const given = books.filter(({ kind, state }) => kind === 'refund' && state === 'success').reduce((so, { amount }) => so + amount, 0);
      expect(payment).toMatchObject({ refundedAmount: 1000, refundingAmount: 0, status: 'refunded' });
      expect(given).toBe(1000);
    }), { numRuns: 2_000 });
  });
});
