import { isCurrency, minorUnitDigits, parseMoney, type Money } from '../../shared/money.js';
import { DECIMAL, isBlank, prefixed, text, valueAt, type Cells } from './import-cells.js';
import type { DraftReason, Mapping, RowPrice } from './import-export.js';

/** A double keeps 15 digits of any decimal; beyond that JSON.parse may already have changed the number. */
const EXACT_DIGITS = 15;

type Columns = Readonly<{ base: string | undefined; sale: string | undefined; wholesale: string | undefined; names: readonly [string, string, string] }>;
type Listed = Readonly<{ prices: readonly RowPrice[]; draftReason: DraftReason | null }>;

/** Nobody may buy what has no price, and a price of 0 in a feed means "unknown", not "free". */
export function readPrices(row: Cells, mapping: Mapping): Listed {
  const { price, salePrice, wholesalePrice } = mapping;
  const main: Columns = { base: price?.field, sale: salePrice, wholesale: wholesalePrice, names: ['price', 'salePrice', 'wholesalePrice'] };
  const listed = [readPrice(row, main, currencyOf(row, mapping)), ...otherCurrencies(row, mapping.pricesByCurrency)];
  const prices = listed.filter((one): one is RowPrice => typeof one === 'object' && one !== null);
  return { prices, draftReason: prices.length > 0 ? null : listed.includes('zero') ? 'zero_price' : 'no_price' };
}

function otherCurrencies(row: Cells, sources: Mapping['pricesByCurrency']): Array<RowPrice | 'zero' | null> {
  if (!sources) return [];
  const wildcards = [sources.base, sources.sale, sources.wholesale].flatMap((source) => source ?? []);
  const currencies = new Set(wildcards.flatMap((wildcard) => prefixed(row.raw, wildcard).map(([currency]) => currency)));
  const column = (wildcard: string | undefined, currency: string) => wildcard?.replace(/\*$/, currency);
  return [...currencies].map((currency) => {
    if (!isCurrency(currency)) return row.wrong(`price.${currency}`, 'invalid_currency', `"${currency}" is not an ISO 4217 code.`);
    const names = [`price.${currency}`, `salePrice.${currency}`, `wholesalePrice.${currency}`] as const;
    return readPrice(row, { base: column(sources.base, currency), sale: column(sources.sale, currency), wholesale: column(sources.wholesale, currency), names }, currency);
  });
}

function readPrice(row: Cells, { base, sale, wholesale, names }: Columns, currency: string | null): RowPrice | 'zero' | null {
  const listed = amount(row, names[0], base, currency);
  const reduced = optional(row, names[1], sale, currency);
  const forResale = optional(row, names[2], wholesale, currency);
  if (!listed || listed.amount === 0) {
    if (reduced) row.wrong(names[1], 'sale_without_price', 'A sale price is given without the price.');
    return listed ? 'zero' : null;
  }
  if (reduced && reduced > listed.amount) row.wrong(names[1], 'sale_above_price', 'The sale price is above the price.');
  return {
    currency: listed.currency, base: listed.amount,
    ...(reduced !== undefined && { sale: reduced }), ...(forResale !== undefined && { wholesale: forResale }),
  };
}

/** Undefined where there is no such column, null where it is blank or 0. */
function optional(row: Cells, field: string, source: string | undefined, currency: string | null): number | null | undefined {
  if (valueAt(row.raw, source) === undefined) return undefined;
  return amount(row, field, source, currency)?.amount || null;
}

function currencyOf(row: Cells, { price, salePrice, wholesalePrice }: Mapping): string | null {
  const currency = text(row, 'currency', price?.currencyField) ?? price?.currency ?? null;
  if (currency !== null && !isCurrency(currency)) return row.wrong('currency', 'invalid_currency', 'The currency is not an ISO 4217 code.');
  const hasAmount = [price?.field, salePrice, wholesalePrice].some((source) => !isBlank(valueAt(row.raw, source)));
  if (currency === null && hasAmount) row.wrong('currency', 'required', 'A price is given without its currency.');
  return currency;
}

function amount(row: Cells, field: string, source: string | undefined, currency: string | null): Money | null {
  const value = valueAt(row.raw, source);
  if (isBlank(value)) return null;
  if (typeof value !== 'string' && typeof value !== 'number') return row.wrong(field, 'invalid_price', `"${source}" must be a decimal number.`);
  if (typeof value === 'number' && significantDigits(value) > EXACT_DIGITS) {
    return row.wrong(field, 'price_too_precise', `"${source}" has more digits than a JSON number keeps; write it as text.`);
  }
  if (currency === null) return null;
  return decimal(row, field, source, String(value).trim(), currency);
}

const significantDigits = (value: number): number => String(value).split('e', 1)[0]!.replace(/\D/g, '').replace(/^0+|(?<!0)0+$/g, '').length;

function decimal(row: Cells, field: string, source: string | undefined, digits: string, currency: string): Money | null {
  if (digits.startsWith('-')) return row.wrong(field, 'negative_price', `"${source}" is negative.`);
  const match = DECIMAL.exec(digits);
  if (!match) return row.wrong(field, 'invalid_price', `"${source}" must be a decimal number such as 1299.00, without currency sign or separators.`);
  try {
    return parseMoney(digits, currency);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const isTooPrecise = (match[1] ?? '').replace(/(?<!0)0+$/, '').length > minorUnitDigits(currency);
    return isTooPrecise
      ? row.wrong(field, 'price_too_precise', `"${source}" has more decimals than ${currency} (${minorUnitDigits(currency)}).`)
      : row.wrong(field, 'price_too_large', `"${source}" is too large.`);
  }
}
