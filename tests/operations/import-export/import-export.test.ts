import { sustainabilityAfter } from '../../../src/selling/catalog/product-import.js';
import type { ImportRow, Mapping, RawRow, RowError } from '../../../src/operations/import-export/import-export.js';
import { MAPPINGS } from '../../../src/operations/import-export/import-mappings.js';
import { normaliseRow } from '../../../src/operations/import-export/import-rows.js';

const chair = { sku: 'CHAIR-1', name: 'Chair', price: '129.50', currency: 'EUR' };

function accepted(raw: RawRow, mapping: Mapping = MAPPINGS.kontor): ImportRow {
  const outcome = normaliseRow(raw, mapping, 7);
  if ('errors' in outcome) throw new Error(JSON.stringify(outcome.errors));
  return outcome.row;
}

function refused(raw: RawRow, mapping: Mapping = MAPPINGS.kontor): readonly RowError[] {
  const outcome = normaliseRow(raw, mapping, 7);
  if ('row' in outcome) throw new Error(`Accepted: ${JSON.stringify(outcome.row)}`);
  return outcome.errors;
}

const codes = (errors: readonly RowError[]) => errors.map(({ field, code }) => [field, code]);

test('reads a row of our own columns', () => {
  const row = accepted({
    ...chair, name: '  Oslo Chair ', description: 'Solid oak.', brand: 'Nordhem', category: 'Living > Seating > Chairs', stock: '40', slug: 'oslo-chair',
    status: 'active', barcode: '4006381333931', weight_grams: '5200', sale_price: '99', wholesale_price: '80.05', 'attributes.material': ' oak ',
    'attributes.colour': '', 'options.size': 'M',
  });

  expect(row).toEqual({
    line: 7, key: 'CHAIR-1', externalRef: null, sku: 'CHAIR-1', slug: 'oslo-chair', name: 'Oslo Chair', description: 'Solid oak.', brand: 'Nordhem',
    categoryPath: ['Living', 'Seating', 'Chairs'], alsoIn: [], status: 'active', draftReason: null,
    prices: [{ currency: 'EUR', base: 12950, sale: 9900, wholesale: 8005 }],
    stock: 40, barcode: '4006381333931', weightGrams: 5200, minQuantity: null, maxQuantity: null, quantityStep: null, rating: null, ratingCount: null,
    attributes: { material: 'oak', colour: null }, options: { size: 'M' }, absent: ['alsoIn', 'minQuantity', 'maxQuantity', 'quantityStep', 'rating', 'ratingCount'],
  });
});

test('reads a row of the ESCI catalogue', () => {
  const row = accepted({
    asin: 'B07CXG6C9W', title: 'Kindle', description: 'A reader.', bullet_points: 'Thin.\nLight.', brand: null, color: 'Black', price: 29.97,
    category: ['Electronics', 'E-readers'], rating: 4.6, rating_count: 124969, is_book: false,
  }, MAPPINGS.esci);

  expect(row).toMatchObject({
    key: 'B07CXG6C9W', externalRef: 'B07CXG6C9W', sku: 'B07CXG6C9W', description: 'A reader.\n\nThin.\nLight.', brand: null, categoryPath: ['Electronics', 'E-readers'],
    prices: [{ currency: 'USD', base: 2997 }], status: 'active', rating: 4.6, ratingCount: 124969, attributes: { color: 'Black', is_book: false },
  });
});

test('figures of the climate are read as far as there are columns, and a blank one takes away', () => {
  const mapping: Mapping = { key: 'id', name: 'title', footprint: { productionGrams: 'co2.making', recycledPercent: 'recycled', sustainabilityScore: 'score', carbonOffset: 'offset', packagingGrams: 'none' } };

  expect(accepted({ id: 'A', title: 'T', co2: { making: 4000 }, recycled: '12.5', score: '', offset: 'Yes' }, mapping).footprint).toEqual({ productionGrams: 4000, recycledPercent: 12.5, sustainabilityScore: null, carbonOffset: true });
  expect(accepted({ id: 'A', title: 'T' }, mapping)).not.toHaveProperty('footprint');
  expect(codes(refused({ id: 'A', title: 'T', co2: { making: '4.5' }, recycled: 101, score: -1, offset: 'perhaps' }, mapping))).toEqual([
    ['footprint.productionGrams', 'invalid_footprint'], ['footprint.recycledPercent', 'invalid_footprint'], ['footprint.sustainabilityScore', 'invalid_footprint'], ['footprint.carbonOffset', 'invalid_footprint'],
  ]);
});

test.each([
  { _case: 'nothing was known', before: null, row: { productionGrams: 5, packagingGrams: null }, after: { carbonFootprint: { productionGrams: 5 } } },
  { _case: 'what staff wrote stays', before: { madeIn: 'PT', ecoMetrics: { sustainableMaterials: ['cork'], carbonOffset: true } }, row: { carbonOffset: null, recycledPercent: 40 }, after: { madeIn: 'PT', recycledPercent: 40, ecoMetrics: { sustainableMaterials: ['cork'] } } },
  { _case: 'the last figure goes', before: { carbonFootprint: { productionGrams: 5 } }, row: { productionGrams: null }, after: null },
  { _case: 'the file has no columns', before: { footprintGrams: 7 }, row: undefined, after: { footprintGrams: 7 } },
])('$_case: a product has what follows from both', ({ before, row, after }) => {
  expect(sustainabilityAfter(before, row)).toEqual(after);
});

test('nested objects, dotted paths and lists of paragraphs are sources too', () => {
  const mapping: Mapping = { key: 'id', name: 'title.en', description: 'notes', price: { field: 'money.value', currencyField: 'money.code' }, attributes: 'attributes.*' };
  const raw = { id: 42, title: { en: 'Lamp' }, notes: ['Bright.', 'Warm.'], money: { value: '5', code: 'GBP' }, attributes: { watt: 9, dimmable: true } };

  expect(accepted(raw, mapping)).toMatchObject({
    key: '42', name: 'Lamp', description: 'Bright.\nWarm.', prices: [{ currency: 'GBP', base: 500 }], attributes: { watt: 9, dimmable: true },
  });
});

test.each([
  { _case: 'an integer', price: '12', currency: 'EUR', amount: 1200 },
  { _case: 'one decimal', price: '12.5', currency: 'EUR', amount: 1250 },
  { _case: 'a JSON number that a float product would miss', price: 1.15, currency: 'USD', amount: 115 },
  { _case: 'yen without decimals', price: '1980', currency: 'JPY', amount: 1980 },
  { _case: 'dinars with three', price: '4.125', currency: 'KWD', amount: 4125 },
  { _case: 'the largest exact amount', price: '90071992547409.91', currency: 'EUR', amount: Number.MAX_SAFE_INTEGER },
])('price: $_case', ({ price, currency, amount }) => {
  expect(accepted({ ...chair, price, currency }).prices).toEqual([{ currency, base: amount }]);
});

test.each([
  { _case: 'too many decimals', price: '12.345', currency: 'EUR', code: 'price_too_precise' },
  { _case: 'decimals of yen', price: 10.5, currency: 'JPY', code: 'price_too_precise' },
  { _case: 'a float sum', price: 0.1 + 0.2, currency: 'EUR', code: 'price_too_precise' },
  { _case: 'more digits than a JSON number keeps', price: 12345678901234.56, currency: 'EUR', code: 'price_too_precise' },
  { _case: 'negative', price: '-1.00', currency: 'EUR', code: 'negative_price' },
  { _case: 'not a number', price: 'NaN', currency: 'EUR', code: 'invalid_price' },
  { _case: 'an exponent', price: '1e3', currency: 'EUR', code: 'invalid_price' },
  { _case: 'a decimal comma', price: '12,50', currency: 'EUR', code: 'invalid_price' },
  { _case: 'a currency sign', price: '$12', currency: 'USD', code: 'invalid_price' },
  { _case: 'a list', price: [12], currency: 'EUR', code: 'invalid_price' },
  { _case: 'one cent too large', price: '90071992547409.92', currency: 'EUR', code: 'price_too_large' },
  { _case: 'endless', price: '9'.repeat(400), currency: 'EUR', code: 'price_too_large' },
])('refuses a price: $_case', ({ price, currency, code }) => {
  expect(codes(refused({ ...chair, price, currency }))).toEqual([['price', code]]);
});

test('an unknown or a missing currency is said once', () => {
  expect(codes(refused({ ...chair, currency: 'EURO' }))).toEqual([['currency', 'invalid_currency']]);
  expect(codes(refused({ ...chair, currency: '', sale_price: '5' }))).toEqual([['currency', 'required']]);
  expect(accepted({ sku: 'A', name: 'No price needs no currency' }).prices).toEqual([]);
});

test.each([
  { _case: 'no price', raw: { price: null }, status: 'draft', draftReason: 'no_price' },
  { _case: 'a blank price', raw: { price: '  ' }, status: 'draft', draftReason: 'no_price' },
  { _case: 'zero', raw: { price: 0 }, status: 'draft', draftReason: 'zero_price' },
  { _case: 'zero as text', raw: { price: '0.00', status: 'active' }, status: 'draft', draftReason: 'zero_price' },
  { _case: 'a price', raw: {}, status: 'active', draftReason: null },
  { _case: 'a price, but wanted as a draft', raw: { status: 'draft' }, status: 'draft', draftReason: null },
  { _case: 'no price, but archived', raw: { price: '', status: 'archived' }, status: 'archived', draftReason: null },
])('status: $_case', ({ raw, status, draftReason }) => {
  const row = accepted({ ...chair, ...raw });

  expect(row).toMatchObject({ status, draftReason });
  if (draftReason) expect(row.prices).toEqual([]);
});

test.each([
  { _case: 'missing', category: undefined, path: ['Uncategorised'] },
  { _case: 'an empty list', category: [], path: ['Uncategorised'] },
  { _case: 'only separators', category: ' > > ', path: ['Uncategorised'] },
  { _case: 'loose spaces', category: 'Living>  Seating ', path: ['Living', 'Seating'] },
])('category: $_case', ({ category, path }) => {
  expect(accepted({ ...chair, category }).categoryPath).toEqual(path);
});

test('more categories, and names with the separators in them', () => {
  const row = accepted({ ...chair, category: 'Living > Sofas \\> Beds', also_in: 'Sale | New \\| Now > Chairs' });

  expect(row.categoryPath).toEqual(['Living', 'Sofas > Beds']);
  expect(row.alsoIn).toEqual([['Sale'], ['New | Now', 'Chairs']]);
});

test('a column says of which type its text is, and a row fills one of two columns of a name', () => {
  const row = accepted({ ...chair, 'attributes.width:number': '12.5', 'attributes.width': '', 'attributes.washable:boolean': 'false', 'attributes.sizes:json': '["S",40]' });

  expect(row.attributes).toEqual({ width: 12.5, washable: false, sizes: ['S', 40] });
  expect(codes(refused({ ...chair, 'attributes.width:number': 'wide' }))).toEqual([['attributes.width', 'invalid_value']]);
  expect(accepted({ ...chair, attributes: { sizes: ['S', 'M'] } }).attributes).toEqual({ sizes: ['S', 'M'] });
});

test('a field without a column is absent, a blank one is not', () => {
  expect(accepted({ ...chair, brand: '', category: ' ' }).absent).toEqual(['description', 'categoryPath', 'alsoIn', 'status', 'stock', 'barcode', 'weightGrams', 'minQuantity', 'maxQuantity', 'quantityStep', 'rating', 'ratingCount']);
});

test('a line break in a name becomes a space', () => {
  expect(accepted({ ...chair, name: 'Oslo\r\nChair', brand: 'Nord\them' })).toMatchObject({ name: 'Oslo Chair', brand: 'Nord hem' });
});

test('names every wrong field of a row at once, with its line', () => {
  const errors = refused({
    sku: 'no spaces', name: ' ', slug: 'Not A Slug', brand: {}, category: [1], status: 'sold', price: '-1', currency: 'EUR', stock: '1.5',
    weight_grams: 'heavy', 'attributes.$where': 'x', 'attributes.sizes': [['S'], 'M'],
  });

  expect(codes(errors)).toEqual([
    ['sku', 'invalid_sku'], ['price', 'negative_price'], ['categoryPath', 'invalid_category'], ['slug', 'invalid_slug'], ['name', 'required'], ['brand', 'not_text'],
    ['status', 'invalid_status'], ['stock', 'not_a_whole_number'], ['weightGrams', 'not_a_whole_number'],
    ['attributes.$where', 'invalid_name'], ['attributes.sizes', 'invalid_value'],
  ]);
  expect(errors.every(({ line }) => line === 7)).toBe(true);
  expect(errors[4]?.message).toBe('"name" is empty.');
});

test('a name has 1 to 300 characters after trimming', () => {
  expect(accepted({ ...chair, name: ` ${'x'.repeat(300)} ` }).name).toHaveLength(300);
  expect(codes(refused({ ...chair, name: 'x'.repeat(301) }))).toEqual([['name', 'too_long']]);
});

test('a key is required, and is the SKU where the mapping has none', () => {
  expect(codes(refused({ name: 'Chair' }))).toEqual([['key', 'required']]);
  expect(accepted({ id: 'A-1', name: 'Chair' }, { key: 'id', name: 'name' }).sku).toBe('A-1');
  expect(codes(refused({ id: 'A/1', name: 'Chair' }, { key: 'id', name: 'name' }))).toEqual([['sku', 'invalid_sku']]);
});

test('a sale price is not above the price nor without one, and a sale price of 0 ends the sale', () => {
  expect(codes(refused({ ...chair, sale_price: '129.51' }))).toEqual([['salePrice', 'sale_above_price']]);
  expect(codes(refused({ ...chair, price: '', sale_price: '5' }))).toEqual([['salePrice', 'sale_without_price']]);
  expect(accepted({ ...chair, sale_price: '0' }).prices).toEqual([{ currency: 'EUR', base: 12950, sale: null }]);
});

test('each currency beside the first has columns of its own', () => {
  const row = accepted({ ...chair, 'price.GBP': '115', 'sale_price.GBP': '99.99', 'price.JPY': '21000', 'price.KWD': '', 'wholesale_price.JPY': '' });

  expect(row.prices).toEqual([
    { currency: 'EUR', base: 12950 }, { currency: 'GBP', base: 11500, sale: 9999 }, { currency: 'JPY', base: 21000, wholesale: null },
  ]);
  expect(codes(refused({ ...chair, 'price.EURO': '1', 'price.GBP': '-1' }))).toEqual([['price.EURO', 'invalid_currency'], ['price.GBP', 'negative_price']]);
  expect(accepted({ sku: 'A', name: 'N', 'price.GBP': '9' })).toMatchObject({ status: 'active', draftReason: null });
});

test.each([[0, 0], ['4.6', 4.6], [5, 5]])('rating %p is %p', (rating, expected) => {
  expect(accepted({ asin: 'A', title: 'T', rating }, MAPPINGS.esci).rating).toBe(expected);
});

test.each([5.1, -1, 'good', NaN])('refuses a rating of %p', (rating) => {
  expect(codes(refused({ asin: 'A', title: 'T', rating }, MAPPINGS.esci))).toEqual([['rating', 'invalid_rating']]);
});

test('names that come from the file cannot reach a prototype', () => {
  const raw = JSON.parse('{"sku":"A","name":"N","attributes":{"__proto__":"x"}}') as RawRow;

  expect(codes(refused(raw))).toEqual([['attributes.__proto__', 'invalid_name']]);
  expect(codes(refused({ name: 'Chair' }, { key: 'constructor.name', name: 'name' }))).toEqual([['key', 'required']]);
});
