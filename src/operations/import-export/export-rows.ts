import type { WalkedProduct } from '../../selling/catalog/index.js';
import { decimalOf } from '../../shared/money.js';
import { csvLine } from './csv-cells.js';
import type { CategoryPath } from './import-export.js';

type Value = string | number | boolean | null | readonly unknown[];
/** One variant in our own columns, in their order. NDJSON writes it as it is; CSV makes text of it. */
type ExportRow = ReadonlyMap<string, Value>;
type Variant = WalkedProduct['variants'][number];

const CORE = [
  'sku', 'slug', 'external_ref', 'name', 'description', 'brand', 'category', 'also_in', 'status', 'price', 'currency', 'sale_price', 'wholesale_price',
  'barcode', 'weight_grams',
] as const;
/** Columns that a file has only where some product says something. */
const FOOTPRINT = ['footprint_grams', 'production_grams', 'packaging_grams', 'shipping_estimate_grams', 'sustainability_score', 'recycled_percent', 'carbon_offset'] as const;

export const exportRows = ({ product, variants, categoryPaths }: WalkedProduct, mainCurrency: string): ExportRow[] => variants.map((variant) => new Map<string, Value>([
  ['sku', variant.sku], ['slug', product.slug], ['external_ref', product.externalRef], ['name', product.name], ['description', product.description], ['brand', product.brand],
  ['category', categoryPaths[0] ?? []], ['also_in', categoryPaths.slice(1)], ['status', product.status],
  ...priceCells(variant, mainCurrency),
  ['barcode', variant.barcode], ['weight_grams', variant.weightGrams],
  ...footprintCells(product),
  ...ruleCells(variant),
  ...Object.entries(variant.options).map(([name, value]): [string, Value] => [`options.${name}`, value as Value]),
  ...Object.entries(product.attributes).map(([name, value]): [string, Value] => [`attributes.${name}`, value as Value]),
]));

function footprintCells({ sustainability }: WalkedProduct['product']): Array<[string, Value]> {
  const { footprintGrams, recycledPercent, carbonFootprint: { productionGrams, packagingGrams, shippingEstimateGrams, sustainabilityScore } = {}, ecoMetrics: { carbonOffset } = {} } = sustainability ?? {};
  const known = [footprintGrams, productionGrams, packagingGrams, shippingEstimateGrams, sustainabilityScore, recycledPercent, carbonOffset];
  return FOOTPRINT.flatMap((column, at): Array<[string, Value]> => (known[at] === undefined ? [] : [[column, known[at]]]));
}

/** Columns only where some variant has such a rule. */
const ruleCells = ({ quantityRule }: Variant): Array<[string, Value]> => (quantityRule
  ? [['min_quantity', quantityRule.minimum ?? null], ['max_quantity', quantityRule.maximum ?? null], ['quantity_step', quantityRule.step ?? null]] : []);

/** The main currency has the plain columns, so that a shop with one currency never sees the others. */
function priceCells({ prices }: Variant, mainCurrency: string): Array<[string, Value]> {
  const main = prices.find(({ currency }) => currency === mainCurrency);
  const cells = ({ currency, base, sale, wholesale }: Variant['prices'][number], suffix: string): Array<[string, Value]> => {
    const decimal = (amount: number | undefined) => (amount === undefined ? null : decimalOf({ amount, currency }));
    return [[`price${suffix}`, decimal(base)], [`sale_price${suffix}`, decimal(sale)], [`wholesale_price${suffix}`, decimal(wholesale)]];
  };
  const plain: Array<[string, Value]> = main ? cells(main, '') : [['price', null], ['sale_price', null], ['wholesale_price', null]];
  const others = prices.filter((price) => price !== main);
  return [...plain, ['currency', mainCurrency], ...others.flatMap((price) => cells(price, `.${price.currency}`))];
}

export const ndjsonLine = (row: ExportRow): string => `${JSON.stringify(Object.fromEntries(row))}\n`;

/** A CSV needs to know its columns before its first row, so all rows are looked at once before they are written. */
export class CsvColumns {
  private readonly found = new Set<string>();

  look(row: ExportRow): void {
    for (const [name, value] of row) if (!isCore(name)) this.found.add(columnOf(name, value));
  }

  get header(): readonly string[] {
    return [...CORE, ...[...this.found].sort()];
  }
}

const isCore = (name: string): boolean => (CORE as readonly string[]).includes(name);

/** Attributes and options say in their column of which type they are, or a number would come back as text. */
function columnOf(name: string, value: Value): string {
  if (!/^(?:attributes|options)\./.test(name) || typeof value === 'string' || value === null) return name;
  return `${name}:${typeof value === 'object' ? 'json' : typeof value}`;
}

export const headerLine = (header: readonly string[]): string => csvLine(header);

export function rowLine(row: ExportRow, header: readonly string[]): string {
  const cells = new Map([...row].map(([name, value]) => [columnOf(name, value), cellOf(name, value)]));
  return csvLine(header.map((column) => cells.get(column) ?? ''));
}

function cellOf(name: string, value: Value): string {
  if (value === null) return '';
  if (name === 'category') return pathText(value as CategoryPath);
  if (name === 'also_in') return (value as readonly CategoryPath[]).map(pathText).join(' | ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const pathText = (path: CategoryPath): string => path.map((name) => name.replace(/[\\>|]/g, '\\$&')).join(' > ');
