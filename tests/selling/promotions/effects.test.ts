import type { Effect, Rule } from '../../../src/selling/promotions/promotions.js';
import { evidence, line, percent, reasons, result, rule, situation, candidate } from './rules.js';

const off = (lines: Parameters<typeof evidence>[0], ...rules: Rule[]) => result(evidence(lines, rules)).off;
const product = { class: 'product' } as const;

test('a percentage of products is rounded by line, of an order once for all', () => {
  const lines = [line('A', 105), line('B', 105), line('C', 105)];

  expect(off(lines, percent(1000, product))).toEqual({ A: 11, B: 11, C: 11 });
  expect(off(lines, percent(1000))).toEqual({ A: 11, B: 11, C: 10 });
});

test('a cap is spread over the lines that reached it, and names each currency', () => {
  const capped = rule({ type: 'percentage', rateBps: 5000, cap: { EUR: 1000 } }, product);

  expect(off([line('A', 3000), line('B', 1000)], capped)).toEqual({ A: 750, B: 250 });
  expect(off([line('A', 300)], capped)).toEqual({ A: 150 });
  expect(result(evidence([line('A', 3000)], [capped], { currency: 'USD' }))).toMatchObject({ total: 0, tried: [{ reason: 'currency' }] });
});

test.each([
  { _case: 'off the order', effect: { type: 'fixed', amounts: { EUR: 500 } }, expected: { A: 375, B: 125 } },
  { _case: 'never more than there is', effect: { type: 'fixed', amounts: { EUR: 9999 } }, expected: { A: 3000, B: 1000 } },
  { _case: 'off each unit', effect: { type: 'fixed', amounts: { EUR: 400 }, perUnit: true }, expected: { A: 800, B: 400 } },
  { _case: 'off each unit, never more than it costs', effect: { type: 'fixed', amounts: { EUR: 1200 }, perUnit: true }, expected: { A: 2400, B: 1000 } },
  { _case: 'not named in this currency', effect: { type: 'fixed', amounts: { USD: 500 } }, expected: { A: 0, B: 0 } },
] as Array<{ _case: string; effect: Effect; expected: object }>)('a fixed amount $_case', ({ effect, expected }) => {
  expect(off([line('A', 1500, 2), line('B', 1000)], rule(effect))).toEqual(expected);
});

test.each([
  { _case: 'three of one: the third is free', quantities: [3], effect: {}, expected: [1000] },
  { _case: 'two are not enough', quantities: [2], effect: {}, expected: [0] },
  { _case: 'six: two are free', quantities: [6], effect: {}, expected: [2000] },
  { _case: 'six, at most once', quantities: [6], effect: { maxTimes: 1 }, expected: [1000] },
  { _case: 'half price instead of free', quantities: [3], effect: { rateBps: 5000 }, expected: [500] },
] as Array<{ _case: string; quantities: number[]; effect: object; expected: number[] }>)('buy two, get one: $_case', ({ quantities, effect, expected }) => {
  const buy = rule({ type: 'buy_x_get_y', buy: { quantity: 2 }, get: { quantity: 1 }, rateBps: 10_000, ...effect });

  expect(Object.values(off(quantities.map((quantity, at) => line(`S${at}`, 1000, quantity)), buy))).toEqual(expected);
});

test('buy two, get one: the cheapest units are given', () => {
  const buy = rule({ type: 'buy_x_get_y', buy: { quantity: 2 }, get: { quantity: 1 }, rateBps: 10_000 });

  expect(off([line('DEAR', 5000, 3), line('CHEAP', 100), line('MIDDLE', 700, 2)], buy)).toEqual({ DEAR: 0, CHEAP: 100, MIDDLE: 700 });
});

test('buy one of these, get one of those: a unit that is given was not bought', () => {
  const other = rule({ type: 'buy_x_get_y', buy: { quantity: 1, items: { skus: ['PHONE'] } }, get: { quantity: 1, items: { skus: ['CASE', 'PHONE'] } }, rateBps: 10_000 });

  expect(off([line('PHONE', 30_000, 2), line('CASE', 900, 3)], other)).toEqual({ PHONE: 0, CASE: 1800 });
  // The only phone must stay bought, so it is the dearer case that is given.
  expect(off([line('PHONE', 500), line('CASE', 900)], other)).toEqual({ PHONE: 0, CASE: 900 });
  expect(off([line('PHONE', 500, 1)], other)).toEqual({ PHONE: 0 });
});

test('what a free unit is worth is what is left of its price', () => {
  const half = percent(5000, { ...product, priority: 1 });
  const buy = rule({ type: 'buy_x_get_y', buy: { quantity: 2 }, get: { quantity: 1 }, rateBps: 10_000 }, { priority: 2 });

  expect(off([line('A', 1000, 3)], half, buy)).toEqual({ A: 2000 });
});

test.each([
  { quantity: 4, expected: 0 }, { quantity: 5, expected: 500 }, { quantity: 9, expected: 900 }, { quantity: 10, expected: 2000 },
])('steps by quantity: $quantity units take off $expected', ({ quantity, expected }) => {
  const steps = rule({ type: 'tiered', by: 'quantity', tiers: [{ minQuantity: 10, rateBps: 2000 }, { minQuantity: 5, rateBps: 1000 }] });

  expect(off([line('A', 1000, quantity)], steps)).toEqual({ A: expected });
});

test.each([
  { price: 4999, expected: 0 }, { price: 5000, expected: 500 }, { price: 10_000, expected: 1500 },
])('steps by subtotal: $price takes off $expected', ({ price, expected }) => {
  const steps = rule({ type: 'tiered', by: 'subtotal', tiers: [{ minSubtotal: { EUR: 5000 }, amounts: { EUR: 500 } }, { minSubtotal: { EUR: 10_000 }, amounts: { EUR: 1500 } }] });

  expect(off([line('A', price)], steps)).toEqual({ A: expected });
});

test.each([
  { _case: 'named skus', appliesTo: { skus: ['A'] }, expected: { A: 100, B: 0, C: 0 } },
  { _case: 'a product or a category', appliesTo: { productIds: ['product-A'], categoryIds: ['shoes'] }, expected: { A: 100, B: 100, C: 0 } },
  { _case: 'all but a category', appliesTo: { excludedCategoryIds: ['shoes'] }, expected: { A: 100, B: 0, C: 100 } },
  { _case: 'nothing that is on sale', appliesTo: { excludeSaleItems: true }, expected: { A: 100, B: 100, C: 0 } },
  { _case: 'all but a product and a sku', appliesTo: { excludedProductIds: ['product-A'], excludedSkus: ['B'] }, expected: { A: 0, B: 0, C: 100 } },
])('it acts on $_case', ({ appliesTo, expected }) => {
  const lines = [line('A', 1000), line('B', 1000, 1, { categoryIds: ['shoes'] }), line('C', 1000, 1, { onSale: true })];

  expect(off(lines, percent(1000, { ...product, appliesTo }))).toEqual(expected);
});

test.each([
  { reason: 'inactive', more: { state: 'inactive' } },
  { reason: 'not_started', more: { startsAt: new Date('2026-11-18T12:00:01Z') } },
  { reason: 'applied', more: { startsAt: new Date('2026-11-18T12:00:00Z') } },
  { reason: 'ended', more: { endsAt: new Date('2026-11-18T12:00:00Z') } },
  { reason: 'country', more: { conditions: { countries: ['GB'] } } },
  { reason: 'channel', more: { conditions: { channels: ['app'] } } },
  { reason: 'customer_group', more: { conditions: { customerGroupIds: ['vip'] } } },
  { reason: 'items', more: { conditions: { items: { skus: ['Z'] } } } },
  { reason: 'subtotal_too_low', more: { conditions: { subtotal: { min: { EUR: 2001 } } } } },
  { reason: 'applied', more: { conditions: { subtotal: { min: { EUR: 2000 } } } } },
  { reason: 'subtotal_too_high', more: { conditions: { subtotal: { max: { EUR: 1999 } } } } },
  { reason: 'currency', more: { conditions: { subtotal: { min: { USD: 1 } } } } },
  { reason: 'quantity_too_low', more: { conditions: { quantity: { min: 3 } } } },
  { reason: 'quantity_too_high', more: { conditions: { quantity: { max: 1 } } } },
  { reason: 'nothing_to_reduce', more: { appliesTo: { skus: ['Z'] } } },
] as Array<{ reason: string; more: Partial<Rule> }>)('$reason: $more', ({ reason, more }) => {
  expect(reasons(evidence([line('A', 1000, 2)], [percent(1000, more)]))).toEqual([reason]);
});

test.each([
  { left: { uses: 0 }, reason: 'exhausted' }, { left: { ofCustomer: 0 }, reason: 'customer_limit' }, { left: { ofCode: 0 }, reason: 'code_used' },
  { left: { budget: { EUR: 0 } }, reason: 'budget_spent' }, { left: { budget: { EUR: 99 } }, reason: 'budget_spent' }, { left: { budget: { EUR: 100 } }, reason: 'applied' }, { left: { budget: { USD: 500 } }, reason: 'currency' },
])('with $left left: $reason', ({ left, reason }) => {
  const so = { situation: situation([line('A', 1000)]), candidates: [candidate(percent(1000), { left: { uses: null, ofCustomer: null, ofCode: null, budget: null, ...left } as never })], unknown: [] };

  expect(reasons(so)).toEqual([reason]);
});

test.each([{ isFirstOrder: true, reason: 'applied' }, { isFirstOrder: null, reason: 'applied' }, { isFirstOrder: false, reason: 'first_order' }])('first order: $isFirstOrder is $reason', ({ isFirstOrder, reason }) => {
  expect(reasons(evidence([line('A', 1000)], [percent(1000, { conditions: { firstOrder: true } })], { isFirstOrder }))).toEqual([reason]);
});

test.each([
  { _case: 'a Wednesday at noon in Berlin', at: '2026-11-18T11:30:00Z', schedule: { weekdays: [3], from: '12:00', to: '14:00' }, runs: true },
  { _case: 'a minute too early', at: '2026-11-18T10:59:00Z', schedule: { weekdays: [3], from: '12:00', to: '14:00' }, runs: false },
  { _case: 'the end is out', at: '2026-11-18T13:00:00Z', schedule: { from: '12:00', to: '14:00' }, runs: false },
  { _case: 'another day', at: '2026-11-19T11:30:00Z', schedule: { weekdays: [3] }, runs: false },
  { _case: 'Friday night, still on Saturday at one', at: '2026-11-21T00:00:00Z', schedule: { weekdays: [5], from: '22:00', to: '02:00' }, runs: true },
  { _case: 'Saturday night is not Friday night', at: '2026-11-21T22:30:00Z', schedule: { weekdays: [5], from: '22:00', to: '02:00' }, runs: false },
  { _case: 'Sunday night, on Monday', at: '2026-11-22T23:30:00Z', schedule: { weekdays: [7], from: '22:00', to: '02:00' }, runs: true },
])('hours: $_case', ({ at, schedule, runs }) => {
  const timed = percent(1000, { conditions: { schedule: { timeZone: 'Europe/Berlin', ...schedule } } });

  expect(reasons(evidence([line('A', 1000)], [timed], { at: new Date(at) }))).toEqual([runs ? 'applied' : 'schedule']);
});
