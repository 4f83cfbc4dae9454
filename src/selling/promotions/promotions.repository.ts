import { Types, type Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { ruleOf, type Promotion, type PromotionFields, type PromotionState, type Rule, type Trigger } from './promotions.js';
import { promotionModel, type PromotionRow } from './promotions.model.js';

export type PromotionFilter = { state?: PromotionState | undefined; trigger?: Trigger | undefined };
type Change = Partial<PromotionFields & Pick<Promotion, 'state' | 'activatedAt' | 'counted'>>;

export class PromotionRepository {
  private readonly promotions;

  constructor(connection: Connection) {
    this.promotions = promotionModel(connection);
  }

  async create(fields: PromotionFields & Pick<Promotion, 'counted'>, now: Date): Promise<Promotion> {
    const row = { ...fields, _id: new Types.ObjectId(), state: 'draft', activatedAt: null, version: 1, createdAt: now, updatedAt: now } as PromotionRow;
    await this.promotions.insertMany([row], { lean: true });
    return toPromotion(row);
  }

  async find(id: string): Promise<Promotion | null> {
    const found = await this.promotions.findById(id).lean();
    return found && toPromotion(found);
  }

  /** Automatic ones that run now or later today. Shared by everybody for a moment, so never read inside a transaction. */
  async findAutomatic(now: Date): Promise<Rule[]> {
    const found = await this.promotions.find({ trigger: 'automatic', state: 'active', $or: [{ endsAt: null }, { endsAt: { $gt: now } }] }, null, { session: null }).lean();
    return found.map((row) => ruleOf(toPromotion(row)));
  }

  async findRule(id: string): Promise<Rule | null> {
    const found = await this.promotions.findById(id, null, { session: null }).lean();
    return found && ruleOf(toPromotion(found));
  }

  async findPage({ state, trigger }: PromotionFilter, query: PageQuery): Promise<Page<Promotion>> {
    const filter = { ...(state && { state }), ...(trigger && { trigger }) };
    const page = await findPage<PromotionRow>(this.promotions as never, { filter, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map(toPromotion) };
  }

  /** Only if nobody changed it since it was read. `unset` names what a full replacement left out. */
  async update({ id, version }: Promotion, change: Change, now: Date, unset: ReadonlyArray<'description'> = []): Promise<Promotion> {
    const updated = await this.promotions.findOneAndUpdate({ _id: new Types.ObjectId(id), version },
      { $set: { ...change, updatedAt: now }, $inc: { version: 1 }, ...(unset.length > 0 && { $unset: Object.fromEntries(unset.map((name) => [name, 1])) }) },
      { returnDocument: 'after' }).lean();
    if (!updated) throw new ConcurrentChange('The promotion changed meanwhile. Read it again.', { promotionId: id });
    return toPromotion(updated as unknown as PromotionRow);
  }
}

function toPromotion({ _id, ...row }: PromotionRow): Promotion {
  return { id: _id.toHexString(), ...row };
}
