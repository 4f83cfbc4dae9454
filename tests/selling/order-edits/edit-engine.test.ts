import fc from 'fast-check';
import type { OrderItem } from '../../../src/fulfilment/orders/index.js';
import { addLine, applyDiscount, changeQuantity, removeLine, unitChanges, type AddedItem, type Editable } from '../../../src/selling/order-edits/edit-engine.js';
import { settleDifference as settle } from '../../../src/fulfilment/orders/edit-money.js';
import { computeTotals } from '../../../src/selling/pricing/index.js';
import { add, sum } from '../../../src/shared/money.js';

const ADDRESS = { firstName: 'Ada', lastName: 'Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };
const UNITS = { cancelled: 0, backordered: 0, shipped: 0, delivered: 0, returnRequested: 0, returned: 0, writtenOff: 0 };
type Line = { price: number; quantity: number; rateBps: number; off: number };

/** An order as it was placed, by the same function that checkout uses. */
function orderOf(lines: readonly Line[], { currency = 'EUR', included = true, shipping = 490 } = {}): Editable {
  const of = (amount: number) => ({ amount, currency });
  const taxes = (rateBps: number) => [{ name: 'VAT', rateBps, jurisdiction: 'GB' }];
  const quote = computeTotals({
    currency, pricesIncludeTax: included, shipping: { price: of(shipping), taxes: taxes(2000) },
    lines: lines.map(({ price, quantity, rateBps, off }, at) => ({
      id: `l${at}`, sku: `S${at}`, quantity, unitPrice: of(price), taxes: taxes(rateBps), allocations: off > 0 ? [{ promotionId: 'p', name: 'Sale', class: 'order' as const, amount: of(Math.min(off, price * quantity)) }] : [],
    })),
  });
  const items = quote.lines.map((line, at): OrderItem => ({
    id: line.id, sku: line.sku, productId: 'p', productName: line.sku, name: line.sku, quantity: line.quantity, unitPrice: line.unitPrice, discount: line.discount, tax: line.tax, lineTotal: line.lineTotal,
    allocations: line.allocations, taxes: line.taxes, taxRateBps: lines[at]!.rateBps, priceSource: null, units: { ...UNITS, ordered: line.quantity, allocated: line.quantity },
  }));
  return {
    currency, items, totals: quote.totals, shippingCharge: quote.shipping, shippingTax: quote.shipping.tax, shippingMethod: { code: 'standard', name: 'Standard', price: of(shipping) }, shippingAddress: ADDRESS, billingAddress: ADDRESS,
    promotions: [{ promotionId: 'p', name: 'Sale', amount: sum(quote.lines.map(({ discount }) => discount), currency) }], rounding: { mode: 'half_up', level: 'line' },
  };
}
const goods = (price: number, quantity: number, currency = 'EUR'): AddedItem => {
  const { units: _u, id: _i, ...item } = orderOf([{ price, quantity, rateBps: 2000, off: 0 }], { currency }).items[0]!;
  return item;
};

/** Lines, shipping and tax make the total; the parts of every line make the line. */
function expectSound({ items, totals, shippingCharge, shippingTax, currency, promotions }: Editable): void {
  const lines = sum(items.map(({ lineTotal }) => lineTotal), currency);
  const tax = add(sum(items.map((item) => item.tax), currency), shippingTax);
  expect(totals.taxTotal).toEqual(tax);
  expect(totals.grandTotal.amount).toBe(lines.amount + shippingCharge.total.amount + (totals.taxIncluded ? 0 : tax.amount));
  expect(totals.subtotal.amount - totals.discountTotal.amount).toBe(lines.amount);
  for (const { discount, allocations, taxes, tax: own, unitPrice, quantity, lineTotal } of items) {
    expect([sum(allocations.map(({ amount }) => amount), currency), sum(taxes.map(({ amount }) => amount), currency)]).toEqual([discount, own]);
    expect(unitPrice.amount * quantity - discount.amount).toBe(lineTotal.amount);
  }
  for (const { promotionId, amount } of promotions) expect(sum(items.flatMap(({ allocations }) => allocations.filter((one) => one.promotionId === promotionId).map((one) => one.amount)), currency)).toEqual(amount);
}

const line = fc.record({ price: fc.integer({ min: 1, max: 200_000 }), quantity: fc.integer({ min: 1, max: 9 }), rateBps: fc.constantFrom(0, 700, 1900, 2000), off: fc.integer({ min: 0, max: 999 }) });
const start = fc.record({ lines: fc.array(line, { minLength: 1, maxLength: 6 }), currency: fc.constantFrom('EUR', 'JPY', 'KWD'), included: fc.boolean() }).map(({ lines, ...options }) => orderOf(lines, options));
const step = fc.oneof(
  fc.record({ kind: fc.constant('quantity' as const), at: fc.nat(20), quantity: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(20) }),
  fc.record({ kind: fc.constant('add' as const), price: fc.integer({ min: 1, max: 50_000 }), quantity: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('discount' as const), rateBps: fc.integer({ min: 1, max: 3000 }) }),
);
type Step = { kind: 'quantity'; at: number; quantity: number } | { kind: 'remove'; at: number } | { kind: 'add'; price: number; quantity: number } | { kind: 'discount'; rateBps: number };
function taken(order: Editable, one: Step, id: string): Editable {
  const item = 'at' in one ? order.items[one.at % order.items.length]! : null;
  if (one.kind === 'quantity') return changeQuantity(order, item!.id, one.quantity);
  if (one.kind === 'remove') return order.items.length > 1 ? removeLine(order, item!.id) : order;
  if (one.kind === 'add') return addLine(order, id, goods(one.price, one.quantity, order.currency));
  return applyDiscount(order, { rateBps: one.rateBps, reason: 'Goodwill' }, id);
}

test('1,000 random chains of edits keep what was paid minus what is due exact, charge by charge and refund by refund', () => {
  fc.assert(fc.property(start, fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 12 }), (placed, steps) => {
    let order = placed;
    let paid = placed.totals.grandTotal.amount;
    let outstanding = 0;
    for (const [at, [one, pays]] of steps.entries()) {
      const after = taken(order, one, `n${at}`);
      const settled = settle(outstanding, after.totals.grandTotal.amount - order.totals.grandTotal.amount);
      outstanding = settled.outstanding;
      paid -= settled.refund;
      if (pays) {
        paid += outstanding;
        outstanding = 0;
      }
      expectSound(after);
      expect(paid + outstanding).toBe(after.totals.grandTotal.amount);
      expect(Math.min(outstanding, settled.refund)).toBe(0);
      order = after;
    }
  }), { numRuns: 1000 });
});

test('any quantity and back again is the line as it was sold, byte for byte, whatever was between', () => {
  fc.assert(fc.property(start, fc.nat(20), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }), (placed, at, quantities) => {
    const item = placed.items[at % placed.items.length]!;
    let order = placed;
    for (const quantity of [...quantities, item.quantity]) order = changeQuantity(order, item.id, quantity);

    expect(order.totals).toEqual(placed.totals);
    expect(order.items.map(({ frozen: _frozen, ...rest }) => rest)).toEqual(placed.items);
  }), { numRuns: 500 });
});

test('a line that is not touched keeps every figure, also one that no rule would give today', () => {
  const placed = orderOf([{ price: 999, quantity: 3, rateBps: 2000, off: 100 }, { price: 500, quantity: 1, rateBps: 700, off: 0 }]);
  const odd = { ...placed.items[0]!, tax: { amount: 1, currency: 'EUR' }, taxes: [{ name: 'Old tax', rateBps: 1750, jurisdiction: 'GB', amount: { amount: 1, currency: 'EUR' } }] };
  const order = { ...placed, items: [odd, placed.items[1]!] };

  const after = changeQuantity(addLine(order, 'new', goods(100, 1)), 'l1', 4);

  expect(after.items[0]).toBe(odd);
  expect(after.items[1]).toMatchObject({ quantity: 4, lineTotal: { amount: 2000 }, tax: { amount: 131 }, units: { ordered: 4, allocated: 4 } });
});

test('an edit tells which units it takes and which it gives back', () => {
  const placed = orderOf([{ price: 100, quantity: 3, rateBps: 0, off: 0 }, { price: 100, quantity: 1, rateBps: 0, off: 0 }, { price: 100, quantity: 2, rateBps: 0, off: 0 }]);
  const after = addLine(removeLine(changeQuantity(placed, 'l0', 1), 'l1'), 'new', goods(5, 4));

  expect(unitChanges(placed.items, after.items).map(({ item, delta }) => [item.id, delta])).toEqual([['l0', -2], ['new', 4], ['l1', -1]]);
});
