import fc from 'fast-check';
import { DAY_MS, DELAY_MS, FEATURES, featuresOf, type Past } from '../../../src/fulfilment/risk/features.js';
import { contributionsOf, scoreOf, sigmoid, trainForest, USUAL } from '../../../src/fulfilment/risk/learning/boosting.js';
import { areaUnderRoc, averagePrecision, cardPrecision, recallAt } from '../../../src/fulfilment/risk/learning/measures.js';
import { testRows, testWeeks } from '../../../src/fulfilment/risk/learning/protocol.js';
import { buildDataset } from '../../../src/fulfilment/risk/learning/dataset.js';
import { createKeys, networkOf } from '../../../src/fulfilment/risk/keys.js';
import { decide, DEFAULTS, pointsOf } from '../../../src/fulfilment/risk/risk.js';
import { fire } from '../../../src/fulfilment/risk/rules.js';

const rows = (scores: number[], labels: number[]) => ({ scores: Float64Array.from(scores), labels: Uint8Array.from(labels) });

test('the measures agree with what is counted by hand', () => {
  const known = rows([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
  expect(areaUnderRoc(known)).toBe(0.75);
  // Precision 1 at the first fraud, 2/3 at the second.
  expect(averagePrecision(known)).toBeCloseTo(0.5 + 0.5 * (2 / 3), 12);
  expect(areaUnderRoc(rows([1, 1, 1, 1], [0, 1, 0, 1]))).toBe(0.5);
  expect(averagePrecision(rows([1, 1, 1, 1], [0, 1, 0, 1]))).toBe(0.5);
  expect(recallAt(rows([5, 4, 3, 2], [1, 0, 1, 0]), 0.25)).toBe(0.5);
  const cards = { ...rows([9, 8, 7, 9, 8], [1, 0, 0, 1, 0]), days: Int32Array.of(0, 0, 0, 1, 1), customers: Int32Array.of(1, 2, 3, 1, 2) };
  // The customer found on the first day is not looked at on the second, which finds nobody.
  expect(cardPrecision(cards, 1)).toBe(0.5);
});

test('the area under the curve is the share of pairs in order, whatever the scores', () => {
  fc.assert(fc.property(fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), label: fc.integer({ min: 0, max: 1 }) }), { minLength: 4, maxLength: 60 }), (drawn) => {
    const some = [{ score: 3, label: 1 }, { score: 3, label: 0 }, ...drawn];
    const [frauds, honest] = [some.filter(({ label }) => label === 1), some.filter(({ label }) => label === 0)];
    const pairs = frauds.flatMap((a) => honest.map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)));
    const expected = pairs.reduce<number>((so, one) => so + one, 0) / pairs.length;
    expect(areaUnderRoc(rows(some.map(({ score }) => score), some.map(({ label }) => label)))).toBeCloseTo(expected, 10);
  }));
});

/** Fraud where both are high, which no single threshold tells. */
const both = () => {
  const [a, b, labels] = [new Float64Array(2000), new Float64Array(2000), new Uint8Array(2000)];
  for (let row = 0; row < 2000; row++) {
    a[row] = (row * 7919) % 100;
    b[row] = (row * 104_729) % 97;
    labels[row] = a[row]! > 80 && b[row]! > 70 ? 1 : 0;
  }
  return { columns: [a, b], labels };
};

test('the trees learn what two features say together, the same way each time, and every score is the sum of its explanation', () => {
  const { columns, labels } = both();
  const forest = trainForest(columns, labels, { ...USUAL, trees: 40 });
  const row = (at: number) => [columns[0]![at]!, columns[1]![at]!];
  const scores = Float64Array.from(labels, (_, at) => scoreOf(forest, row(at)));

  expect(areaUnderRoc({ scores, labels })).toBeGreaterThan(0.999);
  expect(trainForest(columns, labels, { ...USUAL, trees: 40 })).toEqual(forest);
  for (const at of [0, 1, 17, 1999]) {
    const parts = contributionsOf(forest, row(at), 2).reduce((so, part) => so + part, 0);
    const roots = forest.trees.reduce((so, { value }) => so + value[0]!, forest.bias);
    expect(roots + parts).toBeCloseTo(scores[at]!, 9);
  }
});

test('the first leaf is the Newton step of the loss: gradient over curvature', () => {
  const labels = Uint8Array.from({ length: 100 }, (_, at) => (at < 30 ? 1 : 0));
  const column = Float64Array.from(labels, (label) => label);
  const { bias, trees } = trainForest([column], labels, { trees: 1, depth: 1, learningRate: 1, l2: 0, minHessian: 0, bins: 8 });

  expect(sigmoid(bias)).toBeCloseTo(0.3, 12);
  // p = 0.3 everywhere: of the frauds the gradient is -0.7 and the curvature 0.21 each.
  expect(scoreOf({ bias: 0, trees }, [1])).toBeCloseTo(0.7 / 0.21, 9);
  expect(scoreOf({ bias: 0, trees }, [0])).toBeCloseTo(-0.3 / 0.21, 9);
});

test('a feature sees what was known then: no fraud of the last seven days, nothing older than its window', () => {
  const now = { at: 100 * DAY_MS, amount: 50, place: 'p' };
  const past = (daysAgo: number, isFraud: boolean): Past => ({ at: now.at - daysAgo * DAY_MS, amount: 10, spike: 1, isFraud, place: 'p' });
  const value = (name: (typeof FEATURES)[number], place: Past[], customer: Past[] = []) => featuresOf(now, { customer, place }).row[FEATURES.indexOf(name)];

  expect(value('place_fraud_rate_7d', [past(3, true)])).toBe(0);
  expect(value('place_fraud_rate_7d', [past(8, true), past(7.5, false)])).toBe(0.5);
  expect(value('place_frauds_in_a_row', [past(9, true), past(8, true), past(2, true)])).toBe(2);
  expect(value('place_orders_30d', [past(38, true), past(36, true)])).toBe(1);
  expect(value('customer_orders_30d', [], [past(31, false), past(29, false), past(0.5, false)])).toBe(2);
  expect(value('amount_to_median', [], [past(2, false), past(1, false)])).toBe(5);
  expect(featuresOf(now, { customer: [], place: [] }).row).toHaveLength(FEATURES.length);
});

test('the future changes no feature of the past', () => {
  const order = (day: number, isFraud = false) => ({ at: day * DAY_MS, customer: 'c', place: 'p', amount: 20 + day, isFraud });
  const [short, long] = [[order(1), order(3, true), order(12)], [order(1), order(3, true), order(12), order(13, true), order(14)]].map((all) => buildDataset(all));

  for (const [at, column] of short!.columns.entries()) expect([...long!.columns[at]!.subarray(0, 3)]).toEqual([...column]);
});

test('the protocol: a week to learn, a week until frauds are known, a week of tests without customers known by then', () => {
  const days = Int32Array.from({ length: 28 }, (_, day) => day);
  expect(testWeeks({ days })).toEqual([21]);
  const labels = new Uint8Array(28);
  labels[9] = 1; // in the training week: known throughout
  labels[15] = 1; // known from day 23 on
  const customers = Int32Array.from({ length: 28 }, (_, day) => (day === 9 || day === 21 ? 1 : day === 15 || day === 22 || day === 23 ? 2 : 3));

  expect([...testRows({ days, labels, customers }, 21)]).toEqual([22, 24, 25, 26, 27]);
});

test('probabilities meet the thresholds of the shop where the model has its own', () => {
  const [model, shop] = [{ review: 0.2, refuse: 0.8 }, { review: 50, refuse: 90 }];
  expect([0, 0.1, 0.2, 0.5, 0.8, 0.9, 1].map((p) => Math.round(pointsOf(p, model, shop) * 100) / 100)).toEqual([0, 25, 50, 70, 90, 95, 100]);
  expect([49.9, 50, 90].map((score) => decide(score, { thresholds: shop, isEnforced: true }))).toEqual(['accept', 'review', 'refuse']);
  expect(decide(100, { thresholds: shop, isEnforced: false })).toBe('accept');
});

test('keys say the same of one door, one mailbox and one network, and nothing to whoever reads them', () => {
  const { keysOf } = createKeys('a-secret');
  const address = { firstName: 'A', lastName: 'B', line1: '12 St. James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };
  const subject = { userId: null, email: 'a.da+x@gmail.com', ip: '::ffff:203.0.113.9', shippingAddress: address, billingAddress: address };
  const same = keysOf({ ...subject, email: 'ADA@googlemail.com', ip: '203.0.113.9', shippingAddress: { ...address, line1: '12 st james  square', postalCode: 'sw1y4jh' } });

  expect(keysOf(subject)).toEqual(same);
  expect(JSON.stringify(same)).not.toMatch(/ada|203|james/i);
  expect(createKeys('another').keysOf(subject).all).not.toEqual(same.all);
  expect(['127.0.0.1', '10.1.2.3', '::1', 'fd00::1', 'nonsense', '192.168.1.1'].map(networkOf)).toEqual([null, null, null, null, null, null]);
  expect(networkOf('2001:db8:0:12::1')).toBe(networkOf('2001:0db8:0000:0012:ffff::2'));
  expect(DELAY_MS).toBe(7 * DAY_MS);
});

describe('an honest customer who orders eleven times an hour', () => {
  const { keysOf } = createKeys('a-secret');
  const home = { firstName: 'A', lastName: 'B', line1: '1 High Street', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };
  const subject = { userId: null, email: 'ada@example.com', shippingAddress: home, billingAddress: home };
  const at = new Date('2026-03-01T12:00:00Z');
  const past = (n: number, change: { line1?: string; attempts?: number } = {}) => ({
    id: String(n), at: new Date(at.getTime() - n * 60_000), amount: 2000, currency: 'EUR', status: 'placed', paymentStatus: 'paid', attempts: change.attempts ?? 1, userId: null, spike: 0, score: 0, decision: 'accept' as const,
    keys: keysOf({ ...subject, shippingAddress: { ...home, line1: change.line1 ?? home.line1 } }).all,
  });
  const fired = (history: ReturnType<typeof past>[], rules = DEFAULTS.rules) => fire({ subject, keys: keysOf(subject), total: { amount: 2000, currency: 'EUR' }, at, history }, rules);
  const ten = Array.from({ length: 10 }, (_, n) => past(n + 1));

  test('shows one sign by mailbox and address: the larger of the two counts', () => {
    expect(fired(ten.slice(1))).toEqual([]);
    expect(fired(ten)).toEqual([{ rule: 'email_velocity', points: 15, detail: '11 orders in 1 h' }]);
    expect(fired(ten, { ...DEFAULTS.rules, address_velocity: { points: 30, orders: 5, minutes: 60 } })).toEqual([{ rule: 'address_velocity', points: 30, detail: '11 orders in 1 h' }]);
    expect(fired(ten, { ...DEFAULTS.rules, email_velocity: { points: 0, orders: 10, minutes: 60 } })).toMatchObject([{ rule: 'address_velocity', points: 15 }]);
  });

  test.each([
    { _case: 'sends presents to four friends', more: ['2', '3', '4', '5'].map((line1, n) => past(n + 20, { line1 })), rules: ['many_addresses', 'email_velocity'] },
    { _case: 'had a card declined three times', more: [past(30, { attempts: 4 })], rules: ['email_velocity', 'declined_payments'] },
  ])('and $_case is not held', ({ more, rules }) => {
    const signs = fired([...ten, ...more]);

    expect(signs.map(({ rule }) => rule)).toEqual(rules);
    expect(decide(signs.reduce((so, { points }) => so + points, 0), DEFAULTS)).toBe('accept');
  });
});
