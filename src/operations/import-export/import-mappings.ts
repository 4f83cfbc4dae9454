import type { Mapping } from './import-export.js';

/** Our own column names: what the export writes, so that importing it again changes nothing. */
const KONTOR: Mapping = {
  key: 'sku',
  sku: 'sku',
  slug: 'slug',
  externalRef: 'external_ref',
  name: 'name',
  description: 'description',
  brand: 'brand',
  categoryPath: 'category',
  alsoIn: 'also_in',
  status: 'status',
  price: { field: 'price', currencyField: 'currency' },
  salePrice: 'sale_price',
  wholesalePrice: 'wholesale_price',
  pricesByCurrency: { base: 'price.*', sale: 'sale_price.*', wholesale: 'wholesale_price.*' },
  stock: 'stock',
  barcode: 'barcode',
  weightGrams: 'weight_grams',
  minQuantity: 'min_quantity',
  maxQuantity: 'max_quantity',
  quantityStep: 'quantity_step',
  attributes: 'attributes.*',
  options: 'options.*',
  footprint: {
    footprintGrams: 'footprint_grams', productionGrams: 'production_grams', packagingGrams: 'packaging_grams', shippingEstimateGrams: 'shipping_estimate_grams',
    sustainabilityScore: 'sustainability_score', recycledPercent: 'recycled_percent', carbonOffset: 'carbon_offset',
  },
};

/** The Amazon ESCI-US catalogue: its prices are dollars and most are missing. */
const ESCI: Mapping = {
  key: 'asin',
  name: 'title',
  description: ['description', 'bullet_points'],
  brand: 'brand',
  categoryPath: 'category',
  price: { field: 'price', currency: 'USD' },
  rating: 'rating',
  ratingCount: 'rating_count',
  attributes: { color: 'color', is_book: 'is_book' },
};

export const MAPPINGS = { kontor: KONTOR, esci: ESCI } as const satisfies Record<string, Mapping>;
export type MappingName = keyof typeof MAPPINGS;
export const isMappingName = (name: string): name is MappingName => Object.hasOwn(MAPPINGS, name);
/** What a priced new product of such a file has on hand where the file itself says nothing about stock. */
export const DEFAULT_STOCK: Readonly<Partial<Record<MappingName, number>>> = { esci: 100 };
