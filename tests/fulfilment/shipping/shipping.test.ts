import { combine, flatRates, needsNoParcel, noDelivery } from '../../../src/fulfilment/shipping/shipping.js';
import { regionCode } from '../../../src/shared/address.js';

const RATES = { EUR: 490, JPY: 800, KWD: 1800 };
const to = (country: string, currency = 'EUR') => ({ country, currency, subtotal: { amount: 5000, currency } });
const eur = (amount: number) => ({ amount, currency: 'EUR' });

test.each([['EUR', 490], ['JPY', 800], ['KWD', 1800]])('without methods of its own a shop sends everywhere at the price of the currency: %s', async (currency, amount) => {
  expect(await flatRates(RATES).methodsFor(to('GB', currency))).toEqual([{ code: 'standard', name: 'Standard delivery', price: { amount, currency } }]);
});

test('a currency without a price is not shipped in: nothing is converted', async () => {
  expect(await flatRates(RATES).methodsFor(to('GB', 'USD'))).toEqual([]);
});

test('what is not sent needs no parcel; what nobody knows of does', () => {
  const digital = { sku: 'A', quantity: 1, requiresShipping: false };

  expect(needsNoParcel({ ...to('GB'), lines: [digital] })).toBe(true);
  expect(needsNoParcel({ ...to('GB'), lines: [digital, { sku: 'B', quantity: 1 }] })).toBe(false);
  expect(needsNoParcel({ ...to('GB'), lines: [] })).toBe(false);
  expect(needsNoParcel(to('GB'))).toBe(false);
  expect(noDelivery('JPY')).toMatchObject({ code: 'none', price: { amount: 0, currency: 'JPY' } });
});

test.each([['GB', 'SCT', 'SCT'], ['GB', 'gb-sct', 'SCT'], ['US', ' ca ', 'CA'], ['GB', 'Scotland', undefined], ['GB', '', undefined], ['GB', undefined, undefined]])('a part of %s: %s is %s', (country, region, code) => {
  expect(regionCode(country, region)).toBe(code);
});

describe('groups of several warehouses', () => {
  const group = (warehouseId: string, code: string, amount: number, more = {}) => {
    const method = { code, name: code.toUpperCase(), price: eur(amount), ...more };
    return { warehouseId, code, name: method.name, price: method.price, skus: [warehouseId], method };
  };

  test('have one total, and the name of their method when it is the same', () => {
    expect(combine([group('w1', 'post', 490, { source: 'table', estimate: { minDays: 1, maxDays: 2 } }), group('w2', 'post', 700, { source: 'table', estimate: { minDays: 2, maxDays: 4 } })], 'EUR')).toEqual({
      code: 'post', name: 'POST', price: eur(1190), source: 'table', estimate: { minDays: 1, maxDays: 4 },
      groups: [{ warehouseId: 'w1', code: 'post', name: 'POST', price: eur(490), skus: ['w1'] }, { warehouseId: 'w2', code: 'post', name: 'POST', price: eur(700), skus: ['w2'] }],
    });
  });

  test('that go by different methods are mixed, and one price from a fallback makes it all estimated', () => {
    expect(combine([group('w1', 'post', 1, { source: 'carrier', taxCategory: 'reduced' }), group('w2', 'fast', 2, { source: 'table_fallback' })], 'EUR')).toMatchObject({
      code: 'mixed', name: 'POST + FAST', price: eur(3), source: 'table_fallback', taxCategory: 'reduced',
    });
  });
});
