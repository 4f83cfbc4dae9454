import { packBaskets } from '../../../src/insight/recommendations/basket-gram.js';
import { lastNight, rankNeighbours, rankTrending, reasonOf, withoutRepeats, type RecommendationModel } from '../../../src/insight/recommendations/recommendations.js';
import { invertSymmetric, paddedSize } from '../../../src/insight/recommendations/symmetric-inverse.js';
import { SETTINGS, trainRecommendations, type Corpus } from '../../../src/insight/recommendations/training.js';
import { seeded } from '../../support/random.js';

const PRODUCTS = ['tea', 'pot', 'cup', 'nail', 'hammer', 'saw', 'rare bolt'];
const at = (name: string) => PRODUCTS.indexOf(name);
const corpusOf = (orders: string[][], texts = PRODUCTS.map((_name, item) => String(item))): Corpus => (
  { productIds: PRODUCTS, texts, baskets: packBaskets(orders.map((names, day) => ({ items: names.map(at), ageDays: orders.length - day }))) });
const ORDERS = [
  ...Array.from({ length: 8 }, () => ['tea', 'pot', 'cup']), ...Array.from({ length: 6 }, () => ['nail', 'hammer']), ...Array.from({ length: 6 }, () => ['saw', 'hammer']), ['rare bolt', 'nail'],
];
const togetherWith = (model: RecommendationModel, ...names: string[]) => rankNeighbours(model, model.together, names.map(at), 3).map(({ productId }) => productId);

test.each([1, 2, 3, 4, 5, 13, 40])('the inverse of a positive definite matrix of %i rows times the matrix is one', (size) => {
  const random = seeded(size);
  const n = paddedSize(size);
  const roots = Array.from({ length: size }, () => Array.from({ length: size }, () => random.between(-500, 500) / 1000));
  const value = (i: number, j: number) => roots[i]!.reduce((so, x, k) => so + x * roots[j]![k]!, i === j ? 0.5 : 0);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix[i * n + j] = i < size ? value(i, j) : Number(i === j);

  invertSymmetric(matrix, n);

  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let product = 0;
      for (let k = 0; k < size; k++) product += value(i, k) * matrix[Math.max(k, j) * n + Math.min(k, j)]!;
      expect(product).toBeCloseTo(i === j ? 1 : 0, 9);
    }
  }
});

test('a matrix that is not positive definite is refused instead of giving nonsense', () => {
  expect(() => { invertSymmetric(Float64Array.from([1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]), 4); }).toThrow('not positive definite');
});

test('what is bought together is named together, by the whole basket, and says which product spoke for it', () => {
  const model = trainRecommendations(corpusOf(ORDERS))!;

  expect(togetherWith(model, 'tea').slice(0, 2).sort()).toEqual(['cup', 'pot']);
  expect(togetherWith(model, 'tea', 'pot')).toEqual(['cup']);
  expect(togetherWith(model, 'nail')[0]).toBe('hammer');
  expect(rankNeighbours(model, model.together, [at('tea'), at('nail')], 10).find(({ productId }) => productId === 'hammer')!.because).toBe('nail');
});

test('the weights are those of ridge regression of each product on the others', () => {
  // two products, in 3 baskets together and in 1 each alone, every basket weighing the same: B(a→b) = g_ab / (g_aa + λ)
  const orders = [['tea', 'pot'], ['tea', 'pot'], ['tea', 'pot'], ['tea'], ['pot']];
  const root = Math.SQRT1_2;
  const { together } = trainRecommendations(corpusOf(orders), { ...SETTINGS, ridge: 2, content: 0 })!;

  expect(together.weights[together.starts[at('tea')]!]).toBeCloseTo((3 * root) / (3 * root + 1 + 2), 6);
});

test('words of a product speak for it where few have bought it', () => {
  const texts = ['green tea', 'tea pot', 'green cup', 'iron nail', 'hammer', 'steel saw', 'iron bolt'];
  const orders = [...ORDERS.slice(0, -1), ['rare bolt', 'tea']];

  expect(togetherWith(trainRecommendations(corpusOf(orders, texts))!, 'nail')).toContain('rare bolt');
  expect(togetherWith(trainRecommendations(corpusOf(orders))!, 'nail')).not.toContain('rare bolt');
  const model = trainRecommendations(corpusOf(orders, texts))!;
  expect(rankNeighbours(model, model.similar, [at('nail')], 5).map(({ productId }) => productId)).toEqual(['rare bolt']);
});

test('what is too rare to be solved for falls back to whom it was bought with', () => {
  const model = trainRecommendations(corpusOf(ORDERS), { ...SETTINGS, head: 6 })!;

  expect(togetherWith(model, 'rare bolt')).toEqual(['nail']);
});

test('the same corpus gives the same model, and too little gives none', () => {
  expect(trainRecommendations(corpusOf(ORDERS))).toEqual(trainRecommendations(corpusOf(ORDERS)));
  expect(trainRecommendations(corpusOf([['tea', 'pot']]))).toBeNull();
  expect(trainRecommendations(corpusOf([['tea'], ['tea']]))).toBeNull();
});

test('best sellers forget: what sold much long ago comes after what sells now', () => {
  const model = trainRecommendations({ ...corpusOf([]), baskets: packBaskets([...Array.from({ length: 5 }, () => ({ items: [at('tea')], ageDays: 300 })), { items: [at('saw')], ageDays: 1 }]) })!;

  expect([...model.popular].map((row) => PRODUCTS[row])).toEqual(['saw', 'tea']);
});

test('trending halves in a week, and a look is a tenth of a purchase', () => {
  const now = new Date('2026-03-15T00:00:00Z');
  const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
  const sold = [...[14, 14, 14].map((days) => ({ productId: 'old', at: ago(days) })), { productId: 'new', at: ago(0) }];

  expect(rankTrending(sold, [], now, 5)).toEqual(['new', 'old']);
  expect(rankTrending(sold, [{ productId: 'seen', day: ago(0), views: 9 }], now, 5)).toEqual(['new', 'seen', 'old']);
  expect(rankTrending(sold, [{ productId: 'seen', day: ago(0), views: 11 }], now, 2)).toEqual(['seen', 'new']);
});

test('a product is named once, by its first reason, and what is left out never', () => {
  const candidates = [{ productId: 'a', code: 'similar' }, { productId: 'b', code: 'similar' }, { productId: 'a', code: 'new' }, { productId: 'c', code: 'new' }] as const;

  expect(withoutRepeats(candidates, new Set(['b']))).toEqual([candidates[0], candidates[3]]);
});

test('a reason names a product only where its name was given', () => {
  expect([reasonOf('bought_together', 'Tea').message, reasonOf('bought_together').message]).toEqual(['Often bought together with Tea.', 'Often bought with what you chose.']);
});

test.each([['2026-03-15T01:59:59Z', '2026-03-14T02:00:00.000Z'], ['2026-03-15T02:00:00Z', '2026-03-15T02:00:00.000Z'], ['2026-01-01T00:30:00Z', '2025-12-31T02:00:00.000Z']])('at %s the last night began at %s', (now, night) => {
  expect(lastNight(new Date(now)).toISOString()).toBe(night);
});
