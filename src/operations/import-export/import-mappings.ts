import type { Mapping } from './import-export.js';

/** Our own column names: what the export writes, so that importing it again changes nothing. */
const KONTOR: Mapping = {
  key: 'sku',
  sku: 'sku',
  slug: 'slug',
  name: 'name',
  description: 'description',
  brand: 'brand',
  categoryPath: 'category',
  status: 'status',
  price: { field: 'price', currencyField: 'currency' },
  salePrice: 'sale_price',
  wholesalePrice: 'wholesale_price',
  stock: 'stock',
  barcode: 'barcode',
  weightGrams: 'weight_grams',
  attributes: 'attributes.*',
  options: 'options.*',
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
