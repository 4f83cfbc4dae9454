import type { ImportRow, RowError } from './import-export.js';

/** What the file has said so far. A file read from its beginning gives the same book, whatever part of it is imported. */
export class ImportBook {
  private readonly lineOfSku = new Map<string, number>();
  private readonly products = new Set<string>();

  /** The first row of a product describes it, the others add variants; a SKU counts once. */
  admit(row: ImportRow): { isFirst: boolean } | { error: RowError } {
    const sku = row.sku.toLowerCase();
    const first = this.lineOfSku.get(sku);
    if (first !== undefined) {
      return { error: { line: row.line, field: 'sku', code: 'duplicate_sku', message: `The SKU ${row.sku} was already in line ${first}.` } };
    }
    this.lineOfSku.set(sku, row.line);
    const product = productKey(row);
    const isFirst = !this.products.has(product);
    this.products.add(product);
    return { isFirst };
  }
}

/** Rows that share it are variants of one product. */
export const productKey = ({ externalRef, slug, sku }: ImportRow): string => externalRef ?? slug ?? sku;
