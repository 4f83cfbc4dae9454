import { isCurrency, minorUnitDigits, parseMoney, type Money } from '../../shared/money.js';

/** A row as its file has it: CSV gives text only, NDJSON any JSON. */
export type RawRow = Readonly<Record<string, unknown>>;
/** `field` is the name in the mapping, or null when the row as a whole cannot be read. */
export type RowError = Readonly<{ line: number; field: string | null; code: string; message: string }>;
export type Scalar = string | number | boolean;
export type ImportStatus = 'draft' | 'pending_review' | 'active' | 'archived';
export type DraftReason = 'no_price' | 'zero_price';

export type ImportRow = Readonly<{
  line: number;
  key: string;
  sku: string;
  slug: string | null;
  name: string;
  description: string;
  brand: string | null;
  categoryPath: readonly string[];
  status: ImportStatus;
  draftReason: DraftReason | null;
  price: Money | null;
  salePrice: Money | null;
  wholesalePrice: Money | null;
  stock: number | null;
  barcode: string | null;
  weightGrams: number | null;
  rating: number | null;
  ratingCount: number | null;
  attributes: Readonly<Record<string, Scalar>>;
  options: Readonly<Record<string, Scalar>>;
}>;
export type RowOutcome = Readonly<{ row: ImportRow } | { errors: readonly RowError[] }>;

/** A source is a column or a dotted path; `currency` counts where the row names none. */
export type PriceSource = Readonly<{ field: string; currency?: string; currencyField?: string }>;
/** Target to source, or `prefix.*` for all columns that start so. */
export type FieldSet = string | Readonly<Record<string, string>>;

export type Mapping = Readonly<{
  key: string;
  name: string;
  sku?: string;
  slug?: string;
  /** Several sources become paragraphs, in this order. */
  description?: string | readonly string[];
  brand?: string;
  categoryPath?: string;
  status?: string;
  price?: PriceSource;
  salePrice?: string;
  wholesalePrice?: string;
  stock?: string;
  barcode?: string;
  weightGrams?: string;
  rating?: string;
  ratingCount?: string;
  attributes?: FieldSet;
  options?: FieldSet;
}>;

export const UNCATEGORISED = 'Uncategorised';
const SKU = /^[A-Za-z0-9._-]{1,64}$/;
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const DECIMAL = /^\d+(?:\.(\d+))?$/;
const STATUSES: ReadonlySet<string> = new Set<ImportStatus>(['draft', 'pending_review', 'active', 'archived']);
const NAME_LENGTH = 300;
const LABEL_LENGTH = 120;
const MAX_RATING = 5;
/** A double keeps 15 digits of any decimal; beyond that JSON.parse may already have changed the number. */
const EXACT_DIGITS = 15;

type Row = Readonly<{ raw: RawRow; wrong: (field: string, code: string, message: string) => null }>;

/** All wrong fields of the row at once, or the row in our own words. */
export function normaliseRow(raw: RawRow, mapping: Mapping, line: number): RowOutcome {
  const errors: RowError[] = [];
  const wrong = (field: string, code: string, message: string) => {
    errors.push({ line, field, code, message });
    return null;
  };
  const row = readFields({ raw, wrong }, mapping, line);
  return errors.length > 0 ? { errors } : { row };
}

function readFields(row: Row, mapping: Mapping, line: number): ImportRow {
  const key = required(row, 'key', mapping.key, LABEL_LENGTH);
  return {
    line,
    key,
    sku: matching(row, 'sku', mapping.sku ?? mapping.key, SKU) ?? key,
    slug: matching(row, 'slug', mapping.slug, SLUG),
    name: required(row, 'name', mapping.name, NAME_LENGTH),
    description: paragraphs(row, mapping.description),
    brand: text(row, 'brand', mapping.brand, LABEL_LENGTH),
    categoryPath: categories(row, mapping.categoryPath),
    ...prices(row, mapping),
    stock: wholeNumber(row, 'stock', mapping.stock),
    barcode: text(row, 'barcode', mapping.barcode, LABEL_LENGTH),
    weightGrams: wholeNumber(row, 'weightGrams', mapping.weightGrams),
    rating: rating(row, mapping.rating),
    ratingCount: wholeNumber(row, 'ratingCount', mapping.ratingCount),
    attributes: fieldSet(row, 'attributes', mapping.attributes),
    options: fieldSet(row, 'options', mapping.options),
  };
}

/** A column may itself have dots in its name, so the whole name is tried before the path. */
function valueAt(raw: RawRow, source: string | undefined): unknown {
  if (source === undefined) return undefined;
  if (Object.hasOwn(raw, source)) return raw[source];
  let value: unknown = raw;
  for (const step of source.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

export const isObject = (value: unknown): value is RawRow => typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);
const isBlank = (value: unknown) => value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

function text(row: Row, field: string, source: string | undefined, maximum = Infinity): string | null {
  const value = valueAt(row.raw, source);
  if (isBlank(value)) return null;
  if (!isScalar(value)) return row.wrong(field, 'not_text', `"${source}" must be text.`);
  const trimmed = String(value).trim();
  return trimmed.length <= maximum ? trimmed : row.wrong(field, 'too_long', `"${source}" has more than ${maximum} characters.`);
}

function required(row: Row, field: string, source: string, maximum: number): string {
  if (isBlank(valueAt(row.raw, source))) row.wrong(field, 'required', `"${source}" is empty.`);
  return text(row, field, source, maximum) ?? '';
}

function matching(row: Row, field: string, source: string | undefined, pattern: RegExp): string | null {
  const value = text(row, field, source);
  return value === null || pattern.test(value) ? value : row.wrong(field, `invalid_${field}`, `"${source}" must match ${pattern.source}.`);
}

function paragraphs(row: Row, source: string | readonly string[] = []): string {
  return [source].flat().flatMap((one) => paragraph(row, one) ?? []).join('\n\n');
}

function paragraph(row: Row, source: string): string | null {
  const value = valueAt(row.raw, source);
  const isList = Array.isArray(value) && value.every(isScalar);
  return isList ? value.join('\n').trim() || null : text(row, 'description', source);
}

function categories(row: Row, source: string | undefined): readonly string[] {
  const value = valueAt(row.raw, source);
  const names = typeof value === 'string' ? value.split('>') : value ?? [];
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    row.wrong('categoryPath', 'invalid_category', `"${source}" must be names, separated by " > ".`);
    return [];
  }
  const path = names.map((name) => name.trim()).filter((name) => name !== '');
  if (path.some((name) => name.length > LABEL_LENGTH)) row.wrong('categoryPath', 'too_long', `"${source}" has a name of more than ${LABEL_LENGTH} characters.`);
  return path.length > 0 ? path : [UNCATEGORISED];
}

function prices(row: Row, mapping: Mapping): Pick<ImportRow, 'price' | 'salePrice' | 'wholesalePrice' | 'status' | 'draftReason'> {
  const currency = currencyOf(row, mapping);
  const listed = amount(row, 'price', mapping.price?.field, currency);
  const salePrice = positive(amount(row, 'salePrice', mapping.salePrice, currency));
  if (listed && salePrice && salePrice.amount > listed.amount) row.wrong('salePrice', 'sale_above_price', 'The sale price is above the price.');
  return {
    price: positive(listed),
    salePrice,
    wholesalePrice: positive(amount(row, 'wholesalePrice', mapping.wholesalePrice, currency)),
    ...statusOf(row, mapping.status, listed),
  };
}

/** Nobody may buy what has no price, and a price of 0 in a feed means "unknown", not "free". */
function statusOf(row: Row, source: string | undefined, listed: Money | null): Pick<ImportRow, 'status' | 'draftReason'> {
  const wanted = text(row, 'status', source) ?? 'active';
  if (!STATUSES.has(wanted)) row.wrong('status', 'invalid_status', `"${source}" must be one of ${[...STATUSES].join(', ')}.`);
  const status = wanted as ImportStatus;
  if (status === 'archived' || positive(listed)) return { status, draftReason: null };
  return { status: 'draft', draftReason: listed ? 'zero_price' : 'no_price' };
}

const positive = (price: Money | null): Money | null => (price && price.amount > 0 ? price : null);

function currencyOf(row: Row, { price, salePrice, wholesalePrice }: Mapping): string | null {
  const currency = text(row, 'currency', price?.currencyField) ?? price?.currency ?? null;
  if (currency !== null && !isCurrency(currency)) return row.wrong('currency', 'invalid_currency', 'The currency is not an ISO 4217 code.');
  const hasAmount = [price?.field, salePrice, wholesalePrice].some((source) => !isBlank(valueAt(row.raw, source)));
  if (currency === null && hasAmount) row.wrong('currency', 'required', 'A price is given without its currency.');
  return currency;
}

function amount(row: Row, field: string, source: string | undefined, currency: string | null): Money | null {
  const value = valueAt(row.raw, source);
  if (isBlank(value)) return null;
  if (typeof value !== 'string' && typeof value !== 'number') return row.wrong(field, 'invalid_price', `"${source}" must be a decimal number.`);
  if (typeof value === 'number' && significantDigits(value) > EXACT_DIGITS) {
    return row.wrong(field, 'price_too_precise', `"${source}" has more digits than a JSON number keeps; write it as text.`);
  }
  if (currency === null) return null;
  return decimal(row, field, source, String(value).trim(), currency);
}

const significantDigits = (value: number): number => String(value).replace(/e.*$/, '').replace(/\D/g, '').replace(/^0+|0+$/g, '').length;

function decimal(row: Row, field: string, source: string | undefined, digits: string, currency: string): Money | null {
  if (digits.startsWith('-')) return row.wrong(field, 'negative_price', `"${source}" is negative.`);
  const match = DECIMAL.exec(digits);
  if (!match) return row.wrong(field, 'invalid_price', `"${source}" must be a decimal number such as 1299.00, without currency sign or separators.`);
  try {
    return parseMoney(digits, currency);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const isTooPrecise = (match[1] ?? '').replace(/0+$/, '').length > minorUnitDigits(currency);
    return isTooPrecise
      ? row.wrong(field, 'price_too_precise', `"${source}" has more decimals than ${currency} (${minorUnitDigits(currency)}).`)
      : row.wrong(field, 'price_too_large', `"${source}" is too large.`);
  }
}

function wholeNumber(row: Row, field: string, source: string | undefined): number | null {
  const digits = text(row, field, source);
  if (digits === null) return null;
  const number = /^\d+$/.test(digits) ? Number(digits) : NaN;
  return Number.isSafeInteger(number) ? number : row.wrong(field, 'not_a_whole_number', `"${source}" must be a whole number, 0 or more.`);
}

function rating(row: Row, source: string | undefined): number | null {
  const digits = text(row, 'rating', source);
  if (digits === null) return null;
  const number = DECIMAL.test(digits) ? Number(digits) : NaN;
  return number <= MAX_RATING ? number : row.wrong('rating', 'invalid_rating', `"${source}" must be a number from 0 to ${MAX_RATING}.`);
}

function fieldSet(row: Row, field: 'attributes' | 'options', sources: FieldSet = {}): Readonly<Record<string, Scalar>> {
  const entries = typeof sources === 'string' ? prefixed(row.raw, sources.replace(/\*$/, '')) : Object.entries(sources);
  return Object.fromEntries(entries.flatMap(([name, source]) => {
    const value = scalar(row, `${field}.${name}`, name, valueAt(row.raw, source));
    return value === null ? [] : [[name, value]];
  }));
}

/** `attributes.` finds the columns `attributes.colour` and the members of a nested object `attributes` alike. */
function prefixed(raw: RawRow, prefix: string): [string, string][] {
  const columns = Object.keys(raw).filter((column) => column.startsWith(prefix)).map((column) => column.slice(prefix.length));
  const nested = valueAt(raw, prefix.slice(0, -1));
  return [...columns, ...(isObject(nested) ? Object.keys(nested) : [])].map((name) => [name, `${prefix}${name}`]);
}

function scalar(row: Row, field: string, name: string, value: unknown): Scalar | null {
  if (isBlank(value)) return null;
  if (name === '' || name === '__proto__' || /^\$|\.|\0/.test(name)) return row.wrong(field, 'invalid_name', 'This name cannot be stored.');
  if (!isScalar(value)) return row.wrong(field, 'invalid_value', `"${name}" must be text, a number, true or false.`);
  return typeof value === 'string' ? value.trim() : value;
}
