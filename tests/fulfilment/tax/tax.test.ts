import { vectors } from '../../support/vectors.js';
import { BUILT_IN } from '../../../src/fulfilment/tax/rates/built-in.js';
import { ratesFor, tableOf } from '../../../src/fulfilment/tax/rates/rates.js';
import { parseVatId } from '../../../src/fulfilment/tax/vat-ids/vat-ids.js';
import { computeTotals } from '../../../src/selling/pricing/index.js';
import { money } from '../../../src/shared/money.js';
import { invoice, rate, taxDesk } from './tax-desk.js';

const one = [{ price: 11900 }];
const taxesOf = async (...args: Parameters<typeof invoice>) => (await invoice(...args)).lines.map(({ taxes }) => taxes);

test.each([true, false])('without tables one rate holds everywhere, as the market has it (prices include tax: %s)', async (pricesIncludeTax) => {
  const desk = taxDesk({ policy: { mode: 'flat', flatRateBps: 1900, pricesIncludeTax } });

  const { totals, lines } = await invoice(desk, { to: { country: 'US', region: 'CA' }, vatId: 'FR40303265045' }, 'EUR', [{ price: 11900, category: 'books' }]);

  expect(lines[0]!.taxes).toEqual([{ name: 'VAT', rateBps: 1900, jurisdiction: 'US', amount: money(pricesIncludeTax ? 1900 : 2261, 'EUR') }]);
  expect([totals.taxIncluded, totals.grandTotal.amount]).toEqual([pricesIncludeTax, pricesIncludeTax ? 11900 : 14161]);
});

test.each([
  { _case: 'home', to: { country: 'DE' }, tax: { jurisdiction: 'DE', rateBps: 1900 } },
  { _case: 'another member state, by the one-stop shop', to: { country: 'FR' }, tax: { jurisdiction: 'FR', rateBps: 2000 } },
  { _case: 'Monaco, which is taxed as France', to: { country: 'MC' }, tax: { jurisdiction: 'FR', rateBps: 2000 } },
  { _case: 'Madeira, by its postcode', to: { country: 'PT', postalCode: '9000-082' }, tax: { jurisdiction: 'PT-30', rateBps: 2200 } },
  { _case: 'Mittelberg, by its postcode', to: { country: 'AT', postalCode: '6992' }, tax: { jurisdiction: 'AT-JM', rateBps: 1900 } },
  { _case: 'Heligoland, outside of the tax area', to: { country: 'DE', postalCode: '27498' }, tax: { jurisdiction: 'DE-HEL', rateBps: 0, reason: 'outside_tax_area' } },
  { _case: 'Switzerland, an export', to: { country: 'CH' }, tax: { jurisdiction: 'CH', rateBps: 0, reason: 'export' } },
  { _case: 'Kuwait, an export', to: { country: 'KW' }, tax: { jurisdiction: 'KW', rateBps: 0, reason: 'export' } },
])('from Germany to $_case', async ({ to, tax }) => {
  const [[found]] = await taxesOf(taxDesk(), { to }, 'EUR', one) as [[object]];

  expect(found).toMatchObject(tax);
});

test('without the one-stop shop a consumer in another member state pays the tax of home', async () => {
  const [[found]] = await taxesOf(taxDesk({ policy: { registrations: [] } }), { to: { country: 'FR' } }, 'EUR', one) as [[object]];

  expect(found).toMatchObject({ jurisdiction: 'DE', rateBps: 1900 });
});

test('a rate that staff entered for a country makes it one where tax is collected; of its layers all add up, and the narrowest area of each counts', async () => {
  const rates = [
    rate({ country: 'US', region: 'CA', layer: 'state', name: 'State', rateBps: 600, jurisdiction: 'US-CA' }), rate({ country: 'US', region: 'CA', layer: 'county', name: 'County', rateBps: 125, jurisdiction: 'US-CA-LA' }),
    rate({ country: 'US', region: 'CA', postal: { from: '94102', to: '94188' }, layer: 'county', name: 'County', rateBps: 137.5, jurisdiction: 'US-CA-SF' }),
    rate({ country: 'US', region: 'CA', postal: { prefix: '941' }, layer: 'city', name: 'City', rateBps: 100, jurisdiction: 'US-CA-SFO' }),
    rate({ country: 'US', region: 'CA', category: 'food', layer: 'state', name: 'State', rateBps: 0, jurisdiction: 'US-CA', reason: 'food' }),
  ];
  const desk = taxDesk({ rates, policy: { netPriceCountries: ['US'] } });

  const city = await invoice(desk, { to: { country: 'US', region: 'ca', postalCode: '94105-1234' } }, 'USD', [{ price: 10_000 }]);
  const country = await taxesOf(desk, { to: { country: 'US', region: 'CA', postalCode: '93501' } }, 'USD', [{ price: 10_000, category: 'food' }]);
  const elsewhere = await taxesOf(desk, { to: { country: 'US', region: 'OR' } }, 'USD', [{ price: 10_000 }]);

  expect(city.lines[0]!.taxes.map(({ name, rateBps, amount }) => [name, rateBps, amount.amount])).toEqual([['City', 100, 100], ['County', 137.5, 138], ['State', 600, 600]]);
  expect([city.totals.taxTotal.amount, city.totals.grandTotal.amount, city.totals.taxIncluded]).toEqual([838, 10_838, false]);
  expect(country[0]!.map(({ name, amount, reason }) => [name, amount.amount, reason])).toEqual([['County', 125, undefined], ['State', 0, 'food']]);
  expect(elsewhere[0]).toEqual([{ name: 'VAT', rateBps: 0, jurisdiction: 'US', reason: 'not_registered', amount: money(0, 'USD') }]);
});

const QUEBEC = [
  rate({ country: 'CA', layer: 'gst', name: 'GST', rateBps: 500, jurisdiction: 'CA' }), rate({ country: 'CA', region: 'QC', layer: 'qst', name: 'QST', rateBps: 997.5, jurisdiction: 'CA-QC' }),
];
test.each([
  // 5 % of 10.10 is 0.505, 9.975 % is 1.007: 0.51 and 1.01 by themselves, 1.51 together.
  { _case: 'line by line', level: 'line', goods: [1010], taxes: [[51, 101]], taxTotal: 152 },
  { _case: 'several lines, each by itself', level: 'line', goods: [1010, 1010, 1010], taxes: [[51, 101], [51, 101], [51, 101]], taxTotal: 456 },
  { _case: 'once for the invoice: 5 % of 30.30 is 1.515, 9.975 % is 3.022', level: 'order', goods: [1010, 1010, 1010], taxes: [[51, 101], [51, 101], [50, 100]], taxTotal: 454 },
] as const)('GST and QST are each rounded and shown by itself: $_case', async ({ level, goods, taxes, taxTotal }) => {
  const desk = taxDesk({ rates: QUEBEC, policy: { home: 'CA', registrations: [], pricesIncludeTax: false, rounding: { mode: 'half_up', level, per: 'jurisdiction' } } });

  const { lines, totals } = await invoice(desk, { to: { country: 'CA', region: 'QC' } }, 'CAD', goods.map((price) => ({ price })));

  expect(lines.map((line) => line.taxes.map(({ amount }) => amount.amount))).toEqual(taxes);
  expect(lines[0]!.taxes.map(({ name, jurisdiction }) => [name, jurisdiction])).toEqual([['GST', 'CA'], ['QST', 'CA-QC']]);
  expect([totals.taxTotal.amount, totals.grandTotal.amount]).toEqual([taxTotal, goods.reduce<number>((so, one) => so + one, taxTotal)]);
});

test('inside a gross price both share what the price leaves; an order of before is computed as it was then', async () => {
  const gross = taxDesk({ rates: QUEBEC, policy: { home: 'CA', registrations: [], shippingCategory: 'exempt' } });
  const before = taxDesk({ rates: QUEBEC, policy: { home: 'CA', registrations: [], pricesIncludeTax: false, rounding: { mode: 'half_up', level: 'line' } } });
  const amounts = async (desk: typeof gross, price: number) => (await invoice(desk, { to: { country: 'CA', region: 'QC' } }, 'CAD', [{ price }])).lines.map((line) => [line.tax.amount, ...line.taxes.map(({ amount }) => amount.amount)])[0];

  expect(await amounts(gross, 1161)).toEqual([151, 50, 101]);
  expect(await amounts(before, 1010)).toEqual([151, 50, 101]);
});

test.each([
  { _case: 'the last second of the old rate', at: '2025-06-30T23:59:59Z', bps: 2200 }, { _case: 'the first second of the new one', at: '2025-07-01T00:00:00Z', bps: 2400 },
])('$_case counts, by the moment of the order', async ({ at, bps }) => {
  const [found] = await taxesOf(taxDesk({ at }), { to: { country: 'EE' } }, 'EUR', one);

  expect(found![0]!.rateBps).toBe(bps);
});

test('what staff enter goes before what comes with the program, until it ends', async () => {
  const rates = [rate({ country: 'DE', category: 'books', rateBps: 500, validFrom: new Date('2026-01-01'), validTo: new Date('2026-12-01') })];
  const bpsAt = async (at: string, category: string) => (await taxesOf(taxDesk({ rates, at }), { to: { country: 'DE' } }, 'EUR', [{ price: 100, category }]))[0]![0]!.rateBps;

  expect(await Promise.all([bpsAt('2025-12-31', 'books'), bpsAt('2026-06-01', 'books'), bpsAt('2026-12-01', 'books'), bpsAt('2026-06-01', 'reduced'), bpsAt('2026-06-01', 'toys')])).toEqual([1900, 500, 1900, 700, 1900]);
});

test('a listed gross price stays as it is listed where the tax is another, and is made anew from its net where the shop wants that', async () => {
  const kept = await invoice(taxDesk(), { to: { country: 'HU' } }, 'EUR', [{ price: 11900, off: 1900 }]);
  const anew = await invoice(taxDesk({ policy: { foreignPrices: 'recompute' } }), { to: { country: 'HU' } }, 'EUR', one);
  const away = await invoice(taxDesk({ policy: { foreignPrices: 'recompute' } }), { to: { country: 'US' } }, 'EUR', one, { price: 1190 });

  expect([kept.totals.subtotal.amount, kept.totals.grandTotal.amount, kept.totals.taxTotal.amount]).toEqual([11900, 10000, 2126]);
  expect([anew.lines[0]!.unitPrice.amount, anew.totals.grandTotal.amount, anew.totals.taxTotal.amount]).toEqual([12700, 12700, 2700]);
  expect([away.totals.grandTotal.amount, away.totals.taxTotal.amount, away.shipping.total.amount]).toEqual([11000, 0, 1000]);
});

describe('a business with a VAT ID', () => {
  const french = { to: { country: 'FR' }, vatId: 'FR40303265045' };

  test.each([
    { _case: 'valid, across a border: nothing but the net', sale: french, vat: 'valid' as const, grand: 10000, tax: { rateBps: 0, reason: 'reverse_charge' }, flags: [] },
    { _case: 'valid, sent to a third member state: nothing but the net', sale: { ...french, to: { country: 'ES', postalCode: '28001' } }, vat: 'valid' as const, grand: 10000, tax: { rateBps: 0, reason: 'reverse_charge' }, flags: [] },
    { _case: 'valid, but sent within the country of the shop: its tax', sale: { ...french, to: { country: 'DE' } }, vat: 'valid' as const, grand: 11900, tax: { rateBps: 1900 }, flags: [] },
    { _case: 'valid, but of the country of the shop: the tax of the destination', sale: { ...french, vatId: 'DE136695976' }, vat: 'valid' as const, grand: 11900, tax: { rateBps: 2000 }, flags: [] },
    { _case: 'valid, but Swiss: an export is no reverse charge', sale: { to: { country: 'CH' }, vatId: 'CHE-116.281.710' }, vat: 'valid' as const, grand: 11900, tax: { rateBps: 0, reason: 'export' }, flags: [] },
    { _case: 'unknown to the register by now: taxed and flagged', sale: french, vat: 'invalid' as const, grand: 11900, tax: { rateBps: 2000 }, flags: ['vat_id_invalid'] },
    { _case: 'while the register is away: taxed and flagged', sale: french, vat: 'unverified' as const, grand: 11900, tax: { rateBps: 2000 }, flags: ['vat_id_unverified'] },
  ])('$_case', async ({ sale, vat, grand, tax, flags }) => {
    const sold = await invoice(taxDesk({ vat }), sale, 'EUR', one);

    expect(sold.totals.grandTotal.amount).toBe(grand);
    expect(sold.lines[0]!.taxes[0]).toMatchObject(tax);
    expect(sold.flags).toEqual(flags);
  });

  test('where the shop takes it on itself an unverified number counts, and is flagged all the same', async () => {
    const sold = await invoice(taxDesk({ vat: 'unverified', policy: { reverseChargeUnverified: true } }), french, 'EUR', one, { price: 595 });

    expect([sold.totals.grandTotal.amount, sold.shipping.taxes[0]!.reason, sold.flags]).toEqual([10500, 'reverse_charge', ['vat_id_unverified']]);
  });

  test.each([
    ['DE136695976', 'DE136695976'], ['de 136.695.976', 'DE136695976'], ['GR 094259216', 'EL094259216'], ['EL094259216', 'EL094259216'], ['CHE-116.281.710 MWST', 'CHE116281710MWST'],
    ['DE136695977', null], ['136695976', null], ['XX136695976', null], ['', null], ['DE', null], ['DE136695976; DROP', null],
  ])('%s is read as %s', (typed, number) => { expect(parseVatId(typed)?.number ?? null).toBe(number); });
});

test('whoever is exempt pays the net, with the reason of the authorities; also where one rate holds', async () => {
  for (const mode of ['flat', 'table'] as const) {
    const sold = await invoice(taxDesk({ policy: { mode, flatRateBps: 1900 } }), { to: { country: 'DE' }, buyer: { taxExemption: 'diplomatic mission' } }, 'EUR', one);
    expect([sold.totals.grandTotal.amount, sold.lines[0]!.taxes]).toEqual([10000, [{ name: 'VAT', rateBps: 0, jurisdiction: 'DE', reason: 'diplomatic mission', amount: money(0, 'EUR') }]]);
  }
});

test('goods that are taxed nowhere, and lines that bring nothing, say why', async () => {
  const sold = await invoice(taxDesk(), { to: { country: 'DE' } }, 'EUR', [{ price: 5000, category: 'gift_card' }, { price: 100, category: 'zero' }, { price: 100, category: 'exempt' }, { price: 500, off: 500 }, { price: 1 }]);

  expect(sold.lines.map(({ tax, taxes }) => [tax.amount, taxes[0]!.reason])).toEqual([[0, 'multi_purpose_voucher'], [0, 'zero_rated'], [0, 'exempt_goods'], [0, 'nothing_charged'], [0, 'below_minor_unit']]);
});

test('postage by a category of its own, by that of the method, or like the goods in proportion', async () => {
  const goods = [{ price: 10700, category: 'reduced' }, { price: 32100 }];
  const own = await invoice(taxDesk(), { to: { country: 'DE' } }, 'EUR', goods, { price: 1000 });
  const method = await invoice(taxDesk(), { to: { country: 'DE' } }, 'EUR', goods, { price: 1000, category: 'zero' });
  const like = await invoice(taxDesk({ policy: { shippingCategory: 'goods' } }), { to: { country: 'DE' } }, 'EUR', goods, { price: 1000 });

  // 10.00 at 19 % hold 1.60; as a quarter at 7 % and three at 19 %: 2.50 hold 0.16 and 7.50 hold 1.20
  expect(own.shipping.taxes.map(({ rateBps, amount }) => [rateBps, amount.amount])).toEqual([[1900, 160]]);
  expect(method.shipping.taxes).toEqual([{ name: 'VAT', rateBps: 0, jurisdiction: 'DE', reason: 'zero_rated', amount: money(0, 'EUR') }]);
  expect(like.shipping.taxes.map(({ rateBps, amount }) => [rateBps, amount.amount])).toEqual([[700, 16], [1900, 120]]);
});

type Rates = Record<string, number>;
type Vector = { items: Record<string, { rates: Rates; exceptions?: Array<{ name: string; postcode: string; standard: number }> }> };
const eu = vectors<Vector>('eu_vat_current');
eu.describe('the rates of the EU and the United Kingdom on 12 August 2025, as others list them', () => {
  const at = new Date('2025-08-12T12:00:00Z');
  const table = tableOf(BUILT_IN);
  const bps = (percent: number) => Math.round(percent * 100);

  test('every standard and reduced rate of all 28', () => {
    const differing = Object.entries(eu.data.items ?? {}).filter(([country, { rates }]) => {
      const { standard, ...reduced } = rates;
      const ours = BUILT_IN.filter((row) => row.country === country && !row.postal && row.validFrom <= at && (!row.validTo || at < row.validTo));
      const listed = (rows: number[]) => JSON.stringify([...new Set(rows)].sort((a, b) => a - b));
      return ratesFor(table, { country }, 'standard', at)[0]?.rateBps !== bps(standard!)
        || listed(ours.filter(({ category }) => category !== 'standard').map(({ rateBps }) => rateBps)) !== listed(Object.values(reduced).map(bps));
    });

    expect(Object.keys(eu.data.items ?? {})).toHaveLength(28);
    expect(differing).toEqual([]);
  });

  test('every area with a rate of its own, but for the Azores: 16 % since July 2021, where the list still has 18', () => {
    const samples: Record<string, string[]> = {
      'Canary Islands': ['35001', '38400'], Ceuta: ['51001', '51071'], Melilla: ['52001', '52081'], "Campione d'Italia": ['22061'], Livigno: ['23041'], 'Mount Athos': ['63086'],
      Guadeloupe: ['97110'], Martinique: ['97200'], Guyane: ['97300'], Reunion: ['97400'], Mayotte: ['97600'], 'Büsingen am Hochrhein': ['78266'], Heligoland: ['27498'],
      Madeira: ['9000-082', '9400001'], Azores: ['9500-119'], Jungholz: ['6691'], Mittelberg: ['6991', '6993'],
    };
    const exceptions = Object.entries(eu.data.items ?? {}).flatMap(([country, { exceptions: all = [] }]) => all.map((one_) => ({ country, ...one_ })));
    const found = exceptions.map(({ name, country }) => samples[name]!.map((postalCode) => ratesFor(table, { country, postalCode }, 'standard', at)[0]!.rateBps));

    expect(found).toEqual(exceptions.map(({ name, standard }) => samples[name]!.map(() => (name === 'Azores' ? 1600 : bps(standard)))));
    expect(exceptions).toHaveLength(17);
  });
});

type MoneyVector = { rate: string; lines: Array<{ unit: number; qty: number }>; exclusive: { perLine: number[]; taxLineRounded: number; taxTotalRounded: number }; inclusive: { taxPerLine: number[]; netPerLine: number[]; taxTotalRounded: number } };
const given = vectors<{ tax: MoneyVector[] }>('money');
given.describe('vectors made with exact decimals', () => {
  test('all 80: line by line and by order, with tax on top and inside', () => {
    for (const { rate: percent, lines, exclusive, inclusive } of given.data.tax ?? []) {
      const taxes = [{ name: 'VAT', rateBps: Math.round(Number(percent) * 1e6) / 100, jurisdiction: 'XX' }];
      const by = (level: 'line' | 'order', pricesIncludeTax: boolean) => computeTotals({
        currency: 'EUR', level, pricesIncludeTax, shipping: null, lines: lines.map(({ unit, qty }, at) => ({ id: `${at}`, sku: 'S', quantity: qty, unitPrice: money(unit, 'EUR'), taxes })),
      });
      const [onTop, inside] = [by('line', false), by('line', true)];
      expect(onTop.lines.map(({ tax }) => tax.amount)).toEqual(exclusive.perLine);
      expect(onTop.totals.taxTotal.amount).toBe(exclusive.taxLineRounded);
      expect(inside.lines.map(({ tax }) => tax.amount)).toEqual(inclusive.taxPerLine);
      expect(inside.lines.map(({ tax, lineTotal }) => lineTotal.amount - tax.amount)).toEqual(inclusive.netPerLine);
      expect(by('order', false).totals.taxTotal.amount).toBe(exclusive.taxTotalRounded);
      expect(by('order', true).totals.taxTotal.amount).toBe(inclusive.taxTotalRounded);
    }
    expect(given.data.tax).toHaveLength(80);
  });
});
