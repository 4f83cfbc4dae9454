import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseMapping, type ImportResult } from '../../../src/operations/import-export/index.js';
import { openShop } from '../../support/shop.js';
import { filesOf } from './files.js';

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

const COLOURS = ['black', 'white', 'oak', 'walnut', 'sand'];

/** `count` rows in our own columns: products of two variants, with stock, in 40 categories. */
export async function writeProducts(path: string, count: number): Promise<string> {
  const out = createWriteStream(path);
  out.write('sku,slug,name,description,brand,category,price,currency,sale_price,stock,barcode,weight_grams,attributes.colour,options.size\n');
  for (let row = 0; row < count; row++) {
    const product = Math.floor(row / 2);
    const size = row % 2 === 0 ? 'S' : 'L';
    const description = `"A piece of furniture number ${product}, made to last. ${'It is described at some length, as products are. '.repeat(6)}"`;
    const fits = out.write(`GEN-${product}-${size},generated-${product},Generated ${product},${description},Brand ${product % 50},Department ${product % 8} > Shelf ${product % 40},`
      + `${10 + (row % 500)}.${row % 2 === 0 ? '95' : '50'},EUR,${row % 7 === 0 ? '9.99' : ''},${row % 90},4006381${String(row).padStart(6, '0')},${100 + (row % 4000)},${COLOURS[product % 5]!},${size}\n`);
    if (!fits) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return path;
}
