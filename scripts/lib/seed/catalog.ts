import { SYSTEM } from '../../../src/shared/actor.js';
import { ConflictError } from '../../../src/shared/errors.js';
import type { SeedCatalogue, SeedProduct } from '../../seed-data/index.js';
import type { OpenShop } from './seed-shop.js';

/** Warehouses first, so that new SKUs have their levels; then categories, products, stock. */
export async function seedCatalog({ container: { inventory, catalog } }: OpenShop, data: SeedCatalogue, step: (what: string) => void): Promise<void> {
  for (const warehouse of data.warehouses) await inventory.ensureWarehouse({ ...warehouse, regionsServed: [...warehouse.regionsServed] });
  const ids = new Map<string, string>();
  for (const { path, slug } of data.categories) ids.set(slug, await catalog.findOrCreatePath([...path]));
  for (const product of data.products) {
    await catalog.createProduct(toProduct(product, ids), SYSTEM).catch(unlessThere);
    step(product.name);
  }
  await inventory.setLevels(data.stock.map(({ sku, warehouseCode, onHand }) => ({ sku, warehouse: warehouseCode, onHand })), { cause: { type: 'seed', id: 'demo' } });
}

/** A seed that was cut off goes on where it stopped. */
function unlessThere(error: unknown): void {
  if (!(error instanceof ConflictError)) throw error;
}

function toProduct({ categorySlugs, variants, sustainability, ...product }: SeedProduct, ids: ReadonlyMap<string, string>) {
  return {
    ...product, categoryIds: categorySlugs.map((slug) => ids.get(slug)!), sustainability: sustainability ?? null, publishAt: null, externalRef: null,
    variants: variants.map((variant) => ({ ...variant, image: null, taxCategory: null, enabled: true })),
  };
}
