import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRows, type ReadOptions, type ReadRow } from '../../../src/operations/import-export/import-reader.js';
import type { Mapping } from '../../../src/operations/import-export/import-export.js';

const PLAIN: Mapping = { key: 'sku', name: 'name' };

/** A directory for one test file; call `remove` when it is done. */
export function filesOf(test: string) {
  const directory = mkdtempSync(join(tmpdir(), `kontor-${test}-`));
  const path = (name: string) => join(directory, name);
  return {
    path,
    written(name: string, content: string | Buffer): string {
      writeFileSync(path(name), content);
      return path(name);
    },
    remove: () => rmSync(directory, { recursive: true }),
  };
}

export async function rowsOf(file: string, options: Partial<ReadOptions> = {}): Promise<ReadRow[]> {
  const rows: ReadRow[] = [];
  for await (const row of readRows(file, { mapping: PLAIN, ...options })) rows.push(row);
  return rows;
}

/** What a test wants to say about a row: where it begins, and its content or its refusal. */
export const inShort = (rows: readonly ReadRow[]) => rows.map((row) => [row.line, 'raw' in row ? row.raw : row.error.code]);
