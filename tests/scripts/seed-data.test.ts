import { createHash } from 'node:crypto';
import { seedCatalogue, type SeedPrice, type SeedProduct } from '../../scripts/seed-data/index.js';
import { isCurrency, minorUnitDigits } from '../../src/shared/money.js';

/** Changes with the data, on purpose; run the test and copy the new value when the change is meant. */
const FINGERPRINT = '70d949046bdb0c39063874a2e67185b1a143ce57ee92aca8623cbfe11f7e6239';

const { categories, products, warehouses, stock, customers, orders } = seedCatalogue();
const variants = products.flatMap((product) => product.variants);
const prices = variants.flatMap((variant) => variant.prices);

const unique = (values: readonly string[]) => new Set(values).size === values.length;
const shareOf = (wanted: (product: SeedProduct) => boolean) => products.filter(wanted).length / products.length;
const firstPrices = ({ variants: [first] }: SeedProduct): readonly SeedPrice[] => first?.prices ?? [];
const soldIn = (currency: string) => shareOf((product) => firstPrices(product).some((price) => price.currency === currency));

test('the catalogue is the same on each run and each machine', () => {
  const fingerprint = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

  expect(fingerprint(seedCatalogue())).toBe(fingerprint({ categories, products, warehouses, stock, customers, orders }));
  expect(fingerprint(seedCatalogue())).toBe(FINGERPRINT);
});

test('there are at least 320 products in at least 36 categories of three levels', () => {
  expect(products.length).toBeGreaterThanOrEqual(320);
  expect(categories.length).toBeGreaterThanOrEqual(36);
  expect(new Set(categories.map(({ path }) => path.length))).toEqual(new Set([1, 2, 3]));
  expect(new Set(products.map(({ brand }) => brand)).size).toBeGreaterThanOrEqual(12);
});

test('a category follows its parent and has a slug of its own', () => {
  const seen = new Set<string>();
  for (const { path } of categories) {
    if (path.length > 1) expect(seen).toContain(path.slice(0, -1).join(' > '));
    seen.add(path.join(' > '));
  }
  expect(unique(categories.map(({ slug }) => slug))).toBe(true);
});

test('each product stands in an existing category, each lowest category has products', () => {
  const used = products.flatMap(({ categorySlugs }) => categorySlugs);
  const known = new Set(categories.map(({ slug }) => slug));
  const lowest = categories.filter(({ path }) => path.length === 3).map(({ slug }) => slug);

  expect(used.filter((slug) => !known.has(slug))).toEqual([]);
  expect(lowest.filter((slug) => !used.includes(slug))).toEqual([]);
});

test('slugs, names, SKUs and barcodes are unique and well formed', () => {
  expect(unique(products.map(({ slug }) => slug))).toBe(true);
  expect(unique(products.map(({ name }) => name))).toBe(true);
  expect(unique(variants.map(({ sku }) => sku))).toBe(true);
  expect(unique(variants.map(({ barcode }) => barcode))).toBe(true);
  for (const { slug } of products) expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  for (const { sku } of variants) expect(sku).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
});

test('a barcode has the check digit of an EAN-13', () => {
  for (const { barcode } of variants) {
    const sum = [...barcode].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
    expect(barcode).toMatch(/^29\d{11}$/);
    expect(sum % 10).toBe(0);
  }
});

test('a description has two to four sentences and no gap left in it', () => {
  for (const { description } of products) {
    const sentences = description.split(/(?<=[.!?]) (?=[A-ZÀ-Ý])/);
    expect(sentences.length).toBeGreaterThanOrEqual(2);
    expect(sentences.length).toBeLessThanOrEqual(4);
    expect(description).not.toMatch(/[{}]|undefined|lorem/i);
  }
  expect(unique(products.map(({ description }) => description))).toBe(true);
});

test('a product has one to four variants that differ in their options, with weight and dimensions', () => {
  for (const product of products) {
    expect(product.variants.length).toBeGreaterThanOrEqual(1);
    expect(product.variants.length).toBeLessThanOrEqual(4);
    expect(unique(product.variants.map(({ options }) => JSON.stringify(options)))).toBe(true);
  }
  for (const { weightGrams, dimensionsMm } of variants) {
    for (const measure of [weightGrams, ...Object.values(dimensionsMm)]) expect(Number.isSafeInteger(measure) && measure > 0).toBe(true);
  }
});

test('prices are whole minor units: EUR, GBP and USD for all, JPY for about half, KWD for some', () => {
  for (const { prices: own } of variants) expect(own.map(({ currency }) => currency)).toEqual(expect.arrayContaining(['EUR', 'GBP', 'USD']));
  for (const { currency, base, sale, wholesale } of prices) {
    expect(isCurrency(currency)).toBe(true);
    for (const amount of [base, sale ?? 1, wholesale ?? 1]) expect(Number.isSafeInteger(amount) && amount > 0).toBe(true);
    if (sale !== undefined) expect(sale).toBeLessThan(base);
    if (wholesale !== undefined) expect(wholesale).toBeLessThan(base);
  }
  expect(soldIn('JPY')).toBeCloseTo(0.5, 1);
  expect(soldIn('KWD')).toBeGreaterThan(0.1);
});

test('a price is worth about the same in every currency', () => {
  const PER_EURO = { EUR: 1, GBP: 0.86, USD: 1.09, JPY: 163, KWD: 0.335 };
  const major = ({ currency, base }: SeedPrice) => base / 10 ** minorUnitDigits(currency);
  for (const { prices: own } of variants) {
    for (const price of own) {
      const ratio = major(price) / PER_EURO[price.currency] / major(own[0]!);
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.12);
    }
  }
});

test('some products are on sale, some sold wholesale, some carry sustainability data or custom fields', () => {
  const withPrice = (key: 'sale' | 'wholesale') => shareOf((product) => firstPrices(product).some((price) => price[key] !== undefined));

  expect(withPrice('sale')).toBeCloseTo(0.15, 1);
  expect(withPrice('wholesale')).toBeCloseTo(0.3, 1);
  expect(shareOf(({ sustainability }) => sustainability !== undefined)).toBeGreaterThan(0.2);
  expect(shareOf(({ customFields }) => Object.keys(customFields).length > 0)).toBeGreaterThan(0.1);
});

test('a handful is draft or archived, all others are active', () => {
  for (const status of ['draft', 'archived']) {
    const count = products.filter((product) => product.status === status).length;
    expect(count).toBeGreaterThanOrEqual(2);
    expect(count).toBeLessThanOrEqual(12);
  }
});

test('an attribute has one type in the whole catalogue', () => {
  const types = new Map<string, string>();
  for (const { attributes } of products) {
    for (const [name, value] of Object.entries(attributes)) {
      expect([name, types.get(name) ?? typeof value]).toEqual([name, typeof value]);
      types.set(name, typeof value);
    }
  }
  expect(new Set(types.values())).toEqual(new Set(['string', 'number', 'boolean']));
});

test('three warehouses estimate the time to every region that they serve', () => {
  expect(warehouses.map(({ location }) => [location.city, location.country])).toEqual([['London', 'GB'], ['Rotterdam', 'NL'], ['Chicago', 'US']]);
  for (const { regionsServed, shippingTimeEstimates } of warehouses) {
    expect(Object.keys(shippingTimeEstimates)).toEqual(regionsServed);
    for (const days of Object.values(shippingTimeEstimates)) expect(Number.isSafeInteger(days) && days > 0).toBe(true);
  }
});

test('every SKU has a level in every warehouse; few are sold out, few nearly, most have 20 to 500', () => {
  expect(stock).toHaveLength(variants.length * warehouses.length);
  const inWarehouses = new Map<string, number[]>();
  for (const { sku, onHand } of stock) inWarehouses.set(sku, [...(inWarehouses.get(sku) ?? []), onHand]);

  const all = [...inWarehouses.values()];
  const count = (wanted: (onHand: number) => boolean) => all.filter((levels) => levels.every(wanted)).length;
  expect(count((onHand) => onHand === 0)).toBeGreaterThan(5);
  expect(count((onHand) => onHand >= 1 && onHand <= 3)).toBeGreaterThan(5);
  expect(stock.filter(({ onHand }) => onHand >= 20 && onHand <= 500).length / stock.length).toBeGreaterThan(0.8);
});

test('six customers have addresses, and at least twelve orders have every outcome', () => {
  expect(customers).toHaveLength(6);
  expect(customers.every(({ addresses }) => addresses.length > 0)).toBe(true);
  expect(unique(customers.map(({ email }) => email))).toBe(true);
  expect(orders.length).toBeGreaterThanOrEqual(12);
  expect(new Set(orders.map(({ outcome }) => outcome))).toEqual(new Set(['placed', 'completed', 'cancelled']));
});

test('every order can be placed: its products are active, sold in its currency and in stock where it is shipped from', () => {
  for (const { customerEmail, currency, lines } of orders) {
    const { country } = customers.find(({ email }) => email === customerEmail)!.addresses[0]!;
    const { code } = warehouses.find(({ regionsServed }) => regionsServed.includes(country))!;
    for (const { sku, quantity } of lines) {
      const product = products.find((one) => one.variants.some((variant) => variant.sku === sku));
      const sold = product?.variants.find((variant) => variant.sku === sku)?.prices.map((price) => price.currency);
      const onHand = stock.find((level) => level.sku === sku && level.warehouseCode === code)?.onHand ?? 0;
      expect({ sku, status: product?.status, sold }).toEqual({ sku, status: 'active', sold: expect.arrayContaining([currency]) });
      expect(onHand).toBeGreaterThanOrEqual(quantity);
    }
  }
});
