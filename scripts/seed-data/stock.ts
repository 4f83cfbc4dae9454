import { randomFor, type Random } from './random.js';
import type { SeedProduct, SeedStock } from './types.js';
import { WAREHOUSES } from './warehouses.js';

/** Of a hundred SKUs, so many are sold out everywhere, and so many nearly: what shows a shopper both states. */
const SOLD_OUT = 2;
const NEARLY_SOLD_OUT = 3;
const MISSING_IN_ONE_WAREHOUSE = 6;

export const seedStock = (products: readonly SeedProduct[]): SeedStock[] =>
  products.flatMap(({ variants }) => variants.flatMap(({ sku }) => {
    const random = randomFor(`stock ${sku}`);
    const level = random.between(1, 100);
    return WAREHOUSES.map(({ code }) => ({ sku, warehouseCode: code, onHand: onHand(level, random) }));
  }));

function onHand(level: number, random: Random): number {
  if (level <= SOLD_OUT) return 0;
  if (level <= SOLD_OUT + NEARLY_SOLD_OUT) return random.between(1, 3);
  return random.percent(MISSING_IN_ONE_WAREHOUSE) ? 0 : random.between(20, 500);
}
