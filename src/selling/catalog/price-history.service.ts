import type { PageQuery } from '../../shared/http/pagination.js';
import type { Pricing } from '../pricing/index.js';
import { VariantNotFound } from './catalog.errors.js';
import type { VariantRepository } from './variants.repository.js';

/** The history belongs to pricing; which variants there are is known here. */
export class PriceHistoryService {
  constructor(private readonly deps: { pricing: Pick<Pricing, 'historyOf'>; variants: Pick<VariantRepository, 'find'> }) {}

  async page(productId: string, variantId: string, query: PageQuery) {
    if (!await this.deps.variants.find(productId, variantId)) throw new VariantNotFound(variantId);
    return this.deps.pricing.historyOf(variantId, query);
  }
}
