/** A row as its file has it: CSV gives text only, NDJSON any JSON. */
export type RawRow = Readonly<Record<string, unknown>>;
/** `field` is the name in the mapping, or null when the row as a whole cannot be read. */
export type RowError = Readonly<{ line: number; field: string | null; code: string; message: string }>;
export type Scalar = string | number | boolean;
/** null takes away what there was under this name. */
export type RowFields = Readonly<Record<string, Scalar | readonly Scalar[] | null>>;
export type ImportStatus = 'draft' | 'pending_review' | 'active' | 'archived';
export type DraftReason = 'no_price' | 'zero_price';
/** Minor units. What is absent stays as it was, null takes it away. */
export type RowPrice = Readonly<{ currency: string; base: number; sale?: number | null; wholesale?: number | null }>;
export const FOOTPRINT_FIELDS = ['footprintGrams', 'productionGrams', 'packagingGrams', 'shippingEstimateGrams', 'sustainabilityScore', 'recycledPercent', 'carbonOffset'] as const;
export type FootprintField = (typeof FOOTPRINT_FIELDS)[number];
/** Grams of CO2e of a unit, a score of 0 to 100, a share in percent, and whether the maker offsets it. */
export type RowFootprint = Readonly<Partial<Record<Exclude<FootprintField, 'carbonOffset'>, number | null>> & { carbonOffset?: boolean | null }>;
export type CategoryPath = readonly string[];

export type ImportRow = Readonly<{
  line: number;
  key: string;
  /** Under which the file's own system knows the product, where that is not the SKU. */
  externalRef: string | null;
  sku: string;
  slug: string | null;
  name: string;
  description: string;
  brand: string | null;
  categoryPath: CategoryPath;
  /** Further categories in which the product is shown. */
  alsoIn: readonly CategoryPath[];
  status: ImportStatus;
  draftReason: DraftReason | null;
  prices: readonly RowPrice[];
  stock: number | null;
  barcode: string | null;
  weightGrams: number | null;
  minQuantity: number | null;
  maxQuantity: number | null;
  quantityStep: number | null;
  rating: number | null;
  ratingCount: number | null;
  attributes: RowFields;
  options: RowFields;
  /** What the file says of the climate, as far as it has columns for it; null takes away what there was. Absent: it has none. */
  footprint?: RowFootprint;
  /** Fields for which this row has no column at all: they leave an existing product as it is. A blank one empties it. */
  absent: readonly OptionalField[];
}>;
export type RowOutcome = Readonly<{ row: ImportRow } | { errors: readonly RowError[] }>;

/** A source is a column or a dotted path; `currency` counts where the row names none. */
export type PriceSource = Readonly<{ field: string; currency?: string; currencyField?: string }>;
/** Target to source, or `prefix.*` for all columns that start so. */
export type FieldSet = string | Readonly<Record<string, string>>;
export const OPTIONAL_FIELDS = ['description', 'brand', 'categoryPath', 'alsoIn', 'status', 'stock', 'barcode', 'weightGrams', 'minQuantity', 'maxQuantity', 'quantityStep', 'rating', 'ratingCount'] as const;
export type OptionalField = (typeof OPTIONAL_FIELDS)[number];

export type Mapping = Readonly<{
  key: string;
  name: string;
  sku?: string;
  slug?: string;
  externalRef?: string;
  /** Several sources become paragraphs, in this order. */
  description?: string | readonly string[];
  brand?: string;
  categoryPath?: string;
  alsoIn?: string;
  status?: string;
  price?: PriceSource;
  salePrice?: string;
  wholesalePrice?: string;
  /** Columns named after their currency, such as `price.GBP` for `price.*`. */
  pricesByCurrency?: Readonly<{ base: string; sale?: string; wholesale?: string }>;
  stock?: string;
  barcode?: string;
  weightGrams?: string;
  /** In which quantities it can be ordered. */
  minQuantity?: string;
  maxQuantity?: string;
  quantityStep?: string;
  rating?: string;
  ratingCount?: string;
  attributes?: FieldSet;
  options?: FieldSet;
  footprint?: Readonly<Partial<Record<FootprintField, string>>>;
}>;

export const UNCATEGORISED = 'Uncategorised';

/** How many rows went which way. Each row is one variant; what could not be taken is in `errors` alone. */
export type ImportCounts = Readonly<{
  rows: number; created: number; updated: number; unchanged: number; errors: number;
  active: number; draft: number; draftReasons: Readonly<Record<DraftReason, number>>; uncategorised: number;
}>;
export const NO_COUNTS: ImportCounts = {
  rows: 0, created: 0, updated: 0, unchanged: 0, errors: 0, active: 0, draft: 0, draftReasons: { no_price: 0, zero_price: 0 }, uncategorised: 0,
};
export type RowResult = 'created' | 'updated' | 'unchanged';
/** More would make the answer unreadable; the others are counted. */
export const MAX_KEPT_ERRORS = 1000;
export type ImportResult = ImportCounts & Readonly<{ firstErrors: readonly RowError[] }>;
/** Everything up to and with this line is done. */
export type ImportState = Readonly<{ line: number; result: ImportResult }>;
export const NOT_BEGUN: ImportState = { line: 0, result: { ...NO_COUNTS, firstErrors: [] } };
/** `fileDone` is the share of the file's bytes that was read, 0 to 1. */
export type ImportProgress = ImportCounts & Readonly<{ fileDone: number }>;

/** What became of one row: taken, or refused for these reasons. */
export type WrittenRow = Readonly<{ row: ImportRow; result: RowResult } | { errors: readonly RowError[] }>;

export function afterRows({ result }: ImportState, outcomes: readonly WrittenRow[], line: number): ImportState {
  const errors = outcomes.flatMap((one) => ('errors' in one ? one.errors : []));
  const counts = outcomes.reduce<ImportCounts>((so, one) => ('errors' in one ? countRefused(so) : countRow(so, one.row, one.result)), result);
  return { line, result: { ...counts, firstErrors: [...result.firstErrors, ...errors].slice(0, MAX_KEPT_ERRORS) } };
}

const countRow = (counts: ImportCounts, row: ImportRow, result: RowResult): ImportCounts => ({
  ...counts,
  rows: counts.rows + 1,
  [result]: counts[result] + 1,
  ...(row.status === 'active' && { active: counts.active + 1 }),
  ...(row.status === 'draft' && { draft: counts.draft + 1 }),
  ...(row.draftReason && { draftReasons: { ...counts.draftReasons, [row.draftReason]: counts.draftReasons[row.draftReason] + 1 } }),
  ...(isUncategorised(row) && { uncategorised: counts.uncategorised + 1 }),
});

const countRefused = (counts: ImportCounts): ImportCounts => ({ ...counts, rows: counts.rows + 1, errors: counts.errors + 1 });

const isUncategorised = ({ categoryPath }: ImportRow): boolean => categoryPath.length === 1 && categoryPath[0] === UNCATEGORISED;
