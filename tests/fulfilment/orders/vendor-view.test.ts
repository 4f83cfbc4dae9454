import type { Order } from '../../../src/fulfilment/orders/orders.js';
import { vendorViewOf } from '../../../src/fulfilment/orders/vendor-view.js';

const euros = (amount: number) => ({ amount, currency: 'EUR' });
const line = (sku: string) => ({
  id: `line-${sku}`, productId: `product-${sku}`, productName: `Name of ${sku}`, name: `Name of ${sku}`, sku, quantity: 2, unitPrice: euros(500), discount: euros(0), tax: euros(160), lineTotal: euros(1000),
  taxRateBps: 1900, allocations: [{ promotion: 'secret' }], taxes: [], priceSource: { kind: 'price_list', name: 'Trade' }, units: {},
});
const mixed = {
  id: 'order-1', number: 'K-1', status: 'confirmed', currency: 'EUR', email: 'ada@example.com', userId: 'user-1', items: [line('MINE'), line('THEIRS')], coupons: ['SUMMER'], notes: 'Ring twice',
  shippingAddress: { firstName: 'Ada', lastName: 'Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB', phone: '+44 20 7946 0018' },
  billingAddress: { firstName: 'Charles', lastName: 'Babbage', line1: '1 Dorset Street', city: 'London', postalCode: 'W1U 4EG', country: 'GB' },
  totals: { grandTotal: euros(2000) }, payment: { provider: 'simulator' }, createdAt: new Date('2026-01-02T03:04:05Z'), placedAt: new Date('2026-01-02T03:05:00Z'),
} as unknown as Order;

test('a vendor sees the own lines of a mixed order and where they go, and nothing else', () => {
  expect(vendorViewOf(mixed, ({ sku }) => sku === 'MINE')).toEqual({
    id: 'order-1', number: 'K-1', status: 'confirmed', currency: 'EUR',
    items: [{ id: 'line-MINE', productId: 'product-MINE', productName: 'Name of MINE', name: 'Name of MINE', sku: 'MINE', quantity: 2, unitPrice: euros(500), discount: euros(0), tax: euros(160), lineTotal: euros(1000) }],
    shippingAddress: { firstName: 'Ada', lastName: 'Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' },
    createdAt: '2026-01-02T03:04:05.000Z', placedAt: '2026-01-02T03:05:00.000Z',
  });
});

test('no e-mail address, telephone, sum, coupon, note or payer of a mixed order reaches a vendor', () => {
  const text = JSON.stringify(vendorViewOf(mixed, ({ sku }) => sku === 'MINE'));
  for (const secret of ['ada@example.com', '7946', 'user-1', 'THEIRS', '2000', 'SUMMER', 'Ring twice', 'Babbage', 'simulator', 'Trade']) expect([secret, text.includes(secret)]).toEqual([secret, false]);
});

test('an order without a line of theirs is none', () => {
  expect(vendorViewOf(mixed, () => false)).toBeNull();
});
