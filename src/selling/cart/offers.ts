import type { Buyer } from '../../shared/buyer.js';
import { isSoldIn, type Catalog, type CatalogVariant } from '../catalog/index.js';
import type { Ladder } from '../../shared/ladder.js';
import type { Pricing } from '../pricing/index.js';
import type { Offer } from './cart.js';

/** One round trip however many lines: variants know their product's name, and their stock as the catalogue shows it. */
export function createFindOffers({ catalog, pricing }: { catalog: Pick<Catalog, 'findVariants'>; pricing: Pick<Pricing, 'laddersOf'> }) {
  return async (skus: readonly string[], currency: string, buyer: Buyer): Promise<ReadonlyMap<string, Offer>> => {
    const found = await catalog.findVariants(skus);
    const ladders = await pricing.laddersOf([...found.values()], { currency, buyer });
    return new Map([...found].map(([sku, variant]) => [sku, toOffer({ ...variant, sellable: isSoldIn(variant, buyer.channel) }, ladders.get(sku) ?? [])]));
  };
}

function toOffer({ sku, productId, productName, options, sellable, prices, available, image, taxCategory, categoryIds, weightGrams, dimensionsMm, shipping, backorderable, components, digital, footprint, quantityRule }: CatalogVariant, ladder: Ladder): Offer {
  const chosen = Object.values(options).join(', ');
  return {
    sku, productId, productName, name: chosen === '' ? productName : `${productName}, ${chosen}`,
    ladder, currencies: prices.map((price) => price.currency), sellable, available, image, categoryIds, weightGrams, dimensionsMm, backorderable, components, digital, footprint, quantityRule,
    // A voucher is taxed when it is spent.
    taxCategory: digital?.kind === 'gift_card' ? 'gift_card' : taxCategory,
    // What the shop sends by itself goes in no parcel.
    shipping: digital ? { ...shipping, requiresShipping: false } : shipping,
  };
}
