import type { PriceList } from '../../../src/selling/pricing/price-lists.js';
import { reductionOf, type PriceRecord } from '../../../src/selling/pricing/pricing.js';
import { publicSteps, type ListEvent } from '../../../src/selling/pricing/public-prices.js';

const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000);
const base = (n: number, after: number | null): PriceRecord => ({ currency: 'EUR', kind: 'base', before: null, after, at: day(n) });
const LIST: Omit<PriceList, 'createdAt' | 'updatedAt'> = { id: 'l', name: 'Days', currency: 'EUR', priority: 0, kind: 'sale', active: true, groupIds: [], companyIds: [], channels: [], startsAt: null, endsAt: null, version: 1 };
const list = (n: number, fields: Partial<PriceList> = {}): ListEvent => ({ listId: 'l', at: day(n), list: { ...LIST, ...fields } });
const said = (n: number, amount: number | null): ListEvent => ({ listId: 'l', at: day(n), tiers: amount === null ? null : [{ minQuantity: 1, amount }] });
const steps = (records: PriceRecord[], events: ListEvent[], channel: string | null = null) =>
  publicSteps(records, events, { currency: 'EUR', channel, until: day(100) }).map(({ at, amount }) => [(at.getTime() - day(0).getTime()) / 86_400_000, amount]);

test('80 by a list, 100 again, then 90: the lowest of the 30 days before the cut to 90 is 80', () => {
  const events = [list(50, { startsAt: day(50), endsAt: day(60) }), said(50, 80)];
  const records = [base(0, 100), { currency: 'EUR', kind: 'sale', before: null, after: 90, at: day(70) } as const];

  expect(steps(records, events)).toEqual([[0, 100], [50, 80], [60, 100], [70, 90]]);
  expect(reductionOf(publicSteps(records, events, { currency: 'EUR', channel: null, until: day(100) }))).toEqual({ amount: 90, reducedAt: day(70), lowestPrior: 80 });
});

test('a list reduces by itself, from its first day on, and its end is a step as well', () => {
  expect(steps([base(0, 100)], [list(10, { startsAt: day(20), endsAt: day(30) }), said(10, 70)])).toEqual([[0, 100], [20, 70], [30, 100]]);
  expect(steps([base(0, 100)], [list(10), said(10, 70), said(15, 60), said(18, null)])).toEqual([[0, 100], [10, 70], [15, 60], [18, 100]]);
  expect(steps([base(0, 100)], [list(10), said(10, 70), { listId: 'l', at: day(20), list: null }])).toEqual([[0, 100], [10, 70], [20, 100]]);
});

test('lists of other channels and of groups are no price of a passer-by', () => {
  const events = [list(10, { channels: ['outlet'] }), said(10, 70)];
  expect(steps([base(0, 100)], events)).toEqual([[0, 100]]);
  expect(steps([base(0, 100)], events, 'outlet')).toEqual([[0, 100], [10, 70]]);
  expect(steps([base(0, 100)], [list(10, { groupIds: ['g'] }), said(10, 70)])).toEqual([[0, 100]]);
  expect(steps([base(0, 100)], [list(10, { currency: 'USD' }), said(10, 70)])).toEqual([[0, 100]]);
});
