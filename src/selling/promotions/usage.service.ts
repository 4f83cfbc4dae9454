import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { money } from '../../shared/money.js';
import type { CodeRepository } from './codes.repository.js';
import { PromotionNotFound } from './promotions.errors.js';
import type { Amounts, Redemption } from './promotions.js';
import type { PromotionRepository } from './promotions.repository.js';
import type { RedemptionRepository } from './redemptions.repository.js';
import type { UsageRepository } from './usage.repository.js';

type Deps = { promotions: Pick<PromotionRepository, 'find'>; redemptions: RedemptionRepository; codes: CodeRepository; usages: UsageRepository };

export class UsageService {
  constructor(private readonly deps: Deps) {}

  async report(promotionId: string) {
    await this.requirePromotion(promotionId);
    const { redemptions, codes, usages } = this.deps;
    const [usage, counter, counted] = await Promise.all([usages.usage(promotionId), redemptions.findCounter(promotionId), codes.count(promotionId)]);
    const limit = counter?.limit ?? null;
    return { ...usage, limit, left: limit === null ? null : Math.max(0, limit - counter!.uses), budget: listOf(counter?.budget ?? {}), codes: counted };
  }

  async redemptions(promotionId: string, query: PageQuery): Promise<Page<Redemption>> {
    await this.requirePromotion(promotionId);
    return this.deps.redemptions.findPage(promotionId, query);
  }

  private async requirePromotion(id: string): Promise<void> {
    if (!await this.deps.promotions.find(id)) throw new PromotionNotFound(id);
  }
}

const listOf = (amounts: Amounts) => Object.entries(amounts).sort().map(([currency, amount]) => money(amount, currency));
