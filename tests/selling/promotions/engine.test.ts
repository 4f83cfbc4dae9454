import fc from 'fast-check';
import type { Candidate, Effect, Rule, RuleLine } from '../../../src/selling/promotions/promotions.js';
import { UNLIMITED } from '../../../src/selling/promotions/promotions.js';
import { candidate, evidence, line, percent, result, rule } from './rules.js';

const CURRENCIES = ['EUR', 'JPY', 'KWD'];
const amounts = fc.record({ EUR: fc.integer({ min: 1, max: 20_000 }), JPY: fc.integer({ min: 1, max: 20_000 }), KWD: fc.integer({ min: 1, max: 20_000 }) });
const rateBps = fc.integer({ min: 1, max: 10_000 });
const capped = fc.record({ rateBps, cap: fc.option(amounts, { nil: undefined }) }).map(({ cap, ...rest }) => (cap ? { ...rest, cap } : rest));
const units = fc.integer({ min: 1, max: 4 });
const effect: fc.Arbitrary<Effect> = fc.oneof(
  capped.map((reward): Effect => ({ type: 'percentage', ...reward })),
  fc.record({ amounts, perUnit: fc.boolean() }).map((reward): Effect => ({ type: 'fixed', ...reward })),
  capped.map((reward): Effect => ({ type: 'shipping', ...reward })),
  fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), capped), { minLength: 1, maxLength: 4 })
    .map((tiers): Effect => ({ type: 'tiered', by: 'quantity', tiers: tiers.map(([minQuantity, reward]) => ({ minQuantity, ...reward })) })),
  fc.record({ buy: units, get: units, rateBps, maxTimes: fc.option(units, { nil: undefined }), getSkus: fc.option(fc.subarray(['S0', 'S1', 'S2', 'S3'], { minLength: 1 }), { nil: undefined }) })
    .map(({ buy, get, maxTimes, getSkus, ...rest }): Effect => ({
      type: 'buy_x_get_y', ...rest, buy: { quantity: buy }, get: { quantity: get, ...(getSkus && { items: { skus: getSkus } }) }, ...(maxTimes !== undefined && { maxTimes }),
    })),
);
const rules = fc.array(fc.record({
  effect, of: fc.constantFrom('product' as const, 'order' as const), priority: fc.integer({ min: 0, max: 3 }),
  combinesWith: fc.constantFrom([], ['product'], ['order', 'shipping'], ['product', 'order', 'shipping'], ['product', 'order', 'shipping']) as fc.Arbitrary<Rule['combinesWith']>,
  skus: fc.option(fc.subarray(['S0', 'S1', 'S2', 'S3', 'S4'], { minLength: 1 }), { nil: undefined }), excludeSaleItems: fc.boolean(), code: fc.boolean(), minimum: fc.option(amounts, { nil: undefined }),
}), { maxLength: 7 }).map((all) => all.map(({ effect: what, of, skus, excludeSaleItems, code, minimum, ...more }, at): Candidate => ({
  ...(code && { code: `CODE${at}` }), left: UNLIMITED,
  rule: rule(what, {
    ...more, trigger: code ? 'coupon' : 'automatic', ...(what.type !== 'shipping' && what.type !== 'buy_x_get_y' && { class: of }),
    appliesTo: { excludeSaleItems, ...(skus && { skus }) }, conditions: minimum ? { subtotal: { min: minimum } } : {},
  }),
})));
const lines: fc.Arbitrary<RuleLine[]> = fc.array(fc.record({ unitPrice: fc.nat(300_000), quantity: fc.integer({ min: 1, max: 50 }), onSale: fc.boolean() }), { minLength: 1, maxLength: 8 })
  .map((all) => all.map((one, at) => line(`S${at}`, one.unitPrice, one.quantity, { onSale: one.onSale })));
const carts = fc.record({ lines, candidates: rules, currency: fc.constantFrom(...CURRENCIES), shipping: fc.nat(5_000) });

const shuffled = <T>(list: readonly T[], random: () => number): T[] => {
  const copy = [...list];
  for (let at = copy.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [copy[at], copy[other]] = [copy[other]!, copy[at]!];
  }
  return copy;
};
/** A generator that repeats itself from its seed. */
const randomFrom = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return seed / 4_294_967_296;
};

test('3,000 random carts: no line and no shipping below zero, and the parts are what each promotion says it took', () => {
  fc.assert(fc.property(carts, ({ lines: all, candidates, currency, shipping }) => {
    const so = { ...evidence(all, [], { currency }), candidates };

    const { off, postage, applied, lines: allocated, total } = result(so, shipping);

    for (const { sku, unitPrice, quantity } of all) expect(off[sku]! >= 0 && off[sku]! <= unitPrice * quantity).toBe(true);
    expect(postage >= 0 && postage <= shipping).toBe(true);
    expect(applied.reduce((sum, { amount }) => sum + amount.amount, 0)).toBe(total);
    for (const { promotionId, amount } of applied.filter(({ promotionId: id }) => candidates.find(({ rule: { id: of } }) => of === id)!.rule.class !== 'shipping')) {
      const parts = [...allocated.values()].flat().filter((part) => part.promotionId === promotionId);
      expect(parts.reduce((sum, part) => sum + part.amount.amount, 0)).toBe(amount.amount);
      expect(parts.every((part) => part.amount.amount > 0 && Number.isSafeInteger(part.amount.amount))).toBe(true);
    }
    expect(applied.every(({ amount }) => amount.amount > 0)).toBe(true);
  }), { numRuns: 3_000, seed: 20_261_121 });
});

test('10 carts in 1,000 permutations of lines and codes each: the same cents on every line, the same refusals', () => {
  fc.assert(fc.property(carts, ({ lines: all, candidates, currency, shipping }) => {
    const random = randomFrom(candidates.length * 31 + all.length);
    const told = (so: ReturnType<typeof result>) => ({ off: so.off, postage: so.postage, applied: so.applied, refused: so.refused });
    const first = told(result({ ...evidence(all, [], { currency }), candidates }, shipping));

    for (let n = 0; n < 1_000; n++) {
      const other = result({ ...evidence(shuffled(all, random), [], { currency }), candidates: shuffled(candidates, random) }, shipping);
      expect(told(other)).toEqual(first);
    }
  }), { numRuns: 10, seed: 5 });
});

test('40 % and 70 % are 82 %, in either order, and never 110 %', () => {
  const [forty, seventy] = [percent(4000), percent(7000)];

  expect(result(evidence([line('A', 10_000)], [forty, seventy])).total).toBe(8200);
  expect(result(evidence([line('A', 10_000)], [seventy, forty])).total).toBe(8200);
});

test('an order discount is spread by largest remainder on what is left, not on the list price', () => {
  const half = percent(5000, { class: 'product', appliesTo: { skus: ['A'] } });
  const ten = rule({ type: 'fixed', amounts: { EUR: 1000 } });

  const { off } = result(evidence([line('A', 2000), line('B', 1000), line('C', 1000)], [ten, half]));

  // A has 1000 left after its half, so the 10.00 fall on three equal thirds: 3.34, 3.33, 3.33.
  expect(off).toEqual({ A: 1334, B: 333, C: 333 });
});

test('product, then order, then shipping, whatever their priorities', () => {
  const shipping = rule({ type: 'shipping', rateBps: 10_000 }, { priority: 1 });
  const order = rule({ type: 'percentage', rateBps: 1000 }, { priority: 2 });
  const product = rule({ type: 'percentage', rateBps: 5000 }, { class: 'product', priority: 3 });

  const { off, postage, applied } = result(evidence([line('A', 10_000)], [shipping, order, product]), 490);

  expect({ off, postage }).toEqual({ off: { A: 5500 }, postage: 490 });
  expect(applied.map(({ amount }) => amount.amount).sort((a, b) => a - b)).toEqual([490, 500, 5000]);
});

test('of two that do not combine the one with the better priority stays, and among equals the one that takes off more', () => {
  const alone = percent(1000, { combinesWith: [], priority: 1 });
  const more = percent(5000, { priority: 2 });
  const first = result(evidence([line('A', 1000)], [more, alone]));
  expect([first.total, first.tried.map(({ reason }) => reason)]).toEqual([100, ['applied', 'not_combinable']]);

  const equal = result(evidence([line('A', 1000)], [{ ...alone, priority: 2 }, more]));
  expect([equal.total, equal.tried.map(({ message }) => message)]).toEqual([500, ['€5.00 off.', `It does not combine with ${more.name}.`]]);
});

test('both must name the class of the other to stand beside it', () => {
  const product = percent(1000, { class: 'product', combinesWith: ['order'] });
  const order = percent(1000, { combinesWith: ['shipping'] });

  expect(result(evidence([line('A', 1000)], [product, order])).applied).toHaveLength(1);
  expect(result(evidence([line('A', 1000)], [product, { ...order, combinesWith: ['product'] }])).applied).toHaveLength(2);
});

test('two codes of one promotion act once, whichever was typed first', () => {
  const one = percent(1000, { trigger: 'coupon' });
  const codes = [candidate(one, { code: 'B' }), candidate(one, { code: 'A' })];
  const so = { ...evidence([line('A', 1000)], []), candidates: codes };

  expect(result(so).applied.map(({ code }) => code)).toEqual(['A']);
  expect(result({ ...so, candidates: [...codes].reverse() }).refused).toEqual([{ code: 'B', reason: 'same_promotion', message: 'Another code of the same promotion is used already.' }]);
});

test('what finds nothing left to reduce is not used up', () => {
  const everything = percent(10_000, { class: 'product' });
  const ten = percent(1000, { trigger: 'coupon' });
  const so = { ...evidence([line('A', 1000)], [everything]), candidates: [candidate(everything), candidate(ten, { code: 'TEN' })] };

  const { total, applied, refused } = result(so);

  expect([total, applied.map(({ promotionId }) => promotionId), refused.map(({ code, reason }) => [code, reason])]).toEqual([1000, [everything.id], [['TEN', 'nothing_to_reduce']]]);
});

test('free shipping waits for a method, and is refused where there is nothing to pay', () => {
  const free = candidate(rule({ type: 'shipping', rateBps: 10_000 }, { trigger: 'coupon' }), { code: 'FREE' });
  const so = { ...evidence([line('A', 1000)], []), candidates: [free] };

  expect(result(so).tried).toMatchObject([{ result: 'applied', reason: 'awaits_shipping', amount: { amount: 0 } }]);
  expect(result(so, 490)).toMatchObject({ postage: 490, refused: [] });
  expect(result(so, 0)).toMatchObject({ postage: 0, applied: [], refused: [{ code: 'FREE', reason: 'nothing_to_reduce' }] });
});
