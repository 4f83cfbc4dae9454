import { SYSTEM, type Actor } from '../../shared/actor.js';
import { ImportBook } from './import-book.js';
import { afterRows, NOT_BEGUN, type ImportProgress, type ImportResult, type ImportState, type Mapping, type RowError, type WrittenRow } from './import-export.js';
import { WarehouseUnknown } from './import-export.errors.js';
import type { FileMeter } from './import-lines.js';
import { readRows, type ImportFormat } from './import-reader.js';
import { normaliseRow } from './import-rows.js';
import type { Admitted, ImportWriter, InventoryPort, Target } from './import-writer.js';

export type ImportRequest = Readonly<{
  file: string; mapping: Mapping; format?: ImportFormat | undefined; dryRun?: boolean; batchSize?: number;
  /** On hand for priced new SKUs where the file has no stock. */
  stock?: number | null | undefined;
  /** Code of the warehouse that stock is set in; without one the preferred. */
  warehouse?: string | undefined;
  importId: string; actor?: Actor;
}>;
export type ImportRun = Readonly<{
  /** Where an earlier attempt was left. */
  resumeFrom?: ImportState | null;
  /** After each batch; a crash before it means that this batch is done again, which changes nothing. */
  save?(state: ImportState): Promise<void>;
  onProgress?(progress: ImportProgress): Promise<void> | void;
  signal?: AbortSignal;
  maxBytes?: number;
}>;

const BATCH = 500;
/** A shop without any warehouse can sell nothing, so an import that brings stock makes one. */
const FIRST_WAREHOUSE = { code: 'MAIN', name: 'Main warehouse', priority: 1, regionsServed: [], shippingTimeEstimates: {} };

type Entry = Readonly<{ line: number } & ({ admitted: Admitted } | { errors: readonly RowError[] })>;

export class ImportService {
  constructor(private readonly deps: { writer: ImportWriter; inventory: InventoryPort; defaultCountry: string }) {}

  /** All rows of the file, batch by batch, each once. What is wrong in a row holds up nothing but that row. */
  async importFile(request: ImportRequest, run: ImportRun = {}): Promise<ImportResult> {
    const target = await this.targetOf(request);
    const meter: FileMeter = { bytesRead: 0, bytesTotal: 0 };
    let state = run.resumeFrom ?? NOT_BEGUN;
    let batch: Entry[] = [];
    const commit = async () => {
      run.signal?.throwIfAborted();
      if (batch.length > 0) {
        state = await this.commit(batch, state, target);
        if (!target.dryRun) await run.save?.(state);
      }
      batch = [];
      await run.onProgress?.({ ...state.result, fileDone: meter.bytesTotal > 0 ? Math.min(1, meter.bytesRead / meter.bytesTotal) : 0 });
    };
    for await (const entry of entriesOf(request, meter, run.maxBytes)) {
      if (entry.line <= state.line) continue;
      batch.push(entry);
      if (batch.length >= (request.batchSize ?? BATCH)) await commit();
    }
    await commit();
    return state.result;
  }

  private async commit(batch: readonly Entry[], state: ImportState, target: Target): Promise<ImportState> {
    const written = await this.deps.writer.write(batch.flatMap((entry) => ('admitted' in entry ? [entry.admitted] : [])), target);
    const outcomes = written[Symbol.iterator]();
    return afterRows(state, batch.map((entry) => ('errors' in entry ? entry : outcomes.next().value as WrittenRow)), batch.at(-1)!.line);
  }

  private async targetOf({ mapping, stock = null, warehouse, importId, actor = SYSTEM, dryRun = false }: ImportRequest): Promise<Target> {
    return { importId, actor, dryRun, defaultStock: stock, isForeign: mapping.sku !== mapping.key, warehouse: await this.warehouseCode(warehouse, dryRun) };
  }

  private async warehouseCode(asked: string | undefined, dryRun: boolean): Promise<string> {
    const { inventory, defaultCountry } = this.deps;
    const warehouses = await inventory.activeWarehouses();
    const found = asked === undefined ? warehouses[0] : warehouses.find(({ code }) => code === asked);
    if (found) return found.code;
    if (asked !== undefined) throw new WarehouseUnknown(asked, warehouses.map(({ code }) => code));
    if (dryRun) return FIRST_WAREHOUSE.code;
    return (await inventory.ensureWarehouse({ ...FIRST_WAREHOUSE, location: { address: '-', city: '-', country: defaultCountry } })).code;
  }
}

/** The whole file from its first row, also when only a later part is wanted: what a row means depends on the rows before it. */
async function* entriesOf({ file, mapping, format }: ImportRequest, meter: FileMeter, maxBytes: number | undefined): AsyncGenerator<Entry> {
  const book = new ImportBook();
  for await (const read of readRows(file, { mapping, meter, ...(format && { format }), ...(maxBytes !== undefined && { maxBytes }) })) {
    const { line } = read;
    const outcome = 'raw' in read ? normaliseRow(read.raw, mapping, line) : { errors: [read.error] };
    if ('errors' in outcome) {
      yield { line, errors: outcome.errors };
      continue;
    }
    const admitted = book.admit(outcome.row);
    yield 'error' in admitted ? { line, errors: [admitted.error] } : { line, admitted: { row: outcome.row, isFirst: admitted.isFirst } };
  }
}
