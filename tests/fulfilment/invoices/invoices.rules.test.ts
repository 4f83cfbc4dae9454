import fc from 'fast-check';
import { creditLines, differenceOf, dueLines, faultOf, grossOf, isDue, linesOf, negated, numberOf, openLines, seriesFor, totalsOf, type Document } from '../../../src/fulfilment/invoices/invoices.js';
import { documentOf, orderOf } from './given.js';

const invoiceOf = (order: ReturnType<typeof orderOf>): Document => {
  const lines = linesOf(order);
  return documentOf(order, { lines, totals: totalsOf(lines, order.currency) });
};
const noteOf = (order: ReturnType<typeof orderOf>, known: readonly Document[], amount: number, attribution: { lines?: Array<{ itemId: string; quantity: number; amount: number }>; shipping?: number; goodwill?: number }, key = 'r') => {
  const lines = creditLines(known, { amount, currency: order.currency }, { lines: [], shipping: 0, goodwill: 0, ...attribution });
  return documentOf(order, { lines, totals: totalsOf(lines, order.currency) }, { kind: 'credit_note', refundKey: key });
};
const arbitraryOrder = fc.record({
  currency: fc.constantFrom('EUR', 'JPY', 'KWD'), included: fc.boolean(), shipping: fc.integer({ min: 0, max: 3000 }),
  lines: fc.array(fc.record({ price: fc.integer({ min: 1, max: 500_000 }), quantity: fc.integer({ min: 1, max: 20 }), rateBps: fc.constantFrom(0, 500, 700, 1900, 2000, 2100) }), { minLength: 1, maxLength: 12 }),
}).map(({ lines, ...options }) => orderOf(lines, options));

test('an invoice is what the order cost, to the last minor unit, with one tax line per rate', () => {
  const order = orderOf([{ price: 1999, quantity: 3 }, { price: 1000, rateBps: 500 }, { price: 333, quantity: 7, discount: 31 }]);

  const lines = linesOf(order);
  const totals = totalsOf(lines, 'EUR');

  expect(totals.gross).toEqual(order.totals.grandTotal);
  expect(totals.tax).toEqual(order.totals.taxTotal);
  expect(totals.taxes).toEqual([
    { name: 'VAT', rateBps: 2000, jurisdiction: 'GB', net: { amount: 4998 + 1917 + 408, currency: 'EUR' }, tax: { amount: 999 + 383 + 82, currency: 'EUR' } },
    { name: 'VAT', rateBps: 500, jurisdiction: 'GB', net: { amount: 952, currency: 'EUR' }, tax: { amount: 48, currency: 'EUR' } },
  ]);
  expect(faultOf({ lines, totals, currency: 'EUR' })).toBeNull();
});

test('orders of any prices, rates and currencies are invoiced exactly, net or gross', () => {
  fc.assert(fc.property(arbitraryOrder, (order) => {
    const lines = linesOf(order);
    const totals = totalsOf(lines, order.currency);
    expect([totals.gross.amount, totals.tax.amount, faultOf({ lines, totals, currency: order.currency })]).toEqual([order.totals.grandTotal.amount, order.totals.taxTotal.amount, null]);
  }), { numRuns: 500 });
});

test('refunds in any pieces credit what was invoiced, and the last one closes every line with its tax at zero', () => {
  fc.assert(fc.property(arbitraryOrder, fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 6 }), (order, sizes) => {
    const known: Document[] = [invoiceOf(order)];
    let left = order.totals.grandTotal.amount;
    for (const [at, size] of [...sizes, left].entries()) {
      const amount = at === sizes.length ? left : Math.min(size, left);
      if (amount === 0) continue;
      const note = noteOf(order, known, amount, { goodwill: amount }, `r${at}`);
      expect([note.totals.gross.amount, faultOf(note)]).toEqual([amount, null]);
      known.push(note);
      left -= amount;
    }
    expect(openLines(known).map(({ net, tax, gross }) => [net.amount, tax.amount, gross.amount])).toEqual(openLines(known).map(() => [0, 0, 0]));
  }), { numRuns: 300 });
});

test('a credit note takes the tax of the line that was given back, and no other', () => {
  const order = orderOf([{ price: 1200, quantity: 2 }, { price: 1050, rateBps: 500 }]);

  const note = noteOf(order, [invoiceOf(order)], 1200, { lines: [{ itemId: 'line-0', quantity: 1, amount: 1200 }] });

  expect(note.lines).toMatchObject([{ lineId: 'line-0', quantity: 1, net: { amount: 1000 }, tax: { amount: 200 }, gross: { amount: 1200 } }]);
  expect(note.totals.taxes).toMatchObject([{ rateBps: 2000, net: { amount: 1000 }, tax: { amount: 200 } }]);
});

test('what was cancelled before anybody paid is not invoiced', () => {
  const order = orderOf([{ price: 1000, quantity: 3 }], { paymentStatus: 'pending' });
  const [item] = order.items;
  const less = { ...order, items: [{ ...item!, credited: { units: 1, amount: 1000 } }] };

  expect(totalsOf(dueLines(less), 'EUR').gross.amount).toBe(2490);
  expect(totalsOf(dueLines({ ...less, paymentStatus: 'paid', settlement: { shipping: 0, retained: 0, refunded: 1000 } }), 'EUR').gross.amount).toBe(3490);
  // The rest was paid by hand after a part had been given up, of which only 4.00 had been paid.
  expect(totalsOf(dueLines({ ...less, paymentStatus: 'paid', settlement: { shipping: 0, retained: 0, refunded: 400 } }), 'EUR').gross.amount).toBe(3490 - 600);
});

test('an order that became dearer or cheaper differs from its invoice by exactly that, line by line', () => {
  const before = orderOf([{ price: 1000, quantity: 2 }, { price: 500 }]);
  const known = [invoiceOf(before)];
  const linesBy = (order: ReturnType<typeof orderOf>, documents = known) => differenceOf(order, documents).map(({ lineId, gross, tax }) => [lineId, gross.amount, tax.amount]);

  expect(linesBy(orderOf([{ price: 1000, quantity: 5 }, { price: 500 }]))).toEqual([['line-0', 3000, 500]]);
  expect(linesBy(orderOf([{ price: 1000 }]))).toEqual([['line-0', -1000, -166], ['line-1', -500, -83]]);
  expect(linesBy(before)).toEqual([]);
  // Goods that came back do not make the order dearer.
  expect(linesBy(before, [...known, noteOf(before, known, 500, { lines: [{ itemId: 'line-1', quantity: 1, amount: 500 }] })])).toEqual([]);
  const less = negated(differenceOf(orderOf([{ price: 1000 }]), known));
  expect([grossOf(less), faultOf({ lines: less, totals: totalsOf(less, 'EUR'), currency: 'EUR' })]).toEqual([1500, null]);
});

test.each([
  { at: 'placement', paymentStatus: 'paid', shipped: 0, due: true }, { at: 'placement', paymentStatus: 'pending', shipped: 0, due: false },
  { at: 'placement', paymentStatus: 'pending', shipped: 1, due: true }, { at: 'placement', paymentStatus: 'refunded', shipped: 0, due: true },
  { at: 'shipment', paymentStatus: 'paid', shipped: 0, due: false }, { at: 'shipment', paymentStatus: 'paid', shipped: 1, due: true },
] as const)('issued at $at: payment $paymentStatus with $shipped sent is due: $due', ({ at, paymentStatus, shipped, due }) => {
  const order = orderOf([{ price: 100 }], { paymentStatus });
  const items = order.items.map((item) => ({ ...item, units: { ...item.units, shipped } }));

  expect(isDue({ ...order, items }, at)).toBe(due);
  expect(isDue({ ...order, items, placedAt: null }, at)).toBe(false);
});

test('series are patterns per country and year', () => {
  const newYear = new Date('2027-01-01T00:00:00Z');
  expect(seriesFor('INV-{year}', 'GB', newYear)).toBe('INV-2027');
  expect(seriesFor('INV-{year}, DE:RE-{country}-{year}', 'DE', new Date(newYear.getTime() - 1))).toBe('RE-DE-2026');
  expect(seriesFor('INV-{year},DE:RE-{year}', 'FR', newYear)).toBe('INV-2027');
  expect(numberOf('INV-2027', 42)).toBe('INV-2027-000042');
});
