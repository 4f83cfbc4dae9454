import { markedUp, measure, priceOf, type Method } from '../../../src/fulfilment/shipping/rates.js';
import type { ShippingLine } from '../../../src/fulfilment/shipping/shipping.js';

type Terms = Partial<Method> & Pick<Method, 'rate'>;
const line = (more: Partial<ShippingLine> = {}): ShippingLine => ({ sku: 'A', quantity: 1, ...more });
const parcel = (lines: ShippingLine[], { currency = 'EUR', goods = 5000, order = goods }: { currency?: string; goods?: number; order?: number } = {}) =>
  ({ currency, lines, subtotal: { amount: goods, currency }, orderSubtotal: { amount: order, currency } });
const ask = (method: Terms, ...of: Parameters<typeof parcel>): number | string => {
  const rated = priceOf(method, parcel(...of));
  return 'refused' in rated ? rated.refused : rated.price.amount;
};
let counted = 0;
const golden = <Row extends readonly unknown[]>(rows: Row[]): Row[] => { counted += rows.length; return rows; };

const BANDS = [
  { from: 0, to: 1000, prices: { EUR: 490, GBP: 450, JPY: 800, KWD: 1800 } },
  { from: 1000, to: 5000, prices: { EUR: 690, GBP: 620, JPY: 1200, KWD: 2500 } },
  { from: 5000, to: 31_500, prices: { EUR: 1490, GBP: 1390 }, each: { every: 1000, prices: { EUR: 50, GBP: 45 } } },
] as const;
const BY_WEIGHT: Terms = { rate: { kind: 'weight', bands: BANDS } };

test.each(golden([
  [0, 490], [1, 490], [2, 490], [500, 490], [998, 490], [999, 490], [1000, 490], [1001, 690], [1002, 690], [1500, 690], [2000, 690], [2500, 690], [4998, 690], [4999, 690], [5000, 690],
  [5001, 1540], [5002, 1540], [5999, 1540], [6000, 1540], [6001, 1590], [6999, 1590], [7000, 1590], [7001, 1640], [8000, 1640], [8001, 1690], [10_000, 1740], [10_001, 1790], [20_000, 2240], [20_001, 2290],
  [31_000, 2790], [31_001, 2840], [31_499, 2840], [31_500, 2840], [31_501, 'no_price'], [40_000, 'no_price'], [1_000_000, 'no_price'],
]))('by weight: %i g costs %s', (weightGrams, price) => {
  expect(ask(BY_WEIGHT, [line({ weightGrams })])).toBe(price);
});

test.each(golden([
  [999, 'GBP', 450], [1000, 'GBP', 450], [1001, 'GBP', 620], [5000, 'GBP', 620], [5001, 'GBP', 1435], [6001, 'GBP', 1480], [1000, 'JPY', 800], [1001, 'JPY', 1200], [5000, 'JPY', 1200],
  [5001, 'JPY', 'no_price'], [1000, 'KWD', 1800], [1001, 'KWD', 2500], [5001, 'KWD', 'no_price'], [1000, 'USD', 'no_price'], [1000, 'CHF', 'no_price'], [0, 'USD', 'no_price'],
]))('by weight: %i g in %s costs %s, nothing is converted', (weightGrams, currency, price) => {
  expect(ask(BY_WEIGHT, [line({ weightGrams })], { currency })).toBe(price);
});

test.each(golden([
  [[[250, 1]], 490], [[[250, 4]], 490], [[[250, 5]], 690], [[[333, 3]], 490], [[[334, 3]], 690], [[[500, 1], [500, 1]], 490], [[[500, 1], [501, 1]], 690], [[[1, 1000]], 490], [[[1, 1001]], 690],
  [[[999, 1], [1, 1]], 490], [[[999, 1], [1, 2]], 690], [[[2500, 2]], 690], [[[2500, 2], [1, 1]], 1540], [[[0, 999]], 490],
] as Array<[Array<[number, number]>, number]>))('pieces weigh together: %j costs %i', (pieces, price) => {
  expect(ask(BY_WEIGHT, pieces.map(([weightGrams, quantity], at) => line({ sku: `S-${at}`, weightGrams, quantity })))).toBe(price);
});

test.each(golden([[0, 1, 490], [1000, 1, 490], [1001, 1, 690], [500, 2, 490], [501, 2, 690], [250, 4, 490], [251, 4, 690]]))('goods that nobody weighed count %i g: %i of them cost %i', (assumedWeightGrams, quantity, price) => {
  expect(ask({ ...BY_WEIGHT, assumedWeightGrams }, [line({ quantity })])).toBe(price);
});

const BY_PRICE: Terms = { rate: { kind: 'price', currency: 'EUR', bands: [
  { from: 0, to: 2500, prices: { EUR: 690 } }, { from: 2500, to: 5000, prices: { EUR: 390 } }, { from: 5000, to: null, prices: { EUR: 0 } },
] } };
test.each(golden([
  [0, 690], [1, 690], [2498, 690], [2499, 690], [2500, 390], [2501, 390], [3000, 390], [4998, 390], [4999, 390], [5000, 0], [5001, 0], [10_000, 0], [99_999_999, 0],
]))('by price: goods of %i cost %i to send', (goods, price) => {
  expect(ask(BY_PRICE, [line()], { goods })).toBe(price);
});
test.each(golden([['GBP', 'no_price'], ['USD', 'no_price'], ['JPY', 'no_price']]))('by price: bands in euros say nothing of %s', (currency, price) => {
  expect(ask(BY_PRICE, [line()], { currency })).toBe(price);
});

const BY_VOLUME: Terms = { rate: { kind: 'dimensions', divisor: 5000, bands: [{ from: 0, to: 2000, prices: { EUR: 500 } }, { from: 2000, to: 10_000, prices: { EUR: 900 } }, { from: 10_000, to: null, prices: { EUR: 2000 } }] } };
// 100 x 100 x 1000 mm are 10,000 cubic centimetres, which count 2 kg.
test.each(golden([
  [100, 100, 1000, 1, 1, 500], [100, 100, 1001, 1, 1, 900], [100, 100, 999, 1, 1, 500], [100, 100, 1000, 2000, 1, 500], [100, 100, 1000, 2001, 1, 900], [100, 100, 1000, 1, 2, 900], [100, 100, 1000, 1, 5, 900],
  [100, 100, 1000, 1, 6, 2000], [500, 500, 200, 1, 1, 900], [500, 500, 201, 1, 1, 2000], [1, 1, 1, 1, 1, 500], [1, 1, 1, 2001, 1, 900], [0, 0, 0, 0, 1, 500], [300, 200, 100, 5000, 2, 900], [300, 200, 100, 5000, 3, 2000],
  [1000, 1000, 1000, 100, 1, 2000], [464, 464, 464, 1, 1, 2000], [200, 250, 200, 1, 1, 500], [200, 250, 201, 1, 1, 900],
]))('by volume: %i x %i x %i mm of %i g, %i of them, cost %i', (length, width, height, weightGrams, quantity, price) => {
  expect(ask(BY_VOLUME, [line({ dimensionsMm: { length, width, height }, weightGrams, quantity })])).toBe(price);
});
test.each(golden([[1, 500], [2000, 500], [2001, 900], [10_000, 900], [10_001, 2000]]))('by volume: without a size the weight of %i g decides: %i', (weightGrams, price) => {
  expect(ask(BY_VOLUME, [line({ weightGrams })])).toBe(price);
});

test.each(golden([
  [4000, 0, 0, 0, 0], [4000, 100, 100, 400, 1000], [4000, 100, 100, 401, 1003], [5000, 1, 1, 1, 1], [5000, 10, 10, 50, 1], [5000, 10, 10, 51, 2], [5000, 300, 200, 100, 1200], [6000, 300, 200, 100, 1000], [6000, 300, 200, 101, 1010],
  [139, 10, 10, 10, 8], [5000, 2000, 2000, 2000, 1_600_000], [3000, 333, 333, 333, 12_309],
]))('volume to weight: at %i, %i x %i x %i mm count %i g', (divisor, length, width, height, grams) => {
  expect(measure([line({ dimensionsMm: { length, width, height } })], { divisor }).weightGrams).toBe(grams);
});

const any = { from: 0, to: null };
const TABLE: Terms = { rate: { kind: 'table', currency: 'EUR', rows: [
  { weight: { from: 0, to: 1000 }, price: { from: 0, to: 5000 }, quantity: { from: 0, to: 3 }, prices: { EUR: 400, GBP: 1 } },
  { weight: { from: 0, to: 1000 }, price: { from: 0, to: 5000 }, quantity: { from: 3, to: null }, prices: { EUR: 600 } },
  { weight: { from: 0, to: 1000 }, price: { from: 5000, to: null }, quantity: any, prices: { EUR: 100 } },
  { weight: { from: 1000, to: null }, price: { from: 0, to: 5000 }, quantity: any, prices: { EUR: 1200 } },
  { weight: { from: 1000, to: null }, price: { from: 5000, to: null }, quantity: any, prices: { EUR: 700 } },
] } };
test.each(golden([
  [0, 0, 1, 400], [1000, 4999, 1, 400], [1000, 4999, 3, 400], [1000, 4999, 4, 600], [999, 1, 3, 400], [999, 1, 4, 600], [1000, 5000, 1, 100], [1000, 5000, 50, 100], [1000, 5001, 4, 100], [1001, 0, 1, 1200],
  [1001, 4999, 1, 1200], [1001, 4999, 99, 1200], [1001, 5000, 1, 700], [1001, 5000, 99, 700], [50_000, 99_999, 9, 700], [50_000, 100, 9, 1200], [0, 5000, 1, 100], [0, 4999, 4, 600], [500, 2500, 2, 400], [500, 2500, 5, 600],
]))('table: %i g for %i in %i pieces costs %i', (weight, goods, quantity, price) => {
  expect(ask(TABLE, [line({ weightGrams: weight, quantity: 1 }), ...(quantity > 1 ? [line({ sku: 'B', weightGrams: 0, quantity: quantity - 1 })] : [])], { goods })).toBe(price);
});

const FREE: Terms = { ...BY_WEIGHT, freeFrom: { EUR: 5000, JPY: 8000 }, surcharges: [{ class: 'bulky', per: 'unit', prices: { EUR: 300, JPY: 400 } }, { class: 'cold', per: 'parcel', prices: { EUR: 250 } }] };
test.each(golden([
  ['EUR', 4999, undefined, 1, 490], ['EUR', 5000, undefined, 1, 0], ['EUR', 5001, undefined, 1, 0], ['EUR', 0, undefined, 1, 490], ['EUR', 4999, 'bulky', 1, 790], ['EUR', 4999, 'bulky', 3, 1390], ['EUR', 5000, 'bulky', 1, 300],
  ['EUR', 5000, 'bulky', 3, 900], ['EUR', 4999, 'cold', 1, 740], ['EUR', 4999, 'cold', 3, 740], ['EUR', 5000, 'cold', 3, 250], ['EUR', 4999, 'fragile', 3, 490], ['JPY', 7999, undefined, 1, 800], ['JPY', 8000, undefined, 1, 0],
  ['JPY', 7999, 'bulky', 2, 1600], ['JPY', 8000, 'bulky', 2, 800], ['JPY', 7999, 'cold', 1, 'no_price'], ['JPY', 8000, 'cold', 1, 'no_price'], ['GBP', 99_999, undefined, 1, 450], ['GBP', 1, 'bulky', 1, 'no_price'],
] as Array<[string, number, string | undefined, number, number | string]>))('free from a threshold, dearer by class: %s %i, %s x %i costs %s', (currency, goods, shippingClass, quantity, price) => {
  expect(ask(FREE, [line({ weightGrams: 100, quantity, shippingClass })], { currency, goods })).toBe(price);
});

test.each(golden([[4999, 490], [5000, 0], [5001, 0]]))('the threshold looks at the whole order: %i, of which the parcel holds 1.00, costs %i', (order, price) => {
  expect(ask(FREE, [line({ weightGrams: 100 })], { goods: 100, order })).toBe(price);
});

const LIMITED: Terms = { rate: { kind: 'flat', prices: { EUR: 490, JPY: 800 } }, limits: { minWeightGrams: 100, maxWeightGrams: 2000, maxQuantity: 5, maxSideMm: 600, minSubtotal: { EUR: 1000 }, maxSubtotal: { EUR: 50_000 } } };
test.each(golden([
  [99, 1, 600, 1000, 'too_light'], [100, 1, 600, 1000, 490], [101, 1, 600, 1000, 490], [2000, 1, 600, 1000, 490], [2001, 1, 600, 1000, 'too_heavy'], [400, 5, 600, 1000, 490], [401, 5, 600, 1000, 'too_heavy'], [100, 6, 600, 1000, 'too_many'],
  [100, 5, 599, 1000, 490], [100, 5, 601, 1000, 'too_long'], [100, 1, 600, 999, 'subtotal_too_low'], [100, 1, 600, 1001, 490], [100, 1, 600, 49_999, 490], [100, 1, 600, 50_000, 490], [100, 1, 600, 50_001, 'subtotal_too_high'], [0, 1, 1, 0, 'too_light'],
]))('limits: %i g x %i, %i mm long, for %i: %s', (weightGrams, quantity, length, goods, price) => {
  expect(ask(LIMITED, [line({ weightGrams, quantity, dimensionsMm: { length, width: 1, height: 1 } })], { goods })).toBe(price);
});
test.each(golden([['EUR', 490], ['JPY', 800], ['USD', 'no_price']]))('flat: %s costs %s', (currency, price) => {
  expect(ask({ rate: LIMITED.rate }, [line({ weightGrams: 9_999_999 })], { currency })).toBe(price);
});

const CARRIER: Terms = { rate: { kind: 'carrier', carrier: 'easypost', service: 'Priority', fallback: { kind: 'flat', prices: { EUR: 990 } } }, freeFrom: { EUR: 10_000 }, surcharges: [{ class: 'bulky', per: 'unit', prices: { EUR: 300 } }] };
test.each(golden([[undefined, 0, undefined, 990], [723, 0, undefined, 723], [723, 10_000, undefined, 0], [723, 10_000, 'bulky', 300], [723, 9999, 'bulky', 1023], [undefined, 10_000, undefined, 0], [0, 0, undefined, 0]] as Array<[number | undefined, number, string | undefined, number]>))('carrier: asks %s for goods of %i, %s: %i', (asked, goods, shippingClass, price) => {
  const rated = priceOf(CARRIER, parcel([line({ shippingClass })], { goods }), asked === undefined ? undefined : { amount: asked, currency: 'EUR' });
  expect(rated).toEqual({ price: { amount: price, currency: 'EUR' } });
});
test.each(golden([[1000, 0, 1000], [1000, 1000, 1100], [999, 1000, 1099], [5, 1000, 6], [4, 1000, 4], [723, 250, 741], [1, 10_000, 2]]))('a markup on %i of %i basis points makes %i', (amount, markupBps, marked) => {
  expect(markedUp({ amount, currency: 'EUR' }, markupBps)).toEqual({ amount: marked, currency: 'EUR' });
});

test('what is not sent weighs nothing, is not counted and has no surcharge', () => {
  const digital = line({ sku: 'D', quantity: 40, weightGrams: 9000, requiresShipping: false, shippingClass: 'bulky', dimensionsMm: { length: 9, width: 9, height: 9 } });

  expect(measure([digital, line({ weightGrams: 700, dimensionsMm: { length: 1, width: 5, height: 2 } })])).toEqual({ weightGrams: 700, quantity: 1, longestSideMm: 5 });
  expect(ask(FREE, [digital, line({ weightGrams: 1000 })], { goods: 100 })).toBe(490);
});

test('there are 200 golden cases and more', () => { expect(counted).toBeGreaterThanOrEqual(200); });
