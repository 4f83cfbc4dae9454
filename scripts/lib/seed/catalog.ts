import { SYSTEM } from '../../../src/shared/actor.js';
import type { SeedCatalogue, SeedCategory, SeedProduct } from '../../seed-data/index.js';
import type { OpenShop } from './seed-shop.js';

/** A commit waits for the disk, and 354 of them for a while: so many products share one. */
const PRODUCTS_AT_ONCE = 20;
/** Levels of one SKU belong into one call, since only a SKU without any stock gets its first. */
const LEVELS_AT_ONCE = 450;

/** Warehouses first, so that new SKUs have their levels; then categories, products, stock. What is there already stays as it is. */
export async function seedCatalog(shop: OpenShop, data: SeedCatalogue, step: (what: string) => void): Promise<void> {
  const { inventory } = shop.container;
  for (const warehouse of data.warehouses) await inventory.ensureWarehouse({ ...warehouse, regionsServed: [...warehouse.regionsServed] });
  const ids = await seedCategories(shop, data.categories);
  for (const group of groups(data.products, PRODUCTS_AT_ONCE)) {
    await seedProducts(shop, group, ids);
    for (const { name } of group) step(name);
  }
  const perGroup = LEVELS_AT_ONCE - (LEVELS_AT_ONCE % data.warehouses.length);
  for (const group of groups(data.stock, perGroup)) {
    await inventory.setLevels(group.map(({ sku, warehouseCode, onHand }) => ({ sku, warehouse: warehouseCode, onHand })), { cause: { type: 'seed', id: 'demo' }, onlyNew: true });
  }
}

/** Their ids by their slugs. All of them in one transaction: the tree is read again after each change of it. */
async function seedCategories({ container: { catalog, inTransaction } }: OpenShop, categories: readonly SeedCategory[]): Promise<Map<string, string>> {
  const known = new Map<string, string | null>();
  for (const { path } of categories) known.set(path.join('\n'), await catalog.findPath(path));
  return inTransaction(async () => {
    const ids = new Map(known);
    const idOf = (path: readonly string[]) => ids.get(path.join('\n')) ?? null;
    for (const { path, slug, description } of categories) {
      const id = idOf(path) ?? (await catalog.createCategory({ name: path.at(-1)!, slug, description, parentId: idOf(path.slice(0, -1)) }, SYSTEM)).id;
      ids.set(path.join('\n'), id);
    }
    return new Map(categories.map(({ path, slug }) => [slug, idOf(path)!]));
  });
}

async function seedProducts({ container: { catalog, inTransaction } }: OpenShop, products: readonly SeedProduct[], ids: ReadonlyMap<string, string>): Promise<void> {
  const known = await catalog.findVariants(products.map(({ variants }) => variants[0]!.sku));
  await inTransaction(async () => {
    for (const product of products) if (!known.has(product.variants[0]!.sku)) await catalog.createProduct(toProduct(product, ids), SYSTEM);
  });
}

function toProduct({ categorySlugs, variants, sustainability, ...product }: SeedProduct, ids: ReadonlyMap<string, string>) {
  return {
    ...product, categoryIds: categorySlugs.map((slug) => ids.get(slug)!), sustainability: sustainability ?? null, publishAt: null, externalRef: null,
    variants: variants.map((variant) => ({ ...variant, image: null, taxCategory: null, enabled: true })),
  };
}

function groups<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_none, at) => all.slice(at * size, (at + 1) * size));
}
