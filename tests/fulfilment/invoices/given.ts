import type { Document, InvoicedOrder } from '../../../src/fulfilment/invoices/invoices.js';
import { includedPortion, portion, sum, type Money } from '../../../src/shared/money.js';

type Line = { price: number; quantity?: number; rateBps?: number; name?: string; discount?: number };

export const ADDRESS = { firstName: 'Ada', lastName: 'Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };

/** A placed and paid order as the orders module keeps it, priced by the rules of the shop. */
export function orderOf(lines: readonly Line[], { currency = 'EUR', included = true, shipping = 490, ...more }: { currency?: string; included?: boolean; shipping?: number } & Partial<InvoicedOrder> = {}): InvoicedOrder {
  const of = (amount: number): Money => ({ amount, currency });
  const taxed = (amount: number, rateBps: number) => (included ? includedPortion : portion)(of(amount), rateBps);
  const share = (rateBps: number, amount: Money) => [{ name: 'VAT', rateBps, jurisdiction: 'GB', amount }];
  const items = lines.map(({ price, quantity = 1, rateBps = 2000, name, discount = 0 }, at) => {
    const lineTotal = price * quantity - discount;
    const tax = taxed(lineTotal, rateBps);
    return {
      id: `line-${at}`, sku: `SKU-${at}`, name: name ?? `Thing ${at}`, quantity, unitPrice: of(price), discount: of(discount), tax, lineTotal: of(lineTotal), taxes: share(rateBps, tax),
      units: { ordered: quantity, cancelled: 0, shipped: 0, delivered: 0 },
    };
  });
  const shippingTax = taxed(shipping, 2000);
  const taxTotal = sum([...items.map(({ tax }) => tax), shippingTax], currency);
  const goods = items.reduce((so, { lineTotal }) => so + lineTotal.amount, shipping);
  return {
    id: '64f0c0ffee64f0c0ffee0001', number: 'K-7Q2M9-4TXB1', userId: null, email: 'ada@example.com', currency, status: 'placed', paymentStatus: 'paid', placedAt: new Date('2026-03-01T10:00:00Z'),
    items, totals: { grandTotal: of(goods + (included ? 0 : taxTotal.amount)), taxTotal, shippingTotal: of(shipping), taxIncluded: included },
    shippingMethod: { name: 'Standard delivery' }, shippingCharge: { price: of(shipping), discount: of(0), total: of(shipping), tax: shippingTax, taxes: share(2000, shippingTax) },
    billingAddress: ADDRESS, shippingAddress: ADDRESS, ...more,
  };
}

export function documentOf(order: InvoicedOrder, content: Pick<Document, 'lines' | 'totals'>, more: Partial<Document> = {}): Document {
  return {
    id: '64f0c0ffee64f0c0ffee0002', kind: 'invoice', series: 'INV-2026', sequence: 1, number: 'INV-2026-000001', orderId: order.id, orderNumber: order.number, userId: null, email: order.email,
    currency: order.currency, locale: 'en', seller: { name: 'Kontor Ltd', address: ['1 Market Street', 'London EC1A 1AA'], vatId: 'GB123456789', email: 'hello@kontor.example' },
    billingAddress: order.billingAddress, shippingAddress: order.shippingAddress, taxIncluded: order.totals.taxIncluded, issuedAt: new Date('2026-03-01T10:00:01Z'), ...content, ...more,
  };
}
