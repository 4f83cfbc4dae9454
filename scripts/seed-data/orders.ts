import { CUSTOMERS } from './customers.js';
import type { SeedCurrency, SeedOrder, SeedProduct, SeedStock } from './types.js';
import { WAREHOUSES } from './warehouses.js';

/** A shelf by the code that begins its SKUs, which of its sellable products to take, and how many. */
type Wish = readonly [shelf: string, index: number, quantity: number];
type Recipe = readonly [customerEmail: string, daysAgo: number, outcome: SeedOrder['outcome'], wishes: readonly Wish[]];

const RECIPES: readonly Recipe[] = [
  ['amelia.hart@example.com', 118, 'completed', [['SOF', 1, 1], ['CUS', 0, 3], ['BLK', 0, 1]]],
  ['amelia.hart@example.com', 41, 'completed', [['MUG', 0, 6], ['PLT', 0, 2]]],
  ['amelia.hart@example.com', 2, 'placed', [['TBL', 0, 1], ['CND', 0, 2]]],
  ['sander.devries@example.com', 96, 'completed', [['DTB', 0, 1], ['DCH', 0, 4]]],
  ['sander.devries@example.com', 30, 'cancelled', [['OCH', 0, 1]]],
  ['sander.devries@example.com', 4, 'placed', [['GLS', 0, 2], ['CTL', 0, 1], ['BWL', 1, 1]]],
  ['lena.vogt@example.com', 75, 'completed', [['BED', 0, 1], ['MAT', 0, 1], ['DUV', 0, 2], ['PIL', 0, 2]]],
  ['lena.vogt@example.com', 19, 'completed', [['TWL', 0, 4], ['BMT', 0, 1]]],
  ['lena.vogt@example.com', 1, 'placed', [['POT', 0, 3], ['VAS', 0, 1]]],
  ['marcus.bell@example.com', 88, 'completed', [['DES', 0, 1], ['DSK', 0, 1], ['DAC', 0, 1]]],
  ['marcus.bell@example.com', 27, 'completed', [['PAN', 0, 1], ['KNF', 0, 1], ['CUT', 0, 1]]],
  ['marcus.bell@example.com', 6, 'cancelled', [['RUG', 0, 1]]],
  ['yuka.morita@example.com', 52, 'completed', [['BWL', 0, 1], ['MIX', 0, 1]]],
  ['yuka.morita@example.com', 9, 'placed', [['PEN', 0, 1]]],
  ['noura.alsabah@example.com', 63, 'completed', [['CAS', 0, 1], ['CFM', 0, 1]]],
  ['noura.alsabah@example.com', 12, 'cancelled', [['RUG', 0, 1]]],
];

/** More than any recipe takes, so that no order depends on another. */
const PLENTY = 20;

export function seedOrders(products: readonly SeedProduct[], stock: readonly SeedStock[]): SeedOrder[] {
  const wellStocked = new Set(stock.filter(({ onHand }) => onHand >= PLENTY).map(({ sku, warehouseCode }) => `${sku} ${warehouseCode}`));
  return RECIPES.map(([customerEmail, daysAgo, outcome, wishes]) => {
    const { currency, addresses } = CUSTOMERS.find(({ email }) => email === customerEmail)!;
    const { code } = WAREHOUSES.find(({ regionsServed }) => regionsServed.includes(addresses[0]!.country))!;
    const lines = wishes.map(([shelf, index, quantity]) => {
      const skus = sellableSkus(products, shelf, currency).filter((sku) => wellStocked.has(`${sku} ${code}`));
      const sku = skus[index];
      if (sku === undefined) throw new Error(`No product of ${shelf} can be sold in ${currency} from ${code}`);
      return { sku, quantity };
    });
    return { customerEmail, currency, lines, daysAgo, outcome };
  });
}

/** The first variant of every active product of the shelf that is sold in the currency. */
const sellableSkus = (products: readonly SeedProduct[], shelf: string, currency: SeedCurrency): string[] =>
  products
    .filter(({ status, variants }) => status === 'active' && variants[0]!.sku.startsWith(`${shelf}-`) && variants[0]!.prices.some((price) => price.currency === currency))
    .map(({ variants }) => variants[0]!.sku);
