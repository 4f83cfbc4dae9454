import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { taxRateBody, fieldsOf } from './tax-rates.schemas.js';
import { keyOf, withDefaults, type TaxRateFields } from './tax-rates.js';

/** One wrong cell, or row where no cell is to blame; lines are counted as an editor shows them. */
export type CsvRowError = Readonly<{ line: number; column?: string; message: string }>;
export type ReadTaxRates = Readonly<{ rates: readonly TaxRateFields[]; errors: readonly CsvRowError[] }>;

export const CSV_COLUMNS = ['country', 'region', 'postalPrefix', 'postalFrom', 'postalTo', 'category', 'layer', 'name', 'rateBps', 'ratePercent', 'jurisdiction', 'validFrom', 'validTo', 'reason'] as const;
type Column = typeof CSV_COLUMNS[number];
type Cells = Partial<Record<Column, string>>;
const REQUIRED: readonly Column[] = ['country', 'name', 'validFrom'];
const MAX_ROWS = 50_000;

/** Every row that is wrong is named; an empty cell says nothing. */
export function readTaxRatesCsv(text: string): ReadTaxRates {
  const records = recordsOf(text);
  if ('errors' in records) return { rates: [], errors: records.errors };
  const rates: TaxRateFields[] = [];
  const errors: CsvRowError[] = [];
  const lineOf = new Map<string, number>();
  for (const { line, cells } of records.rows) {
    const read = rateOf(cells);
    if ('wrong' in read) { errors.push(...read.wrong.map((one) => ({ line, ...one }))); continue; }
    const key = keyOf(withDefaults(read.rate));
    const before = lineOf.get(key);
    if (before !== undefined) { errors.push({ line, message: `line ${before} is the same rate: area, category, layer and beginning` }); continue; }
    lineOf.set(key, line);
    rates.push(read.rate);
  }
  return { rates, errors };
}

function recordsOf(text: string): { rows: Array<{ line: number; cells: Cells }> } | { errors: CsvRowError[] } {
  try {
    const all = parse(text.replaceAll(/\r\n?/g, '\n'), { bom: true, trim: true, relax_column_count: true, skip_empty_lines: true, info: true }) as unknown as Array<{ record: string[]; info: { lines: number } }>;
    const [head, ...rest] = all;
    const header = head?.record ?? [];
    const unknown = header.filter((name) => !(CSV_COLUMNS as readonly string[]).includes(name));
    const missing = REQUIRED.filter((name) => !header.includes(name));
    const wrong = [
      ...unknown.map((column) => ({ line: 1, column, message: `there is no column ${column}; known are ${CSV_COLUMNS.join(', ')}` })), ...missing.map((column) => ({ line: 1, column, message: 'this column is missing' })),
      ...(header.includes('rateBps') === header.includes('ratePercent') ? [{ line: 1, column: 'rateBps', message: 'one of rateBps and ratePercent is needed' }] : []),
      ...(rest.length === 0 ? [{ line: 1, message: 'there is no row below the header' }] : []), ...(rest.length > MAX_ROWS ? [{ line: 1, message: `more than ${MAX_ROWS} rows` }] : []),
    ];
    if (wrong.length > 0) return { errors: wrong };
    const long = rest.filter(({ record }) => record.length > header.length);
    if (long.length > 0) return { errors: long.map(({ info }) => ({ line: info.lines, message: `more cells than the header has columns (${header.length})` })) };
    return { rows: rest.map(({ record, info }) => ({ line: info.lines, cells: Object.fromEntries(header.flatMap((name, at) => (record[at] === undefined || record[at] === '' ? [] : [[name, record[at]]]))) as Cells })) };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { errors: [{ line: Number((error as { lines?: number }).lines ?? 1), message: error.message }] };
  }
}

function rateOf({ postalPrefix, postalFrom, postalTo, rateBps, ratePercent, ...cells }: Cells): { rate: TaxRateFields } | { wrong: Array<Omit<CsvRowError, 'line'>> } {
  const bps = rateBps === undefined ? bpsOf(ratePercent) : Number(rateBps);
  const postal = postalPrefix !== undefined ? { prefix: postalPrefix } : postalFrom !== undefined || postalTo !== undefined ? { from: postalFrom, to: postalTo } : undefined;
  const { error, value } = taxRateBody.validate({ ...cells, rateBps: bps, ...(postal && { postal }) }, { abortEarly: false });
  if (!error) return { rate: fieldsOf(value) };
  return { wrong: error.details.map(({ path, message }) => ({ column: columnOf(String(path[0] ?? ''), path[1], rateBps === undefined), message })) };
}

/** 8.875 % as basis points, by its digits: 0.07 x 100 is no 7 for a computer. */
function bpsOf(percent: string | undefined): number {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(percent ?? '');
  return match ? Number(`${match[1]}${(match[2] ?? '').padEnd(4, '0').slice(0, 2)}.${(match[2] ?? '').padEnd(4, '0').slice(2)}`) : Number.NaN;
}

const POSTAL: Readonly<Record<string, string>> = { prefix: 'postalPrefix', from: 'postalFrom', to: 'postalTo' };
function columnOf(field: string, part: unknown, inPercent: boolean): string {
  if (field === 'postal') return POSTAL[String(part)] ?? 'postalFrom';
  return field === 'rateBps' && inPercent ? 'ratePercent' : field;
}
