import { buyerOf, notesOf, toPdf } from '../../../src/fulfilment/invoices/pdf/invoice-pdf.js';
import { labelsFor } from '../../../src/fulfilment/invoices/pdf/labels.js';
import { linesOf, totalsOf } from '../../../src/fulfilment/invoices/invoices.js';
import { documentOf, orderOf } from './given.js';

const pdfOf = (order: ReturnType<typeof orderOf>, more = {}) => toPdf(documentOf(order, { lines: linesOf(order), totals: totalsOf(linesOf(order), order.currency) }, more));
const pagesOf = (pdf: Buffer): number => (pdf.toString('latin1').match(/\/Type \/Page\b/g) ?? []).length;
const fontsOf = (pdf: Buffer): string[] => [...new Set([...pdf.toString('latin1').matchAll(/\/FontName \/[A-Z]{6}\+(\S+)/g)].map(([, name]) => name!))].sort();

test('a short order is one page with its fonts embedded', async () => {
  const pdf = await pdfOf(orderOf([{ price: 1999, quantity: 2 }]));

  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect([pagesOf(pdf), fontsOf(pdf)]).toEqual([1, ['DejaVuSans', 'DejaVuSans-Bold']]);
  expect(pdf.length).toBeLessThan(60_000);
});

test('a long order goes on over pages, and no line is lost between them', async () => {
  const pages = await Promise.all([40, 120].map(async (count) => pagesOf(await pdfOf(orderOf(Array.from({ length: count }, () => ({ price: 100 })))))));

  expect(pages).toEqual([3, 7]);
});

test('names in East Asian scripts bring their font, others do not pay for it', async () => {
  const pdf = await pdfOf(orderOf([{ price: 1980, name: '南部鉄器の急須' }], { currency: 'JPY' }));

  expect(fontsOf(pdf)).toContain('NotoSansJP-Regular');
  expect(pdf.length).toBeLessThan(120_000);
});

test.each(['en', 'de', 'fr', 'pl'])('in %s it can be printed for yen, euros and dinars', async (locale) => {
  for (const currency of ['JPY', 'EUR', 'KWD']) expect(pagesOf(await pdfOf(orderOf([{ price: 1999 }], { currency }), { locale }))).toBe(1);
});

test.each([
  { locale: 'en', vatId: 'VAT ID FR40303265045', note: 'Reverse charge: the tax is owed by the recipient.' },
  { locale: 'de-AT', vatId: 'USt-IdNr. FR40303265045', note: 'Steuerschuldnerschaft des Leistungsempfängers.' },
  { locale: 'fr', vatId: 'N° TVA FR40303265045', note: 'Autoliquidation : la taxe est due par le preneur.' },
])('a business that owes the tax itself reads its number and that it does, in $locale', async ({ locale, vatId, note }) => {
  const order = orderOf([{ price: 1999 }]);
  const lines = linesOf(order).map((line) => ({ ...line, net: line.gross, tax: { ...line.tax, amount: 0 }, taxes: line.taxes.map((tax) => ({ ...tax, rateBps: 0, reason: 'reverse_charge', amount: { ...tax.amount, amount: 0 } })) }));
  const [reversed, usual] = [documentOf(order, { lines, totals: totalsOf(lines, 'EUR') }, { locale, buyerVatId: 'FR40303265045' }), documentOf(order, { lines: linesOf(order), totals: totalsOf(linesOf(order), 'EUR') }, { locale })];

  expect([buyerOf(reversed, labelsFor(locale)).at(-1), notesOf(reversed, labelsFor(locale)).slice(1)]).toEqual([vatId, [note]]);
  expect([buyerOf(usual, labelsFor(locale)).join().includes(labelsFor(locale).vatId), notesOf(usual, labelsFor(locale))]).toEqual([false, [labelsFor(locale).grossPrices]]);
  expect(pagesOf(await toPdf(reversed))).toBe(1);
});
