import fc from 'fast-check';
import {
  attributedTotal, attributionOf, attributionOfRest, cut, refundableOrder, refundedSoFar, refundOfUnits, type Attribution, type RefundableOrder,
} from '../../../src/fulfilment/payments/attribution.js';

const order: RefundableOrder = { lines: [{ itemId: 'a', quantity: 3, gross: 1000 }, { itemId: 'b', quantity: 1, gross: 500 }], shipping: 490 };
const eur = (amount: number) => ({ amount, currency: 'EUR' });

describe('what the units of a line were paid', () => {
  test('one by one they make 333, 334 and 333: the last one closes at zero', () => {
    const given: number[] = [];
    for (let unit = 0; unit < 3; unit++) {
      given.push(refundOfUnits({ gross: 1000, quantity: 3, refundedUnits: unit, refundedAmount: given.reduce((so, one) => so + one, 0) }, 1));
    }
    expect(given).toEqual([333, 334, 333]);
  });

  test('more was given for the line than its units make: nothing is asked back', () => {
    expect(refundOfUnits({ gross: 1000, quantity: 3, refundedUnits: 0, refundedAmount: 900 }, 1)).toBe(0);
    expect(refundOfUnits({ gross: 1000, quantity: 3, refundedUnits: 1, refundedAmount: 900 }, 2)).toBe(100);
  });
});

describe('mapping a refund', () => {
  test('to lines, shipping and goodwill', () => {
    const first = attributionOf(order, [], { lines: [{ itemId: 'a', quantity: 1 }], shipping: eur(200), goodwill: eur(50) });
    expect(first).toEqual({ lines: [{ itemId: 'a', quantity: 1, amount: 333 }], shipping: 200, goodwill: 50 });
    expect(attributedTotal(first)).toBe(583);
    expect(attributionOf(order, [first], { lines: [{ itemId: 'a', quantity: 2 }] }).lines).toEqual([{ itemId: 'a', quantity: 2, amount: 667 }]);
  });

  test('a line named twice counts once per unit', () => {
    const twice = attributionOf(order, [], { lines: [{ itemId: 'a', quantity: 1 }, { itemId: 'a', quantity: 2 }] });
    expect(twice.lines.map(({ amount }) => amount)).toEqual([333, 667]);
    expect(() => attributionOf(order, [], { lines: [{ itemId: 'a', quantity: 2 }, { itemId: 'a', quantity: 2 }] })).toThrow(expect.objectContaining({ code: 'line_not_refundable' }));
  });

  test.each([
    { _case: 'an unknown line', wish: { lines: [{ itemId: 'x', quantity: 1 }] }, code: 'line_not_refundable', facts: { itemId: 'x', refundableUnits: 0 } },
    { _case: 'more units than were bought', wish: { lines: [{ itemId: 'a', quantity: 4 }] }, code: 'line_not_refundable', facts: { itemId: 'a', refundableUnits: 3 } },
    { _case: 'more than the postage', wish: { shipping: eur(491) }, code: 'shipping_not_refundable', facts: { refundable: eur(490) } },
  ])('$_case is refused and says what is left', ({ wish, code, facts }) => {
    expect(() => attributionOf(order, [], wish)).toThrow(expect.objectContaining({ status: 409, code, facts }));
  });

  test('the rest closes every line, then shipping, then goodwill', () => {
    const first = attributionOf(order, [], { lines: [{ itemId: 'a', quantity: 1 }] });
    expect(attributionOfRest(order, [first], 1990 - 333 + 7)).toEqual({
      lines: [{ itemId: 'a', quantity: 2, amount: 667 }, { itemId: 'b', quantity: 1, amount: 500 }], shipping: 490, goodwill: 7,
    });
  });

  test('is cut over two payments without losing a cent or a unit', () => {
    const whole = attributionOfRest(order, [], 1990);
    const pieces = cut(whole, [1200, 790]);
    expect(pieces.map(attributedTotal)).toEqual([1200, 790]);
    expect(refundedSoFar(pieces, 'a')).toEqual({ refundedUnits: 3, refundedAmount: 1000 });
    expect(refundedSoFar(pieces, 'b')).toEqual({ refundedUnits: 1, refundedAmount: 500 });
  });

  test('where listed prices are net the tax of a line goes back with it', () => {
    const net = { items: [{ id: 'a', quantity: 1, lineTotal: eur(100), tax: eur(20) }], totals: { shippingTotal: eur(50), taxIncluded: false }, shippingTax: eur(10) };
    expect(refundableOrder(net)).toEqual({ lines: [{ itemId: 'a', quantity: 1, gross: 120 }], shipping: 60 });
    expect(refundableOrder({ ...net, totals: { ...net.totals, taxIncluded: true } })).toEqual({ lines: [{ itemId: 'a', quantity: 1, gross: 100 }], shipping: 50 });
  });
});

const orders = fc.record({
  lines: fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 40 }), gross: fc.integer({ min: 0, max: 5_000_000 }) }), { minLength: 1, maxLength: 6 }),
  shipping: fc.integer({ min: 0, max: 20_000 }),
  steps: fc.array(fc.record({ line: fc.nat({ max: 5 }), units: fc.integer({ min: 1, max: 40 }), shipping: fc.integer({ min: 0, max: 20_000 }), goodwill: fc.integer({ min: 0, max: 100_000 }) }), { maxLength: 15 }),
});

test('10,000 random sequences never exceed what was captured, attribute every cent, and close at zero', () => {
  let refused = 0;
  fc.assert(fc.property(orders, ({ lines, shipping, steps }) => {
    const bought: RefundableOrder = { lines: lines.map((line, at) => ({ ...line, itemId: `line-${at}` })), shipping };
    const captured = lines.reduce((so, { gross }) => so + gross, shipping);
    const history: Attribution[] = [];
    const given = () => history.reduce((so, one) => so + attributedTotal(one), 0);
    for (const step of steps) {
      const wish = { lines: [{ itemId: `line-${step.line % lines.length}`, quantity: step.units }], shipping: eur(step.shipping), goodwill: eur(step.goodwill) };
      const next = attempt(() => attributionOf(bought, history, wish));
      // The payment lets through what was captured and no more, as its conditional update does.
      if (next && given() + attributedTotal(next) <= captured) history.push(next);
      else refused += 1;
      expect(given()).toBeLessThanOrEqual(captured);
    }
    if (captured > given()) history.push(attributionOfRest(bought, history, captured - given()));
    expect(given()).toBe(captured);
    // Goodwill takes from no line; without any, every line and the postage closed exactly.
    if (history.every(({ goodwill }) => goodwill === 0)) {
      for (const { itemId, gross } of bought.lines) expect(refundedSoFar(history, itemId).refundedAmount).toBe(gross);
      expect(history.reduce((so, one) => so + one.shipping, 0)).toBe(shipping);
    }
  }), { numRuns: 10_000, seed: 20_261_121 });
  expect(refused).toBeGreaterThan(1_000);
});

test('1,000 lines refunded in random portions close at exactly what was paid', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9_999_999 }), fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 }), (quantity, gross, portions) => {
    let [refundedUnits, refundedAmount] = [0, 0];
    for (const portion of [...portions, quantity]) {
      const units = Math.min(portion, quantity - refundedUnits);
      if (units === 0) break;
      refundedAmount += refundOfUnits({ gross, quantity, refundedUnits, refundedAmount }, units);
      refundedUnits += units;
    }
    expect([refundedUnits, refundedAmount]).toEqual([quantity, gross]);
  }), { numRuns: 1_000, seed: 7 });
});

function attempt<T>(work: () => T): T | null {
  try { return work(); } catch { return null; }
}
