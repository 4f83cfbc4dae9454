import { isUtf8 } from 'node:buffer';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { RawRow, RowError } from './import-export.js';
import { unguarded } from './csv-cells.js';
import { ImportFileError } from './import-export.errors.js';
import { MAX_LINE_BYTES, type Line } from './import-lines.js';

export type ReadRow = Readonly<{ line: number; offset: number } & ({ raw: RawRow } | { error: RowError })>;
type Header = Readonly<{ columns: readonly string[]; delimiter: string }>;
type Fields = readonly string[] | CsvError;

const QUOTE = 0x22;
const SPACE = 0x20;
const CARRIAGE_RETURN = 0x0d;
const NEWLINE = Buffer.from('\n');
/** Spreadsheets write semicolons wherever the comma is the decimal sign. */
const DELIMITERS = [',', ';', '\t'];
const DELIMITER_BYTES = new Set(DELIMITERS.map((delimiter) => delimiter.charCodeAt(0)));
/** One call of the parser for many records is seven times faster than one for each; so much is held for it. */
const BATCH_BYTES = 256 * 1024;

export const isBlankLine = (bytes: Buffer): boolean => bytes.every((byte) => byte <= SPACE);

export const refusal = ({ line, offset }: Line, code: string, message: string): ReadRow =>
  ({ line, offset, error: { line, field: null, code, message } });

/** Without one of the `required` columns no row can be right: that is said once and not for each row. */
export async function* readCsv(lines: AsyncIterable<Line>, required: readonly string[]): AsyncGenerator<ReadRow> {
  let header: Header | null = null;
  let batch: Line[] = [];
  let size = 0;
  for await (const record of joinQuoted(lines)) {
    if (!header) {
      header = readHeader(record, required);
      continue;
    }
    batch.push(record);
    size += record.bytes?.length ?? 0;
    if (size < BATCH_BYTES) continue;
    yield* readBatch(batch, header);
    batch = [];
    size = 0;
  }
  if (!header) throw new ImportFileError('empty_file', 'The file is empty.');
  yield* readBatch(batch, header);
}

/** csv-parse's own `info.lines` counts a CRLF inside quotes twice, so records are put together here, where lines are known. */
async function* joinQuoted(lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  let record: RecordParts | null = null;
  for await (const line of lines) {
    if (!record && line.bytes && isBlankLine(line.bytes)) continue;
    record ??= new RecordParts(line.line, line.offset);
    record.add(line.bytes);
    if (record.isOpen) continue;
    yield record.joined();
    record = null;
  }
  if (record) yield record.joined();
}

class RecordParts {
  isOpen = false;
  private isTooLong = false;
  private parts: Buffer[] = [];
  private length = 0;

  constructor(private readonly line: number, private readonly offset: number) {}

  /** Where a line was too long to keep, its quotes are unknown: the record ends there. */
  add(bytes: Buffer | null): void {
    this.isOpen = bytes !== null && endsInQuotes(bytes, this.isOpen);
    this.length += bytes ? bytes.length + NEWLINE.length : 0;
    this.isTooLong ||= bytes === null || this.length - NEWLINE.length > MAX_LINE_BYTES;
    if (this.isTooLong) this.parts = [];
    else if (bytes) this.parts.push(bytes, NEWLINE);
  }

  joined(): Line {
    return { line: this.line, offset: this.offset, bytes: this.isTooLong ? null : Buffer.concat(this.parts) };
  }
}

/** A quote opens only at the start of a field. After a misplaced one the record ends with its line, so the next row is safe. */
function endsInQuotes(bytes: Buffer, startsInQuotes: boolean): boolean {
  let inQuotes = startsInQuotes;
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) {
    const next = bytes[at + 1];
    if (!inQuotes) inQuotes = at === 0 || DELIMITER_BYTES.has(bytes[at - 1]!);
    else if (next === QUOTE) at += 1;
    else if (next === undefined || next === CARRIAGE_RETURN || DELIMITER_BYTES.has(next)) inQuotes = false;
    else return false;
  }
  return inQuotes;
}

function readHeader(record: Line, required: readonly string[]): Header {
  const refuse = (code: string, message: string) => new ImportFileError(code, message, { line: record.line, offset: record.offset });
  if (!record.bytes) throw refuse('header_too_long', 'The header is longer than 1 MB.');
  if (!isUtf8(record.bytes)) throw refuse('not_utf8', 'The header is not UTF-8.');

  const text = record.bytes.toString();
  const uses = (delimiter: string) => text.split(delimiter).length;
  const delimiter = DELIMITERS.reduce((best, other) => (uses(other) > uses(best) ? other : best));
  const fields = parseOne(record.bytes, delimiter);
  if (fields instanceof CsvError) throw refuse('invalid_header', 'The header is not valid CSV.');
  if (fields.some((field) => field.includes('\r'))) throw refuse('invalid_header', 'Lines end with CR alone; save the file with LF or CRLF.');

  const columns = fields.map((field) => field.trim());
  const twice = columns.filter((column, index) => column !== '' && columns.indexOf(column) !== index);
  if (twice.length > 0) throw refuse('duplicate_column', `The header names a column twice: ${[...new Set(twice)].join(', ')}.`);
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length > 0) throw refuse('missing_column', `The header lacks a column: ${missing.join(', ')}.`);
  return { columns, delimiter };
}

function* readBatch(batch: readonly Line[], header: Header): Generator<ReadRow> {
  const intact = batch.flatMap(({ bytes }) => (bytes && isUtf8(bytes) ? [bytes] : []));
  const parsed = parseAll(intact, header.delimiter)[Symbol.iterator]();
  for (const record of batch) {
    if (!record.bytes) yield refusal(record, 'row_too_long', 'The row is longer than 1 MB.');
    else if (!isUtf8(record.bytes)) yield refusal(record, 'not_utf8', 'The row is not UTF-8.');
    else yield* toRow(record, parsed.next().value as Fields, header.columns);
  }
}

function* toRow(record: Line, fields: Fields, columns: readonly string[]): Generator<ReadRow> {
  if (fields instanceof CsvError) {
    yield refusal(record, 'invalid_csv', fields.code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'A quote that opens in this row is never closed.'
      : 'A quote is out of place: put the whole field in quotes and double the quotes inside it.');
  } else if (fields.every((field) => field.trim() === '')) {
    return; // Spreadsheets leave rows of nothing but delimiters behind.
  } else if (fields.length !== columns.length) {
    yield refusal(record, 'column_count', `The row has ${fields.length} fields, the header ${columns.length}.`);
  } else {
    const named = columns.flatMap((column, index) => (column === '' ? [] : [[column, unguarded(fields[index]!)] as const]));
    yield { line: record.line, offset: record.offset, raw: Object.fromEntries(named) };
  }
}

function parseAll(records: readonly Buffer[], delimiter: string): readonly Fields[] {
  try {
    const all = parseText(Buffer.concat(records), delimiter);
    if (all.length === records.length) return all;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  return records.map((record) => parseOne(record, delimiter));
}

function parseOne(record: Buffer, delimiter: string): Fields {
  try {
    return parseText(record, delimiter)[0] ?? [];
  } catch (error) {
    if (error instanceof CsvError) return error;
    throw error;
  }
}

const parseText = (text: Buffer, delimiter: string): string[][] =>
  parse(text, { delimiter, record_delimiter: ['\r\n', '\n'], relax_column_count: true, max_record_size: 0 });
