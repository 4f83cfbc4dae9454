import { createShipping, type ShippingRates } from '../../../src/fulfilment/shipping/index.js';

const market = { flatShippingRates: { EUR: 490, JPY: 800, KWD: 1800 } };
const to = (country: string, currency = 'EUR') => ({ country, currency, subtotal: { amount: 5000, currency } });
const STANDARD = { code: 'standard', name: 'Standard delivery', estimate: { minDays: 2, maxDays: 5 } };

test.each([['EUR', 490], ['JPY', 800], ['KWD', 1800]])('one method everywhere, at the price of its currency: %s', async (currency, amount) => {
  const shipping = createShipping({ market });

  expect(await shipping.methodsFor(to('GB', currency))).toEqual([{ ...STANDARD, price: { amount, currency } }]);
  expect(await shipping.resolve('standard', to('AQ', currency))).toEqual({ ...STANDARD, price: { amount, currency } });
});

test('a currency without a price is not shipped in: nothing is converted', async () => {
  const shipping = createShipping({ market });

  expect(await shipping.methodsFor(to('GB', 'USD'))).toEqual([]);
  await expect(shipping.resolve('standard', to('GB', 'USD'))).rejects.toMatchObject({ status: 400, code: 'shipping_method_unknown', facts: { shippingMethod: 'standard', allowed: [] } });
});

test('an unknown method is refused with those that are allowed', async () => {
  await expect(createShipping({ market }).resolve('drone', to('GB'))).rejects.toMatchObject({
    status: 400, code: 'shipping_method_unknown', facts: { shippingMethod: 'drone', allowed: ['standard'] }, errors: [{ pointer: '#/body/shippingMethod' }],
  });
});

test.each(['XX', 'EU', 'UK', 'gb', '', 'GBR'])('"%s" is no country', async (country) => {
  await expect(createShipping({ market }).methodsFor(to(country))).rejects.toMatchObject({ status: 400, code: 'country_unknown' });
});

describe('further sources of prices', () => {
  const zone: ShippingRates = {
    methodsFor: async ({ country, subtotal }) => (country === 'DE' ? [{ code: 'express', name: 'Express', price: { amount: subtotal.amount >= 5000 ? 0 : 900, currency: subtotal.currency }, estimate: { minDays: 1, maxDays: 1 } }] : []),
  };
  const own: ShippingRates = { methodsFor: async ({ currency }) => [{ ...STANDARD, name: 'Ours', price: { amount: 1, currency } }] };

  test('are asked with what a price depends on, and the first one with a code wins', async () => {
    const shipping = createShipping({ market, rates: [zone, own] });

    expect((await shipping.methodsFor(to('DE'))).map(({ code, price }) => [code, price.amount])).toEqual([['express', 0], ['standard', 1]]);
    expect((await shipping.methodsFor(to('FR'))).map(({ name }) => name)).toEqual(['Ours']);
    expect((await createShipping({ market, rates: [own, own] }).methodsFor(to('FR')))).toHaveLength(1);
  });

  test('that cannot tell stop the order rather than guess', async () => {
    const away: ShippingRates = { methodsFor: () => Promise.reject(new Error('the carrier is away')) };

    await expect(createShipping({ market, rates: [own, away] }).resolve('standard', to('DE'))).rejects.toThrow('the carrier is away');
  });
});
