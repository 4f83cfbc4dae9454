import { mayAct, type Caller } from '../../shared/http/caller.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import type { Pricing } from '../pricing/index.js';
import { VariantNotFound } from './catalog.errors.js';
import type { ProductRepository } from './products.repository.js';
import type { VariantRepository } from './variants.repository.js';

/** The history belongs to pricing; which variants there are is known here. */
export class PriceHistoryService {
  constructor(private readonly deps: { pricing: Pick<Pricing, 'historyOf' | 'reductionsOf'>; variants: Pick<VariantRepository, 'find'>; products: Pick<ProductRepository, 'isShown'>; defaultCurrency: string }) {}

  async page(productId: string, variantId: string, query: PageQuery) {
    if (!await this.deps.variants.find(productId, variantId)) throw new VariantNotFound(variantId);
    return this.deps.pricing.historyOf(variantId, query);
  }

  /** What European shops must show beside a reduced price: the lowest of the 30 days before the reduction. */
  async priorPrice(productId: string, variantId: string, { currency = this.deps.defaultCurrency }: { currency?: string | undefined }, caller: Caller) {
    const { variants, products, pricing } = this.deps;
    const variant = await variants.find(productId, variantId);
    const isShown = variant && (mayAct(caller, 'products:read') || (variant.enabled && await products.isShown(productId, caller.key?.channel ?? null)));
    if (!isShown) throw new VariantNotFound(variantId);
    const { sku } = variant;
    return (await pricing.reductionsOf([{ variantId, sku }], { currency, channel: caller.key?.channel ?? null })).get(sku) ?? null;
  }
}
