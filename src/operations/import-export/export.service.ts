import type { Catalog } from '../../selling/catalog/index.js';
import { CsvColumns, exportRows, headerLine, ndjsonLine, rowLine } from './export-rows.js';
import type { ImportFormat } from './import-reader.js';

/** Small pieces would cost a write to the socket each. */
const PIECE = 64 * 1024;

export class ExportService {
  constructor(private readonly deps: { catalog: Pick<Catalog, 'walkProducts'>; defaultCurrency: string }) {}

  /** All products in our own columns, one line for each variant. Read only as fast as the reader takes it. */
  exportProducts(format: ImportFormat): AsyncGenerator<string> {
    return inPieces(format === 'csv' ? this.csv() : this.ndjson());
  }

  private async *ndjson(): AsyncGenerator<string> {
    for await (const walked of this.deps.catalog.walkProducts()) {
      for (const row of exportRows(walked, this.deps.defaultCurrency)) yield ndjsonLine(row);
    }
  }

  private async *csv(): AsyncGenerator<string> {
    const columns = new CsvColumns();
    for await (const walked of this.deps.catalog.walkProducts()) {
      for (const row of exportRows(walked, this.deps.defaultCurrency)) columns.look(row);
    }
    const { header } = columns;
    yield headerLine(header);
    for await (const walked of this.deps.catalog.walkProducts()) {
      for (const row of exportRows(walked, this.deps.defaultCurrency)) yield rowLine(row, header);
    }
  }
}

/** Of lines what is worth a write each. */
export async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
