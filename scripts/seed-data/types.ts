import type { BRANDS } from './brands.js';

export type Scalar = string | number | boolean;
export type SeedCurrency = 'EUR' | 'GBP' | 'USD' | 'JPY' | 'KWD';

/** `path` holds the names from the root down to the category itself; parents come before their children. */
export type SeedCategory = Readonly<{ path: readonly string[]; slug: string; description: string }>;

/** Amounts are integers in the currency's minor unit. */
export type SeedPrice = Readonly<{ currency: SeedCurrency; base: number; sale?: number; wholesale?: number }>;

export type SeedVariant = Readonly<{
  sku: string;
  options: Readonly<Record<string, string>>;
  barcode: string;
  weightGrams: number;
  dimensionsMm: Readonly<{ length: number; width: number; height: number }>;
  prices: readonly SeedPrice[];
}>;

export type SeedSustainability = Readonly<{
  recycledPercent: number;
  footprintGrams: number;
  certifications: readonly string[];
  madeIn: string;
}>;

export type SeedProduct = Readonly<{
  slug: string;
  name: string;
  description: string;
  brand: string;
  categorySlugs: readonly string[];
  status: 'draft' | 'active' | 'archived';
  attributes: Readonly<Record<string, Scalar>>;
  customFields: Readonly<Record<string, Scalar>>;
  images: readonly Readonly<{ url: string; alt: string }>[];
  seo: Readonly<{ title: string; description: string }>;
  sustainability?: SeedSustainability;
  variants: readonly SeedVariant[];
}>;

export type SeedAddress = Readonly<{
  firstName: string;
  lastName: string;
  company?: string;
  line1: string;
  line2?: string;
  city: string;
  region?: string;
  postalCode: string;
  country: string;
  phone?: string;
}>;

export type SeedWarehouse = Readonly<{
  code: string;
  name: string;
  /** Lower is asked first. */
  priority: number;
  location: Readonly<{ address: string; city: string; country: string; lat: number; lng: number }>;
  /** ISO 3166 countries. */
  regionsServed: readonly string[];
  /** Days to a country. */
  shippingTimeEstimates: Readonly<Record<string, number>>;
}>;

export type SeedStock = Readonly<{ sku: string; warehouseCode: string; onHand: number }>;

export type SeedCustomer = Readonly<{
  email: string;
  firstName: string;
  lastName: string;
  currency: SeedCurrency;
  addresses: readonly SeedAddress[];
}>;

export type SeedOrder = Readonly<{
  customerEmail: string;
  currency: SeedCurrency;
  lines: readonly Readonly<{ sku: string; quantity: number }>[];
  daysAgo: number;
  outcome: 'placed' | 'completed' | 'cancelled';
}>;

/** What the department files are written in; the rest of a product is derived from it. */
export type Department = Readonly<{ name: string; description: string; brands: readonly BrandName[]; groups: readonly Group[] }>;
export type Group = Readonly<{ name: string; description: string; shelves: readonly Shelf[] }>;

export type Shelf = Readonly<{
  name: string;
  /** Begins the SKUs of the shelf. */
  code: string;
  description: string;
  materials: readonly string[];
  /** What a shopper chooses between besides the size. */
  axis?: 'colour' | 'finish' | 'scent';
  choices?: readonly string[];
  sizes?: readonly Size[];
  /** Sentences that are true of every product here; `{material}` is filled in. */
  details: readonly string[];
  /** Slugs of other categories in which the products are shown too. */
  alsoIn?: readonly string[];
  products: readonly Line[];
}>;

/** Price, weight and width are percent of the smallest size. */
export type Size = readonly [label: string, pricePercent: number, weightPercent: number, widthPercent: number];

/** Width, depth and height in whole cm, price in whole euros. */
export type Line = readonly [
  type: string, euros: number, cm: readonly [number, number, number], weightGrams: number, lead: string, facts?: Readonly<Record<string, Scalar>>,
];

export type BrandName = keyof typeof BRANDS;
