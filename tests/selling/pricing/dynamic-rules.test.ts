import { guest } from '../../../src/shared/buyer.js';
import { concerns, isInHours, movedAmount, type DynamicRule, type CompetitorPrice } from '../../../src/selling/pricing/dynamic-rules.js';
import { bookOf, contextOf, ladderOf } from '../../../src/selling/pricing/price-book.js';
import type { Prices } from '../../../src/selling/pricing/index.js';

const AT = new Date('2026-11-21T12:00:00Z');
const rule = (fields: Partial<DynamicRule> = {}): DynamicRule => ({
  id: 'rule', name: 'Rule', priority: 0, active: true, groupIds: [], companyIds: [], channels: [], startsAt: null, endsAt: null, skus: [], productIds: [], categoryIds: [],
  weekdays: [], hours: null, timeZone: 'UTC', stock: null, adjust: { kind: 'percent', bps: -1000 }, floorBps: 0, ceilingBps: 100_000, floor: {}, ceiling: {}, rounding: null,
  version: 1, createdAt: AT, updatedAt: AT, ...fields,
});
const moment = (competitors: CompetitorPrice[] = []) => ({ currency: 'EUR', at: AT, competitors });
const asks = (amount: number, hoursAgo = 0): CompetitorPrice => ({ sku: 'CHAIR', competitor: `c${amount}`, currency: 'EUR', amount, observedAt: new Date(AT.getTime() - hoursAgo * 3_600_000) });
const CHAIR = { sku: 'CHAIR', productId: 'p', categoryIds: ['chairs'], available: 5 };
const RISE = { kind: 'percent', bps: 2000 } as const;

test.each([
  { _case: 'ten percent less', fields: {}, moved: 900 },
  { _case: 'an amount less', fields: { adjust: { kind: 'amount', amounts: { EUR: -150 } } }, moved: 850 },
  { _case: 'an amount in another currency only', fields: { adjust: { kind: 'amount', amounts: { USD: -150 } } }, moved: null },
  { _case: 'one percent under the lowest competitor', fields: { adjust: { kind: 'competitor', bps: -100, maxAgeHours: 24 } }, moved: 792 },
  { _case: 'what competitors asked long ago', fields: { adjust: { kind: 'competitor', bps: 0, maxAgeHours: 2 } }, moved: 900 },
  { _case: 'stopped by the floor', fields: { floorBps: 9500 }, moved: 950 },
  { _case: 'stopped by the floor of the currency', fields: { floor: { EUR: 960 } }, moved: 960 },
  { _case: 'stopped by the ceiling', fields: { adjust: RISE, ceilingBps: 11_000 }, moved: 1100 },
  { _case: 'stopped by the ceiling of the currency', fields: { adjust: RISE, ceiling: { EUR: 1150 } }, moved: 1150 },
  { _case: 'rounded to .99', fields: { adjust: { kind: 'percent', bps: -500 }, rounding: { step: 100, ending: 99 } }, moved: 999 },
  { _case: 'never rounded across the ceiling', fields: { adjust: { kind: 'percent', bps: -500 }, ceilingBps: 9800, rounding: { step: 100, ending: 99 } }, moved: 980 },
  { _case: 'nothing where floor and ceiling leave no room', fields: { floor: { EUR: 2000 }, ceilingBps: 12_000 }, moved: null },
] as Array<{ _case: string; fields: Partial<DynamicRule>; moved: number | null }>)('a rule moves 10.00 to $moved: $_case', ({ fields, moved }) => {
  expect(movedAmount(rule(fields), 1000, CHAIR, moment([asks(800, 3), asks(900, 1)]))).toBe(moved);
});

test.each([
  { _case: 'every day', fields: {}, at: '2026-11-21T12:00:00Z', counts: true },
  { _case: 'on its weekday', fields: { weekdays: [6] }, at: '2026-11-21T12:00:00Z', counts: true },
  { _case: 'on another weekday', fields: { weekdays: [1, 7] }, at: '2026-11-21T12:00:00Z', counts: false },
  { _case: 'within its hours, where the clock hangs', fields: { hours: { from: '13:00', to: '14:00' }, timeZone: 'Europe/Berlin' }, at: '2026-11-21T12:30:00Z', counts: true },
  { _case: 'at the end of its hours', fields: { hours: { from: '11:00', to: '12:00' } }, at: '2026-11-21T12:00:00Z', counts: false },
  { _case: 'over midnight', fields: { hours: { from: '22:00', to: '02:00' } }, at: '2026-11-21T01:59:00Z', counts: true },
  { _case: 'outside of a night', fields: { hours: { from: '22:00', to: '02:00' } }, at: '2026-11-21T02:00:00Z', counts: false },
] as Array<{ _case: string; fields: Partial<DynamicRule>; at: string; counts: boolean }>)('a rule counts $_case: $counts', ({ fields, at, counts }) => {
  expect(isInHours(rule(fields), new Date(at))).toBe(counts);
});

test.each([
  { _case: 'everything', fields: {}, concerned: true },
  { _case: 'its SKU', fields: { skus: ['CHAIR'] }, concerned: true }, { _case: 'another SKU', fields: { skus: ['TABLE'] }, concerned: false },
  { _case: 'its category', fields: { categoryIds: ['chairs'] }, concerned: true }, { _case: 'its product', fields: { productIds: ['p'] }, concerned: true },
  { _case: 'low stock', fields: { stock: { min: null, max: 5 } }, concerned: true }, { _case: 'stock that is lower', fields: { stock: { min: null, max: 4 } }, concerned: false },
  { _case: 'much stock', fields: { stock: { min: 6, max: null } }, concerned: false },
] as Array<{ _case: string; fields: Partial<DynamicRule>; concerned: boolean }>)('a rule for $_case: $concerned', ({ fields, concerned }) => {
  expect(concerns(rule(fields), CHAIR)).toBe(concerned);
});

function paid(prices: Prices, rules: DynamicRule[], buyer = guest()) {
  const context = contextOf(bookOf(1, { lists: [], rules, rates: [], roundings: new Map() }), { currency: 'EUR', buyer }, { marketCurrency: 'EUR', at: AT })!;
  return ladderOf({ ...CHAIR, prices }, context, { listed: [], competitors: [] }).map(({ minQuantity, price, source }) => [minQuantity, price.amount, source.kind, source.id ?? null]);
}

test('the strongest rule that has a price wins; a sale and wholesale are never moved', () => {
  const rules = [rule({ id: 'weak', priority: 1 }), rule({ id: 'strong', priority: 2, adjust: { kind: 'percent', bps: 2000 } }), rule({ id: 'mute', priority: 3, adjust: { kind: 'amount', amounts: { JPY: 1 } } })];

  expect(paid([{ currency: 'EUR', base: 1000, tiers: [{ minQuantity: 10, amount: 500 }] }], rules)).toEqual([[1, 1200, 'dynamic_rule', 'strong'], [10, 600, 'dynamic_rule', 'strong']]);
  expect(paid([{ currency: 'EUR', base: 1000, sale: 800 }], rules)).toEqual([[1, 800, 'sale', null]]);
  expect(paid([{ currency: 'EUR', base: 1000, wholesale: 700 }], rules, { ...guest(), wholesale: true })).toEqual([[1, 700, 'wholesale', null]]);
});

test('in 100,000 ticks of time, stock and competitors no price is ever outside of its floor and ceiling', () => {
  let seed = 7;
  const random = (max: number) => { seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648; return seed % max; };
  const adjusts = [
    () => ({ kind: 'percent', bps: random(30_000) - 10_000 }) as const, () => ({ kind: 'amount', amounts: { EUR: random(20_000) - 10_000 } }) as const,
    () => ({ kind: 'competitor', bps: random(4000) - 2000, maxAgeHours: 1 + random(48) }) as const,
  ];
  let moved = 0;
  let stopped = 0;
  for (let tick = 0; moved < 100_000; tick++) {
    const base = random(100_000);
    const floorBps = random(12_000);
    const step = 1 + random(200);
    const one = rule({
      adjust: adjusts[tick % 3]!(), floorBps, ceilingBps: floorBps + random(8000), rounding: tick % 2 === 0 ? { step, ending: random(step) } : null,
      ...(random(3) === 0 && { floor: { EUR: random(50_000) } }), ...(random(3) === 0 && { ceiling: { EUR: random(150_000) } }),
      stock: { min: null, max: random(20) }, hours: { from: `${String(random(24)).padStart(2, '0')}:00`, to: `${String(random(24)).padStart(2, '0')}:30` },
    });
    const at = new Date(AT.getTime() + random(7 * 86_400) * 1000);
    const subject = { ...CHAIR, available: random(20) };
    if (!isInHours(one, at) || !concerns(one, subject)) continue;
    const amount = movedAmount(one, base, subject, { currency: 'EUR', at, competitors: [{ ...asks(random(100_000)), observedAt: new Date(at.getTime() - random(72) * 3_600_000) }] });
    if (amount === null) continue;
    moved++;
    const within = amount * 10_000 >= base * one.floorBps && amount * 10_000 <= base * one.ceilingBps && amount >= (one.floor['EUR'] ?? 0) && amount <= (one.ceiling['EUR'] ?? Infinity);
    if (!within || !Number.isSafeInteger(amount) || amount < 0) throw new Error(`tick ${tick}: ${amount} of ${base} is outside of ${JSON.stringify(one)}`);
    if (amount === Math.ceil(base * one.floorBps / 10_000) || amount === Math.floor(base * one.ceilingBps / 10_000)) stopped++;
  }
  expect(moved).toBe(100_000);
  expect(stopped).toBeGreaterThan(10_000);
});
