import type { FieldSet, OptionalField, RawRow, RowFields, Scalar } from './import-export.js';

export const LABEL_LENGTH = 120;
export const DECIMAL = /^\d+(?:\.(\d+))?$/;
const MAX_RATING = 5;
const MAX_LIST = 50;
const MAX_TEXT = 2000;
const NAME = /^(?!(?:__proto__|constructor|prototype)$)[A-Za-z0-9_-]{1,64}$/;
const TYPED = /^(.+):(number|boolean|json)$/s;

/** A row that is being read, and where it says what is wrong with it. */
export type Cells = Readonly<{ raw: RawRow; wrong: (field: string, code: string, message: string) => null }>;

/** A column may itself have dots in its name, so the whole name is tried before the path. */
export function valueAt(raw: RawRow, source: string | undefined): unknown {
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
export const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value);
export const isBlank = (value: unknown) => value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
export const isAbsent = (raw: RawRow, source: string | readonly string[] | undefined): boolean =>
  [source ?? []].flat().every((one) => valueAt(raw, one) === undefined);

export function text(row: Cells, field: string, source: string | undefined, maximum = Infinity): string | null {
  const value = valueAt(row.raw, source);
  if (isBlank(value)) return null;
  if (!isScalar(value)) return row.wrong(field, 'not_text', `"${source}" must be text.`);
  const trimmed = String(value).trim();
  return trimmed.length <= maximum ? trimmed : row.wrong(field, 'too_long', `"${source}" has more than ${maximum} characters.`);
}

/** One line for people: a line break in a name is a slip of the file, and would split headers and log lines. */
export function label(row: Cells, field: string, source: string | undefined, maximum = LABEL_LENGTH): string | null {
  return text(row, field, source, maximum)?.replace(/\p{Cc}+/gu, ' ') ?? null;
}

export function required(row: Cells, field: string, source: string, maximum: number): string {
  if (isBlank(valueAt(row.raw, source))) row.wrong(field, 'required', `"${source}" is empty.`);
  return label(row, field, source, maximum) ?? '';
}

export function matching(row: Cells, field: string, source: string | undefined, pattern: RegExp): string | null {
  const value = text(row, field, source);
  return value === null || pattern.test(value) ? value : row.wrong(field, `invalid_${field}`, `"${source}" must match ${pattern.source}.`);
}

/** One source is taken as it is; several become paragraphs. */
export function paragraphs(row: Cells, source: string | readonly string[] = []): string {
  const value = typeof source === 'string' ? valueAt(row.raw, source) : undefined;
  if (typeof value === 'string') return isBlank(value) ? '' : value;
  return [source].flat().flatMap((one) => paragraph(row, one) ?? []).join('\n\n');
}

function paragraph(row: Cells, source: string): string | null {
  const value = valueAt(row.raw, source);
  const isList = Array.isArray(value) && value.every(isScalar);
  return isList ? value.join('\n').trim() || null : text(row, 'description', source);
}

export function wholeNumber(row: Cells, field: OptionalField, source: string | undefined): number | null {
  const digits = text(row, field, source);
  if (digits === null) return null;
  const number = /^\d+$/.test(digits) ? Number(digits) : NaN;
  return Number.isSafeInteger(number) ? number : row.wrong(field, 'not_a_whole_number', `"${source}" must be a whole number, 0 or more.`);
}

export function rating(row: Cells, source: string | undefined): number | null {
  const digits = text(row, 'rating', source);
  if (digits === null) return null;
  const number = DECIMAL.test(digits) ? Number(digits) : NaN;
  return number <= MAX_RATING ? number : row.wrong('rating', 'invalid_rating', `"${source}" must be a number from 0 to ${MAX_RATING}.`);
}

/** Names to values; a column `width:number` says that its text is a number. */
export function fieldSet(row: Cells, field: 'attributes' | 'options', sources: FieldSet = {}): RowFields {
  const columns = typeof sources === 'string' ? prefixed(row.raw, sources) : Object.entries(sources);
  const values = new Map<string, RowFields[string]>();
  for (const [label, source] of columns) {
    const [, name = label, type = 'text'] = TYPED.exec(label) ?? [];
    const raw = valueAt(row.raw, source);
    if (raw === undefined || (isBlank(raw) && !NAME.test(name))) continue;
    const value = isBlank(raw) ? null : cell(row, `${field}.${name}`, name, raw, type);
    // What is text in one product and a number in another has two columns, of which each row fills one.
    if (value !== null || !values.has(name)) values.set(name, value);
  }
  return Object.fromEntries(values);
}

function cell(row: Cells, field: string, name: string, raw: unknown, type: string): Scalar | readonly Scalar[] | null {
  if (!NAME.test(name)) return row.wrong(field, 'invalid_name', `"${name}" must be letters, digits, _ and - only.`);
  const value = typeof raw === 'string' ? fromText(raw.trim(), type) : raw;
  if (typeof value === 'string' && value.length > MAX_TEXT) return row.wrong(field, 'too_long', `"${name}" has more than ${MAX_TEXT} characters.`);
  if (isScalar(value) || (Array.isArray(value) && value.length <= MAX_LIST && value.every(isScalar))) return value;
  return row.wrong(field, 'invalid_value', `"${name}" must be ${type === 'text' ? 'text, a number, true or false, or a short list of these' : `written as ${type}`}.`);
}

function fromText(value: string, type: string): unknown {
  if (type === 'text') return value;
  try {
    const read: unknown = JSON.parse(value);
    return type === 'json' || typeof read === type ? read : undefined;
  } catch {
    return undefined;
  }
}

/** `attributes.` finds the columns `attributes.colour` and the members of a nested object `attributes` alike. */
export function prefixed(raw: RawRow, wildcard: string): [string, string][] {
  const prefix = wildcard.replace(/\*$/, '');
  const columns = Object.keys(raw).filter((column) => column.startsWith(prefix)).map((column) => column.slice(prefix.length));
  const nested = valueAt(raw, prefix.slice(0, -1));
  return [...columns, ...(isObject(nested) ? Object.keys(nested) : [])].map((name) => [name, `${prefix}${name}`]);
}
