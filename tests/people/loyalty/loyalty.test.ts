import { clawback, effectOf, nextTierAfter, pointsFor, settlement, tierLevelOf, type LedgerKind } from '../../../src/people/loyalty/loyalty.js';
import fc from 'fast-check';

describe('points for money spent', () => {
  test.each([
    { _case: 'cents are cut, not rounded', amount: 1999, currency: 'EUR', rate: 1, points: 19 },
    { _case: 'the rate comes before the cut', amount: 1999, currency: 'EUR', rate: 2, points: 39 },
    { _case: 'less than one unit', amount: 99, currency: 'EUR', rate: 1, points: 0 },
    { _case: 'yen have no minor unit', amount: 500, currency: 'JPY', rate: 1, points: 500 },
    { _case: 'dinars have three digits', amount: 1999, currency: 'KWD', rate: 1, points: 1 },
    { _case: 'dinars at a rate', amount: 1999, currency: 'KWD', rate: 10, points: 19 },
    { _case: 'the largest amount stays exact', amount: Number.MAX_SAFE_INTEGER, currency: 'EUR', rate: 1, points: 90_071_992_547_409 },
    { _case: 'nothing', amount: 0, currency: 'EUR', rate: 1, points: 0 },
    { _case: 'less than nothing', amount: -500, currency: 'EUR', rate: 1, points: 0 },
    { _case: 'loyalty switched off', amount: 1999, currency: 'EUR', rate: 0, points: 0 },
  ])('$_case', ({ amount, currency, rate, points }) => {
    expect(pointsFor({ amount, currency }, rate)).toBe(points);
  });
});

describe('tiers', () => {
  test.each([
    [0, 'bronze', { tierLevel: 'silver', pointsNeeded: 500 }], [499, 'bronze', { tierLevel: 'silver', pointsNeeded: 1 }],
    [500, 'silver', { tierLevel: 'gold', pointsNeeded: 1500 }], [1999, 'silver', { tierLevel: 'gold', pointsNeeded: 1 }],
    [2000, 'gold', { tierLevel: 'platinum', pointsNeeded: 3000 }], [5000, 'platinum', null], [1_000_000, 'platinum', null],
  ])('%i points are %s', (lifetime, tier, next) => {
    expect(tierLevelOf(lifetime)).toBe(tier);
    expect(nextTierAfter(lifetime)).toEqual(next);
  });
});

describe('taking points back', () => {
  test('takes what is there and writes the rest as a debt', () => {
    expect(clawback(30, 100)).toEqual([{ kind: 'clawback', points: -30 }]);
    expect(clawback(30, 10)).toEqual([{ kind: 'clawback', points: -10 }, { kind: 'debt', points: -20 }]);
    expect(clawback(30, 0)).toEqual([{ kind: 'clawback', points: 0 }, { kind: 'debt', points: -30 }]);
  });

  test('new points pay the debt first, as far as they go', () => {
    expect(settlement(50, 0)).toEqual([]);
    expect(settlement(50, 20)).toEqual([{ kind: 'settlement', points: -20 }]);
    expect(settlement(50, 80)).toEqual([{ kind: 'settlement', points: -50 }]);
  });

  test('whatever happens in whatever order, nothing is negative and no point is lost', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('accrual' as const), points: fc.integer({ min: 1, max: 100 }) }),
      fc.record({ kind: fc.constant('redemption' as const), points: fc.integer({ min: 1, max: 100 }) }),
      fc.record({ kind: fc.constant('clawback' as const), points: fc.constant(0) }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let account = { balance: 0, lifetime: 0, debt: 0 };
      const write = (rows: ReadonlyArray<{ kind: LedgerKind; points: number }>) => {
        for (const effect of rows.map(effectOf)) {
          account = { balance: account.balance + effect.balance, lifetime: account.lifetime + effect.lifetime, debt: account.debt + effect.debt };
          expect(Math.min(account.balance, account.lifetime)).toBeGreaterThanOrEqual(0);
        }
        expect(account.debt).toBeGreaterThanOrEqual(0);
      };
      const standing: number[] = [];
      let spent = 0;
      for (const { kind, points } of steps) {
        if (kind === 'accrual') {
          write([{ kind, points }]);
          write(settlement(points, account.debt));
          standing.push(points);
        } else if (kind === 'redemption' && account.balance >= points) {
          write([{ kind, points: -points }]);
          spent += points;
        } else if (kind === 'clawback' && standing.length > 0) {
          write(clawback(standing.pop()!, account.balance));
        }
      }
      const earned = standing.reduce((all, points) => all + points, 0);
      expect(account.lifetime).toBe(earned);
      expect(account.balance - account.debt).toBe(earned - spent);
    }), { numRuns: 500 });
  });
});
