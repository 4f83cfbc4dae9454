import { compareAttributes, quantityOf } from '../../../src/selling/catalog/comparison.js';

test.each([
  ['12 in', { amount: 30.48, unit: 'cm' }], ['12"', { amount: 30.48, unit: 'cm' }], ['305 mm', { amount: 30.5, unit: 'cm' }], ['1,5 m', { amount: 150, unit: 'cm' }], ['6 ft', { amount: 182.88, unit: 'cm' }],
  ['8 oz', { amount: 226.8, unit: 'g' }], ['2 lbs', { amount: 907.18, unit: 'g' }], ['1.2 kg', { amount: 1200, unit: 'g' }], ['12 fl oz', { amount: 354.88, unit: 'ml' }], ['2 L', { amount: 2000, unit: 'ml' }],
  ['1,000 g', { amount: 1000, unit: 'g' }], ['12,500 mm', { amount: 1250, unit: 'cm' }], ['0,125 l', { amount: 125, unit: 'ml' }],
])('%s is %j', (text, quantity) => { expect(quantityOf(text)).toEqual(quantity); });

test.each(['oak', '12', '12 parsecs', 'in 12', '1e3 cm', 12, true, ['12 in'], null])('%j is no measure', (value) => { expect(quantityOf(value as never)).toBeNull(); });

test('the same size in other units does not differ; what is missing does', () => {
  const compared = compareAttributes([{ attributes: { width: '12 in', weight: '1 kg', colour: 'oak' } }, { attributes: { width: '30.48 cm', weight: '2 lb', colour: 'oak' } }, { attributes: { width: '304.8 mm', colour: 'oak' } }]);
  expect(compared).toEqual([
    { name: 'colour', differs: false, values: ['oak', 'oak', 'oak'] },
    { name: 'weight', differs: true, values: ['1 kg', '2 lb', null], quantities: [{ amount: 1000, unit: 'g' }, { amount: 907.18, unit: 'g' }, null] },
    { name: 'width', differs: false, values: ['12 in', '30.48 cm', '304.8 mm'], quantities: [{ amount: 30.48, unit: 'cm' }, { amount: 30.48, unit: 'cm' }, { amount: 30.48, unit: 'cm' }] },
  ]);
});

test('a size beside a word is compared as it is written', () => {
  expect(compareAttributes([{ attributes: { width: '12 in' } }, { attributes: { width: 'wide' } }])).toEqual([{ name: 'width', differs: true, values: ['12 in', 'wide'] }]);
});
