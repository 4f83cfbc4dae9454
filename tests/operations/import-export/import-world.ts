import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseMapping, type ImportResult } from '../../../src/operations/import-export/index.js';
import { openShop } from '../../support/shop.js';
import { filesOf } from './files.js';

export { writeProducts } from '../../../scripts/bench/product-file.js';

const data = process.env['KONTOR_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
export const ESCI_FILE = join(data, 'search', 'products.jsonl.gz');
export const hasEsci = existsSync(ESCI_FILE);
export const NO_ERRORS = { errors: 0, firstErrors: [] };

type Options = { mapping?: string; stock?: number; warehouse?: string; dryRun?: boolean; batchSize?: number };

/** A selling world with a folder for files, and short words for what an import does. */
export async function openImportWorld(name: string) {
  const shop = await openShop();
  const files = filesOf(name);
  const { importExport } = shop.container;
  const imported = async (file: string, { mapping = 'kontor', ...options }: Options = {}): Promise<ImportResult> =>
    (await importExport.importFile({ file, mapping: chooseMapping(mapping).mapping, ...options })).result;
  return {
    ...shop, files, imported,
    /** A CSV with these lines under a header. */
    csv: (header: string, ...lines: string[]) => files.written(`${randomBytes(4).toString('hex')}.csv`, [header, ...lines, ''].join('\n')),
    variant: (sku: string) => shop.connection.collection('variants').findOne({ sku }),
    product: (filter: object) => shop.connection.collection('products').findOne(filter),
    exported: async (format: 'csv' | 'ndjson') => {
      const pieces: string[] = [];
      for await (const piece of importExport.exportProducts(format)) pieces.push(piece);
      return pieces.join('');
    },
    close: async () => {
      files.remove();
      await shop.close();
    },
  };
}

export type ImportWorld = Awaited<ReturnType<typeof openImportWorld>>;
