import { fieldSet, isAbsent, label, LABEL_LENGTH, matching, paragraphs, rating, required, text, valueAt, wholeNumber, type Cells } from './import-cells.js';
import {
  OPTIONAL_FIELDS, UNCATEGORISED, type CategoryPath, type DraftReason, type ImportRow, type ImportStatus, type Mapping, type RawRow, type RowError, type RowOutcome,
} from './import-export.js';
import { readFootprint } from './import-footprint.js';
import { MAX_QUANTITY_PER_LINE } from '../../shared/quantity-rule.js';
import { SLUG } from '../../shared/slug.js';
import { readPrices } from './import-prices.js';

const SKU = /^[A-Za-z0-9._-]{1,64}$/;
const STATUSES: ReadonlySet<string> = new Set<ImportStatus>(['draft', 'pending_review', 'active', 'archived']);
const NAME_LENGTH = 300;
const SLUG_LENGTH = 140;
const REFERENCE_LENGTH = 200;
const DESCRIPTION_LENGTH = 20_000;

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

function readFields(row: Cells, mapping: Mapping, line: number): ImportRow {
  const key = required(row, 'key', mapping.key, LABEL_LENGTH);
  const sku = matching(row, 'sku', mapping.sku ?? mapping.key, SKU) ?? key;
  const { prices, draftReason } = readPrices(row, mapping);
  const footprint = readFootprint(row, mapping.footprint);
  const [categoryPath] = categories(row, 'categoryPath', mapping.categoryPath);
  return {
    line,
    key,
    externalRef: label(row, 'externalRef', mapping.externalRef, REFERENCE_LENGTH) ?? (mapping.sku === mapping.key ? null : key),
    sku,
    slug: short(row, 'slug', mapping.slug, matching(row, 'slug', mapping.slug, SLUG), SLUG_LENGTH),
    name: required(row, 'name', mapping.name, NAME_LENGTH),
    description: short(row, 'description', 'description', paragraphs(row, mapping.description), DESCRIPTION_LENGTH) ?? '',
    brand: label(row, 'brand', mapping.brand),
    categoryPath: categoryPath ?? [UNCATEGORISED],
    alsoIn: categories(row, 'alsoIn', mapping.alsoIn),
    ...statusOf(row, mapping.status, draftReason),
    prices,
    stock: wholeNumber(row, 'stock', mapping.stock),
    barcode: label(row, 'barcode', mapping.barcode),
    weightGrams: wholeNumber(row, 'weightGrams', mapping.weightGrams),
    minQuantity: units(row, 'minQuantity', mapping.minQuantity),
    maxQuantity: units(row, 'maxQuantity', mapping.maxQuantity),
    quantityStep: units(row, 'quantityStep', mapping.quantityStep),
    rating: rating(row, mapping.rating),
    ratingCount: wholeNumber(row, 'ratingCount', mapping.ratingCount),
    attributes: fieldSet(row, 'attributes', mapping.attributes),
    options: fieldSet(row, 'options', mapping.options),
    ...(footprint && { footprint }),
    absent: OPTIONAL_FIELDS.filter((field) => isAbsent(row.raw, mapping[field]) || (field === 'categoryPath' && !categoryPath)),
  };
}

function statusOf(row: Cells, source: string | undefined, draftReason: DraftReason | null): Pick<ImportRow, 'status' | 'draftReason'> {
  const wanted = text(row, 'status', source) ?? 'active';
  if (!STATUSES.has(wanted)) row.wrong('status', 'invalid_status', `"${source}" must be one of ${[...STATUSES].join(', ')}.`);
  const status = wanted as ImportStatus;
  return status === 'archived' || draftReason === null ? { status, draftReason: null } : { status: 'draft', draftReason };
}

/** `A > B` is one path, `A > B | C` two; a list is one path, and its names may hold any sign. */
function categories(row: Cells, field: 'categoryPath' | 'alsoIn', source: string | undefined): CategoryPath[] {
  const value = valueAt(row.raw, source);
  const lists = typeof value === 'string' ? splitPaths(value, field === 'alsoIn') : Array.isArray(value) && value.some(Array.isArray) ? value as unknown[] : [value ?? []];
  const paths = lists.map((names) => (Array.isArray(names) && names.every((name) => typeof name === 'string') ? trimmed(names as string[]) : null));
  if (paths.includes(null)) row.wrong(field, 'invalid_category', `"${source}" must be names, separated by " > ".`);
  const named = paths.flatMap((path) => (path && path.length > 0 ? [path] : []));
  if (named.some((path) => path.some((name) => name.length > LABEL_LENGTH))) row.wrong(field, 'too_long', `"${source}" has a name of more than ${LABEL_LENGTH} characters.`);
  return named;
}

const trimmed = (names: readonly string[]): string[] => names.map((name) => name.replace(/\p{Cc}+/gu, ' ').trim()).filter((name) => name !== '');

/** A sign that is part of a name has a backslash before it. */
function splitPaths(value: string, isList: boolean): string[][] {
  const plain = (name: string) => name.replace(/\\([\\>|])/g, '$1');
  const split = (content: string, sign: '>' | '|') => content.split(new RegExp(`(?<!(?<!\\\\)(?:\\\\\\\\)*\\\\)[${sign}]`));
  return (isList ? split(value, '|') : [value]).map((path) => split(path, '>').map(plain));
}

function units(row: Cells, field: 'minQuantity' | 'maxQuantity' | 'quantityStep', source: string | undefined): number | null {
  const value = wholeNumber(row, field, source);
  return value === 0 || (value !== null && value > MAX_QUANTITY_PER_LINE) ? row.wrong(field, 'invalid_quantity', `"${source}" must be between 1 and ${MAX_QUANTITY_PER_LINE}.`) : value;
}

function short(row: Cells, field: string, source: string | undefined, value: string | null, maximum: number): string | null {
  return value === null || value.length <= maximum ? value : row.wrong(field, 'too_long', `"${source}" has more than ${maximum} characters.`);
}
