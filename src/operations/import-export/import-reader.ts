import { isUtf8 } from 'node:buffer';
import { isBlankLine, readCsv, refusal, type ReadRow } from './import-csv.js';
import { isObject } from './import-cells.js';
import type { Mapping } from './import-export.js';
import { ImportFileError } from './import-export.errors.js';
import { readLines, type Line, type LineOptions } from './import-lines.js';

export type { ReadRow };
export type ImportFormat = 'csv' | 'ndjson';
export type ReadOptions = LineOptions & Readonly<{ mapping: Mapping; format?: ImportFormat }>;

const EXTENSIONS: Readonly<Record<string, ImportFormat>> = { csv: 'csv', tsv: 'csv', ndjson: 'ndjson', jsonl: 'ndjson' };

/**
 * The rows of a product file, plain or gzipped, in the order of the file. A row that cannot be read comes as an `error`; a
 * file that cannot be read on throws ImportFileError. `line` is where a row begins: whoever resumes leaves out those up to the last one done.
 */
export async function* readRows(file: string, { mapping, format, ...options }: ReadOptions): AsyncGenerator<ReadRow> {
  const chosen = format ?? formatOfName(file) ?? (await formatOfContent(file));
  if (chosen === 'ndjson') yield* readNdjson(readLines(file, options));
  else yield* readCsv(readLines(file, options), [mapping.key, mapping.name]);
}

export function formatOfName(file: string): ImportFormat | undefined {
  const extension = /\.([^./\\]+)(?:\.gz)?$/i.exec(file)?.[1] ?? '';
  return EXTENSIONS[extension.toLowerCase()];
}

async function formatOfContent(file: string): Promise<ImportFormat> {
  for await (const { bytes } of readLines(file)) {
    if (bytes && isBlankLine(bytes)) continue;
    const start = bytes?.subarray(0, 64).toString().trimStart()[0];
    if (start === '[') throw new ImportFileError('unsupported_format', 'The file is a JSON array; write one object per line (NDJSON).');
    return start === '{' ? 'ndjson' : 'csv';
  }
  throw new ImportFileError('empty_file', 'The file is empty.');
}

async function* readNdjson(lines: AsyncIterable<Line>): AsyncGenerator<ReadRow> {
  for await (const line of lines) {
    if (!line.bytes) yield refusal(line, 'row_too_long', 'The row is longer than 1 MB.');
    else if (!isBlankLine(line.bytes)) yield readObject(line, line.bytes);
  }
}

function readObject(line: Line, bytes: Buffer): ReadRow {
  if (!isUtf8(bytes)) return refusal(line, 'not_utf8', 'The row is not UTF-8.');
  try {
    const raw: unknown = JSON.parse(bytes.toString());
    return isObject(raw) ? { line: line.line, offset: line.offset, raw } : refusal(line, 'not_an_object', 'The row must be a JSON object.');
  } catch {
    return refusal(line, 'invalid_json', 'The row is not valid JSON.');
  }
}
