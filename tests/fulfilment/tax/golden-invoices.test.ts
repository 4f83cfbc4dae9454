import { money } from '../../../src/shared/money.js';
import type { RoundingMode } from '../../../src/shared/money.js';
import { invoice, rate, taxDesk } from './tax-desk.js';

/** Minor units: price, quantity, tax category, discount of the line, and the rate in percent that has to come out. */
type Line = [price: number, quantity: number, category: string, off: number, percent: number];
type Golden = {
  country: string; _case: string; currency: string; goods: Line[]; shipping: [price: number, category: string] | null;
  to?: string; region?: string; post?: string; at?: string; net?: boolean; mode?: RoundingMode; level?: 'line' | 'order'; reason?: string;
  taxes: number[]; shippingTax: number; taxTotal: number; grandTotal: number;
};

/**
 * By hand. Gross: tax = paid - round(paid / (1 + rate)), for each line what is left of price x quantity after its discount.
 * Net: tax = round(paid x rate). `level: 'order'`: the same on the sum of lines of one rate, spread by largest remainder.
 * Sold by a shop of that country to somebody there, unless `to` says otherwise; gross in whole cents unless `net`.
 */
const GOLDEN: Golden[] = [
  { country: 'DE', _case: 'one thing and postage', currency: 'EUR', goods: [[1999, 1, 'standard', 0, 19]], shipping: [490, 'standard'], taxes: [319], shippingTax: 78, taxTotal: 397, grandTotal: 2489 },
  { country: 'DE', _case: 'three of a kind', currency: 'EUR', goods: [[999, 3, 'standard', 0, 19]], shipping: null, taxes: [479], shippingTax: 0, taxTotal: 479, grandTotal: 2997 },
  { country: 'DE', _case: 'a book', currency: 'EUR', goods: [[1290, 1, 'reduced', 0, 7]], shipping: null, taxes: [84], shippingTax: 0, taxTotal: 84, grandTotal: 1290 },
  { country: 'DE', _case: 'a book and a lamp', currency: 'EUR', goods: [[1290, 1, 'reduced', 0, 7], [4995, 1, 'standard', 0, 19]], shipping: [490, 'standard'], taxes: [84, 798], shippingTax: 78, taxTotal: 960, grandTotal: 6775 },
  { country: 'DE', _case: 'ten euros off, spread over both', currency: 'EUR', goods: [[1290, 1, 'reduced', 205, 7], [4995, 1, 'standard', 795, 19]], shipping: [490, 'standard'], taxes: [71, 671], shippingTax: 78, taxTotal: 820, grandTotal: 5775 },
  { country: 'DE', _case: 'three lines rounded one by one', currency: 'EUR', goods: [[99, 1, 'standard', 0, 19], [99, 1, 'standard', 0, 19], [99, 1, 'standard', 0, 19]], shipping: null, taxes: [16, 16, 16], shippingTax: 0, taxTotal: 48, grandTotal: 297 },
  { country: 'DE', _case: 'three lines rounded together', currency: 'EUR', goods: [[99, 1, 'standard', 0, 19], [99, 1, 'standard', 0, 19], [99, 1, 'standard', 0, 19]], shipping: null, level: 'order', taxes: [16, 16, 15], shippingTax: 0, taxTotal: 47, grandTotal: 297 },
  { country: 'DE', _case: 'postage like the goods', currency: 'EUR', goods: [[1070, 1, 'reduced', 0, 7], [2380, 1, 'standard', 0, 19]], shipping: [490, 'goods'], taxes: [70, 380], shippingTax: 64, taxTotal: 514, grandTotal: 3940 },
  { country: 'DE', _case: 'net prices of a wholesaler', currency: 'EUR', goods: [[1050, 7, 'standard', 0, 19]], shipping: [500, 'standard'], net: true, taxes: [1397], shippingTax: 95, taxTotal: 1492, grandTotal: 9342 },
  { country: 'DE', _case: 'the lowered rate of summer 2020', currency: 'EUR', goods: [[1999, 1, 'standard', 0, 16], [1290, 2, 'reduced', 0, 5]], shipping: null, at: '2020-08-15T12:00:00Z', taxes: [276, 123], shippingTax: 0, taxTotal: 399, grandTotal: 4579 },
  { country: 'FR', _case: 'one thing and postage', currency: 'EUR', goods: [[2490, 1, 'standard', 0, 20]], shipping: [590, 'standard'], taxes: [415], shippingTax: 98, taxTotal: 513, grandTotal: 3080 },
  { country: 'FR', _case: 'a book', currency: 'EUR', goods: [[1050, 1, 'reduced', 0, 5.5]], shipping: null, taxes: [55], shippingTax: 0, taxTotal: 55, grandTotal: 1050 },
  { country: 'FR', _case: 'a newspaper', currency: 'EUR', goods: [[320, 1, 'super_reduced', 0, 2.1]], shipping: null, taxes: [7], shippingTax: 0, taxTotal: 7, grandTotal: 320 },
  { country: 'FR', _case: 'a meal', currency: 'EUR', goods: [[1850, 2, 'reduced_2', 0, 10]], shipping: null, taxes: [336], shippingTax: 0, taxTotal: 336, grandTotal: 3700 },
  { country: 'FR', _case: 'all four rates in one order', currency: 'EUR', goods: [[2490, 1, 'standard', 0, 20], [1050, 1, 'reduced', 0, 5.5], [1850, 1, 'reduced_2', 0, 10], [320, 3, 'super_reduced', 0, 2.1]], shipping: [590, 'standard'], taxes: [415, 55, 168, 20], shippingTax: 98, taxTotal: 756, grandTotal: 6940 },
  { country: 'FR', _case: 'a book half price', currency: 'EUR', goods: [[1050, 1, 'reduced', 525, 5.5]], shipping: null, taxes: [27], shippingTax: 0, taxTotal: 27, grandTotal: 525 },
  { country: 'FR', _case: 'to Réunion', currency: 'EUR', goods: [[2490, 1, 'standard', 0, 8.5]], shipping: [990, 'standard'], post: '97400', taxes: [195], shippingTax: 78, taxTotal: 273, grandTotal: 3480 },
  { country: 'FR', _case: 'to Guyane, where none is levied', currency: 'EUR', goods: [[2490, 1, 'standard', 0, 0]], shipping: [990, 'standard'], post: '97300', taxes: [0], shippingTax: 0, taxTotal: 0, grandTotal: 3480 },
  { country: 'FR', _case: 'net prices, rounded together', currency: 'EUR', goods: [[333, 1, 'reduced', 0, 5.5], [333, 1, 'reduced', 0, 5.5], [333, 1, 'reduced', 0, 5.5]], shipping: null, net: true, level: 'order', taxes: [19, 18, 18], shippingTax: 0, taxTotal: 55, grandTotal: 1054 },
  { country: 'CH', _case: 'one thing and postage', currency: 'CHF', goods: [[4990, 1, 'standard', 0, 8.1]], shipping: [900, 'standard'], taxes: [374], shippingTax: 67, taxTotal: 441, grandTotal: 5890 },
  { country: 'CH', _case: 'groceries', currency: 'CHF', goods: [[395, 4, 'reduced', 0, 2.6], [1280, 1, 'reduced', 0, 2.6]], shipping: null, taxes: [40, 32], shippingTax: 0, taxTotal: 72, grandTotal: 2860 },
  { country: 'CH', _case: 'groceries and a pan, postage in proportion', currency: 'CHF', goods: [[3950, 1, 'reduced', 0, 2.6], [7900, 1, 'standard', 0, 8.1]], shipping: [950, 'goods'], taxes: [100, 592], shippingTax: 55, taxTotal: 747, grandTotal: 12800 },
  { country: 'CH', _case: 'before 2024', currency: 'CHF', goods: [[4990, 1, 'standard', 0, 7.7], [395, 4, 'reduced', 0, 2.5]], shipping: null, at: '2023-12-31T23:00:00Z', taxes: [357, 39], shippingTax: 0, taxTotal: 396, grandTotal: 6570 },
  { country: 'CH', _case: 'net prices', currency: 'CHF', goods: [[10000, 1, 'standard', 0, 8.1]], shipping: [1000, 'standard'], net: true, taxes: [810], shippingTax: 81, taxTotal: 891, grandTotal: 11891 },
  { country: 'CH', _case: 'net prices, halves to the even', currency: 'CHF', goods: [[500, 1, 'standard', 0, 8.1], [1500, 1, 'standard', 0, 8.1]], shipping: null, net: true, mode: 'half_even', taxes: [40, 122], shippingTax: 0, taxTotal: 162, grandTotal: 2162 },
  { country: 'CH', _case: 'net prices, halves up', currency: 'CHF', goods: [[500, 1, 'standard', 0, 8.1], [1500, 1, 'standard', 0, 8.1]], shipping: null, net: true, taxes: [41, 122], shippingTax: 0, taxTotal: 163, grandTotal: 2163 },
  { country: 'GB', _case: 'one thing and postage', currency: 'GBP', goods: [[1999, 1, 'standard', 0, 20]], shipping: [450, 'standard'], taxes: [333], shippingTax: 75, taxTotal: 408, grandTotal: 2449 },
  { country: 'GB', _case: 'a book, zero-rated', currency: 'GBP', goods: [[899, 1, 'zero', 0, 0]], shipping: null, taxes: [0], shippingTax: 0, taxTotal: 0, grandTotal: 899 },
  { country: 'GB', _case: 'a book and a lamp, postage in proportion', currency: 'GBP', goods: [[900, 1, 'zero', 0, 0], [2700, 1, 'standard', 0, 20]], shipping: [400, 'goods'], taxes: [0, 450], shippingTax: 50, taxTotal: 500, grandTotal: 4000 },
  { country: 'GB', _case: 'a car seat', currency: 'GBP', goods: [[8995, 1, 'reduced', 0, 5]], shipping: [450, 'standard'], taxes: [428], shippingTax: 75, taxTotal: 503, grandTotal: 9445 },
  { country: 'GB', _case: 'a tenth off', currency: 'GBP', goods: [[1999, 2, 'standard', 400, 20]], shipping: [450, 'standard'], taxes: [600], shippingTax: 75, taxTotal: 675, grandTotal: 4048 },
  { country: 'GB', _case: 'to the Isle of Man', currency: 'GBP', goods: [[1999, 1, 'standard', 0, 20]], shipping: null, to: 'IM', taxes: [333], shippingTax: 0, taxTotal: 333, grandTotal: 1999 },
  { country: 'GB', _case: 'an export to Germany', currency: 'GBP', goods: [[1999, 1, 'standard', 0, 0]], shipping: [1200, 'standard'], to: 'DE', reason: 'export', taxes: [0], shippingTax: 0, taxTotal: 0, grandTotal: 3199 },
  { country: 'GB', _case: 'net prices', currency: 'GBP', goods: [[1666, 1, 'standard', 0, 20], [833, 1, 'standard', 0, 20]], shipping: null, net: true, taxes: [333, 167], shippingTax: 0, taxTotal: 500, grandTotal: 2999 },
  { country: 'GB', _case: 'net prices, rounded together', currency: 'GBP', goods: [[1666, 1, 'standard', 0, 20], [833, 1, 'standard', 0, 20]], shipping: null, net: true, level: 'order', taxes: [333, 167], shippingTax: 0, taxTotal: 500, grandTotal: 2999 },
  { country: 'JP', _case: 'one thing and postage', currency: 'JPY', goods: [[3300, 1, 'standard', 0, 10]], shipping: [800, 'standard'], taxes: [300], shippingTax: 73, taxTotal: 373, grandTotal: 4100 },
  { country: 'JP', _case: 'food', currency: 'JPY', goods: [[1080, 1, 'reduced', 0, 8]], shipping: null, taxes: [80], shippingTax: 0, taxTotal: 80, grandTotal: 1080 },
  { country: 'JP', _case: 'food and a pot', currency: 'JPY', goods: [[1080, 2, 'reduced', 0, 8], [5500, 1, 'standard', 0, 10]], shipping: [800, 'standard'], taxes: [160, 500], shippingTax: 73, taxTotal: 733, grandTotal: 8460 },
  { country: 'JP', _case: 'net prices', currency: 'JPY', goods: [[2980, 1, 'standard', 0, 10]], shipping: [727, 'standard'], net: true, taxes: [298], shippingTax: 73, taxTotal: 371, grandTotal: 4078 },
  { country: 'JP', _case: 'net prices, line by line', currency: 'JPY', goods: [[105, 1, 'standard', 0, 10], [105, 1, 'standard', 0, 10], [105, 1, 'standard', 0, 10]], shipping: null, net: true, taxes: [11, 11, 11], shippingTax: 0, taxTotal: 33, grandTotal: 348 },
  { country: 'JP', _case: 'net prices, once for the invoice as the law has it', currency: 'JPY', goods: [[105, 1, 'standard', 0, 10], [105, 1, 'standard', 0, 10], [105, 1, 'standard', 0, 10]], shipping: null, net: true, level: 'order', taxes: [11, 11, 10], shippingTax: 0, taxTotal: 32, grandTotal: 347 },
  { country: 'JP', _case: 'net prices, halves to the even', currency: 'JPY', goods: [[105, 1, 'standard', 0, 10], [115, 1, 'standard', 0, 10]], shipping: null, net: true, mode: 'half_even', taxes: [10, 12], shippingTax: 0, taxTotal: 22, grandTotal: 242 },
  { country: 'JP', _case: '500 yen off', currency: 'JPY', goods: [[3300, 1, 'standard', 500, 10]], shipping: null, taxes: [255], shippingTax: 0, taxTotal: 255, grandTotal: 2800 },
  { country: 'JP', _case: 'before October 2019', currency: 'JPY', goods: [[1080, 1, 'standard', 0, 8]], shipping: null, at: '2019-09-30T00:00:00Z', taxes: [80], shippingTax: 0, taxTotal: 80, grandTotal: 1080 },
  { country: 'US', _case: 'Bakersfield, the base rate', currency: 'USD', goods: [[1999, 1, 'standard', 0, 7.25]], shipping: [595, 'exempt'], post: '93301', net: true, taxes: [145], shippingTax: 0, taxTotal: 145, grandTotal: 2739 },
  { country: 'US', _case: 'San Francisco', currency: 'USD', goods: [[1999, 1, 'standard', 0, 8.625]], shipping: [595, 'exempt'], post: '94103', net: true, taxes: [172], shippingTax: 0, taxTotal: 172, grandTotal: 2766 },
  { country: 'US', _case: 'Los Angeles', currency: 'USD', goods: [[1999, 1, 'standard', 0, 9.5]], shipping: [595, 'exempt'], post: '90012', net: true, taxes: [190], shippingTax: 0, taxTotal: 190, grandTotal: 2784 },
  { country: 'US', _case: 'groceries, exempt by law', currency: 'USD', goods: [[1250, 2, 'food', 0, 0], [1999, 1, 'standard', 0, 8.625]], shipping: null, post: '94103', net: true, taxes: [0, 172], shippingTax: 0, taxTotal: 172, grandTotal: 4671 },
  { country: 'US', _case: 'ten dollars off', currency: 'USD', goods: [[4999, 1, 'standard', 1000, 9.5]], shipping: [595, 'exempt'], post: '90012', net: true, taxes: [380], shippingTax: 0, taxTotal: 380, grandTotal: 4974 },
  { country: 'US', _case: 'many small lines, one by one', currency: 'USD', goods: [[149, 1, 'standard', 0, 8.625], [149, 1, 'standard', 0, 8.625], [149, 1, 'standard', 0, 8.625], [149, 1, 'standard', 0, 8.625]], shipping: null, post: '94103', net: true, taxes: [13, 13, 13, 13], shippingTax: 0, taxTotal: 52, grandTotal: 648 },
  { country: 'US', _case: 'many small lines, together', currency: 'USD', goods: [[149, 1, 'standard', 0, 8.625], [149, 1, 'standard', 0, 8.625], [149, 1, 'standard', 0, 8.625], [149, 1, 'standard', 0, 8.625]], shipping: null, post: '94103', net: true, level: 'order', taxes: [13, 13, 13, 12], shippingTax: 0, taxTotal: 51, grandTotal: 647 },
  { country: 'US', _case: 'a code of nine digits', currency: 'USD', goods: [[10000, 1, 'standard', 0, 9.5]], shipping: null, post: '90012-3308', net: true, taxes: [950], shippingTax: 0, taxTotal: 950, grandTotal: 10950 },
  { country: 'US', _case: 'no nexus in Oregon', currency: 'USD', goods: [[10000, 1, 'standard', 0, 0]], shipping: null, region: 'OR', post: '97201', reason: 'not_registered', net: true, taxes: [0], shippingTax: 0, taxTotal: 0, grandTotal: 10000 },
  { country: 'KW', _case: 'one thing and postage', currency: 'KWD', goods: [[12500, 1, 'standard', 0, 0]], shipping: [1800, 'standard'], taxes: [0], shippingTax: 0, taxTotal: 0, grandTotal: 14300 },
  { country: 'KW', _case: 'a thousand and one of something cheap', currency: 'KWD', goods: [[5, 999, 'standard', 0, 0], [5, 2, 'standard', 0, 0]], shipping: null, taxes: [0, 0], shippingTax: 0, taxTotal: 0, grandTotal: 5005 },
  { country: 'KW', _case: 'a third off', currency: 'KWD', goods: [[10000, 1, 'standard', 3333, 0]], shipping: null, taxes: [0], shippingTax: 0, taxTotal: 0, grandTotal: 6667 },
  { country: 'KW', _case: 'net or gross is the same', currency: 'KWD', goods: [[12500, 3, 'standard', 0, 0]], shipping: [1800, 'standard'], net: true, taxes: [0], shippingTax: 0, taxTotal: 0, grandTotal: 39300 },
  { country: 'KW', _case: 'an export to Britain', currency: 'KWD', goods: [[12500, 1, 'standard', 0, 0]], shipping: null, to: 'GB', reason: 'export', taxes: [0], shippingTax: 0, taxTotal: 0, grandTotal: 12500 },
  { country: 'KW', _case: 'half a fils does not exist', currency: 'KWD', goods: [[1, 1, 'standard', 0, 0]], shipping: null, mode: 'half_even', level: 'order', taxes: [0], shippingTax: 0, taxTotal: 0, grandTotal: 1 },
  { country: 'KW', _case: 'three decimals stay', currency: 'KWD', goods: [[1999, 7, 'standard', 1, 0]], shipping: [250, 'standard'], taxes: [0], shippingTax: 0, taxTotal: 0, grandTotal: 14242 },
];

const california = (layer: string, rateBps: number, more: object = {}) => rate({ country: 'US', region: 'CA', layer, name: layer, rateBps, jurisdiction: 'US-CA', ...more });
/** Rates of the United States are configuration: the state with its county share, what districts add, and food that is exempt in all layers. */
const CALIFORNIA = [
  california('state', 600), california('county', 125), california('district', 137.5, { postal: { prefix: '941' } }), california('district', 225, { postal: { from: '90001', to: '90099' } }),
  ...['state', 'county', 'district'].map((layer) => california(layer, 0, { category: 'food', reason: 'food' })),
  // The narrower area counts before the category, so food has to be said for each district.
  california('district', 0, { postal: { prefix: '941' }, category: 'food', reason: 'food' }),
];

test('there are sixty of them', () => { expect(GOLDEN).toHaveLength(60); });

test.each(GOLDEN)('$country: $_case', async ({ country, currency, goods, shipping, to = country, region, post, at, net = false, mode = 'half_up', level = 'line', reason, taxes, shippingTax, taxTotal, grandTotal }) => {
  const desk = taxDesk({
    rates: CALIFORNIA, ...(at && { at }),
    policy: { home: country, registrations: [], pricesIncludeTax: !net, rounding: { mode, level, per: 'jurisdiction' }, shippingCategory: shipping?.[1] ?? 'standard' },
  });
  const listed = goods.map(([price, quantity, category, off]) => ({ price, quantity, category, off }));

  const { lines, shipping: sent, totals } = await invoice(desk, { to: { country: to, region: country === 'US' ? region ?? 'CA' : region, postalCode: post } }, currency, listed, shipping ? { price: shipping[0] } : undefined);

  expect(lines.map((line) => line.taxes.reduce((so, { rateBps }) => so + rateBps, 0) / 100)).toEqual(goods.map(([, , , , percent]) => percent));
  expect(lines.map(({ tax }) => tax.amount)).toEqual(taxes);
  expect([sent.tax.amount, totals.taxTotal.amount, totals.grandTotal.amount]).toEqual([shippingTax, taxTotal, grandTotal]);
  expect(totals.grandTotal).toEqual(money(grandTotal, currency));
  // The entered side stays: gross prices are what is paid, net prices what the tax is added to.
  const left = goods.reduce((so, [price, quantity, , off]) => so + price * quantity - off, shipping?.[0] ?? 0);
  expect(net ? totals.grandTotal.amount - totals.taxTotal.amount : totals.grandTotal.amount).toBe(left);
  for (const line of lines.filter(({ tax }) => tax.amount === 0)) expect(line.taxes.every((share) => typeof share.reason === 'string')).toBe(true);
  if (reason) expect(lines[0]!.taxes[0]!.reason).toBe(reason);
});
