import type { Catalog, ImportOutcome, ImportProduct } from '../../selling/catalog/index.js';
import type { Inventory } from '../../fulfilment/inventory/index.js';
import type { Actor } from '../../shared/actor.js';
import { productKey } from './import-book.js';
import type { CategoryPath, ImportRow, RowError, WrittenRow } from './import-export.js';

export type CatalogPort = Pick<Catalog, 'upsertProducts' | 'findOrCreatePaths' | 'findPath' | 'findVariants'>;
export type InventoryPort = Pick<Inventory, 'setLevels' | 'activeWarehouses' | 'ensureWarehouse'>;
export type Admitted = Readonly<{ row: ImportRow; isFirst: boolean }>;
export type Target = Readonly<{
  /** Names the import in stock movements. */
  importId: string;
  /** Says that this is the reference of the product in another system, and not our own SKU. */
  isForeign: boolean;
  /** On hand for priced SKUs that never had stock and of which the row says none. */
  defaultStock: number | null;
  /** Code of the warehouse that gets it. */
  warehouse: string;
  actor: Actor;
  dryRun: boolean;
}>;

const NOWHERE = '000000000000000000000000';

/** Takes over one batch of rows. The same batch again changes nothing, so it may be repeated after a crash. */
export class ImportWriter {
  constructor(private readonly deps: { catalog: CatalogPort; inventory: InventoryPort }) {}

  async write(batch: readonly Admitted[], target: Target): Promise<WrittenRow[]> {
    if (batch.length === 0) return [];
    const categoryIds = await this.categoriesOf(batch, target);
    const products = batch.map((admitted) => productOf(admitted, target, categoryIds));
    const outcomes = await this.deps.catalog.upsertProducts(products, target.actor, { dryRun: target.dryRun });
    const stock = await this.setStock(batch.filter((_row, at) => isKnown(outcomes[at]!, target)).map(({ row }) => row), target);
    return batch.map(({ row }, at) => this.outcomeOf(row, outcomes[at]!, stock));
  }

  private outcomeOf(row: ImportRow, outcome: ImportOutcome, { changed, refused }: StockOutcome): WrittenRow {
    if (outcome.outcome === 'error') return { errors: [{ line: row.line, field: outcome.field, code: outcome.code, message: outcome.message }] };
    const refusal = refused.get(row.sku);
    if (refusal) return { errors: [{ line: row.line, ...refusal }] };
    return { row, result: outcome.outcome === 'unchanged' && changed.has(row.sku) ? 'updated' : outcome.outcome };
  }

  /** Each path of the batch once. A row that names none needs one only where its product is new. */
  private async categoriesOf(batch: readonly Admitted[], { dryRun }: Target): Promise<ReadonlyMap<string, string>> {
    const { catalog } = this.deps;
    const silent = batch.flatMap(({ row }) => (row.absent.includes('categoryPath') ? [row.sku] : []));
    const known = await catalog.findVariants(silent);
    const rows = batch.flatMap(({ row }) => (known.has(row.sku) ? [] : [row]));
    const paths = new Map(rows.flatMap(pathsOf).map((path) => [JSON.stringify(path), path]));
    const ids = dryRun ? await Promise.all([...paths.values()].map((path) => catalog.findPath(path))) : await catalog.findOrCreatePaths([...paths.values()]);
    return new Map([...paths.keys()].map((key, at) => [key, ids[at] ?? NOWHERE]));
  }

  private async setStock(rows: readonly ImportRow[], { importId, defaultStock, warehouse, actor, dryRun }: Target): Promise<StockOutcome> {
    const { inventory } = this.deps;
    const options = { cause: { type: 'import', id: importId }, actor, dryRun };
    const counted = rows.filter(({ stock }) => stock !== null).map(({ sku, stock }) => ({ sku, warehouse, onHand: stock! }));
    const silent = defaultStock === null ? [] : rows.filter(({ stock, prices }) => stock === null && prices.length > 0).map(({ sku }) => ({ sku, warehouse, onHand: defaultStock }));
    const set = counted.length > 0 ? await inventory.setLevels(counted, options) : null;
    const first = silent.length > 0 ? await inventory.setLevels(silent, { ...options, onlyNew: true }) : null;
    const refused = [...set?.refused ?? [], ...first?.refused ?? []];
    return {
      changed: new Set([...set?.changedSkus ?? [], ...first?.changedSkus ?? []]),
      refused: new Map(refused.map(({ sku, code, reserved }) => [sku, { field: 'stock', code, message: stockSentence(code, warehouse, reserved) }])),
    };
  }
}

const pathsOf = ({ categoryPath, alsoIn }: ImportRow): CategoryPath[] => [categoryPath, ...alsoIn];

function productOf({ row, isFirst }: Admitted, { isForeign }: Target, categoryIds: ReadonlyMap<string, string>): ImportProduct {
  const isAbsent = (field: ImportRow['absent'][number]) => row.absent.includes(field);
  return {
    key: productKey(row), foundBy: isForeign ? 'key' : 'sku', externalRef: row.externalRef, sku: row.sku, slug: row.slug, name: row.name, description: row.description,
    categoryIds: [...new Set(pathsOf(row).flatMap((path) => categoryIds.get(JSON.stringify(path)) ?? []))],
    status: row.status, attributes: row.attributes, options: row.options, prices: row.prices,
    brand: isAbsent('brand') ? undefined : row.brand,
    barcode: isAbsent('barcode') ? undefined : row.barcode,
    weightGrams: isAbsent('weightGrams') ? undefined : row.weightGrams,
    quantityRule: {
      minimum: isAbsent('minQuantity') ? undefined : row.minQuantity, maximum: isAbsent('maxQuantity') ? undefined : row.maxQuantity, step: isAbsent('quantityStep') ? undefined : row.quantityStep,
    },
    rating: row.rating === null ? undefined : { average: row.rating, count: row.ratingCount ?? 0 },
    ...(row.footprint && { footprint: row.footprint }),
    keeps: [
      ...(isFirst ? [] : ['content' as const]),
      ...(isAbsent('description') ? ['description' as const] : []),
      ...(isAbsent('status') || row.draftReason !== null ? ['status' as const] : []),
      ...(isAbsent('categoryPath') ? ['categories' as const] : isAbsent('alsoIn') ? ['otherCategories' as const] : []),
    ],
  };
}

type StockOutcome = Readonly<{ changed: ReadonlySet<string>; refused: ReadonlyMap<string, Omit<RowError, 'line'>> }>;

/** A product that a dry run would make has no stock to look at yet. */
const isKnown = ({ outcome }: ImportOutcome, { dryRun }: Target): boolean => outcome !== 'error' && !(dryRun && outcome === 'created');

const stockSentence = (code: string, warehouse: string, reserved = 0): string => (code === 'below_reserved'
  ? `The product was taken over, its stock was not: ${reserved} of it belong to orders.`
  : `The product was taken over, its stock was not: ${warehouse} does not take this SKU.`);
