import { availableIn, type Available, type Level } from './inventory.js';

/**
 * What can be sold of each level now. Units that lie there belong to those first who are waiting for them, wherever they
 * ordered: of a SKU as many are set aside as are owed, of the levels that owe them first.
 */
export function sellableStock(levels: readonly Level[]): Available[] {
  const stock = levels.map((level) => ({ sku: level.sku, warehouseId: level.warehouseId, available: availableIn(level) }));
  const owing = levels.filter(({ backordered = 0 }) => backordered > 0);
  for (const { sku, warehouseId, backordered = 0 } of owing) {
    let open = backordered;
    const own = stock.filter((level) => level.sku === sku).sort((a, b) => Number(b.warehouseId === warehouseId) - Number(a.warehouseId === warehouseId));
    for (const level of own) {
      const units = Math.min(open, Math.max(0, level.available));
      level.available -= units;
      open -= units;
    }
  }
  return stock;
}
