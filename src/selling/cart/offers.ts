import type { Catalog, CatalogVariant } from '../catalog/index.js';
import { effectivePrice } from '../pricing/index.js';
import type { Offer } from './cart.js';

/** One round trip however many lines: variants know their product's name, and their stock as the catalogue shows it. */
export function createFindOffers(catalog: Pick<Catalog, 'findVariants'>) {
  return async (skus: readonly string[], currency: string): Promise<ReadonlyMap<string, Offer>> => {
    const found = await catalog.findVariants(skus);
    return new Map([...found].map(([sku, variant]) => [sku, toOffer(variant, currency)]));
  };
}

function toOffer({ sku, productId, productName, options, sellable, prices, available, image, taxCategory }: CatalogVariant, currency: string): Offer {
  const chosen = Object.values(options).join(', ');
  return {
    sku, productId, productName, name: chosen === '' ? productName : `${productName}, ${chosen}`,
    price: effectivePrice(prices, currency)?.price ?? null, currencies: prices.map((price) => price.currency), sellable, available, image, taxCategory,
  };
}
