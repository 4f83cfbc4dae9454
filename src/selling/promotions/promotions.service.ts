import type { RecordAudit } from '../../shared/audit.js';
import type { Actor } from '../../shared/actor.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import { InvalidRequest } from '../../shared/errors.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { CodesService } from './codes.service.js';
import type { LivePromotions } from './live.service.js';
import { IllegalPromotionState, LimitBelowUse, PromotionInUse, PromotionNotFound } from './promotions.errors.js';
import { customerLimitOf, isLimited, mayBecome, type Promotion, type PromotionFields, type PromotionState } from './promotions.js';
import type { PromotionFilter, PromotionRepository } from './promotions.repository.js';
import { contradictionsOf } from './promotions.rules.js';
import type { CreatePromotionBody, PromotionBody } from './promotions.schemas.js';
import type { RedemptionRepository } from './redemptions.repository.js';

type Deps = {
  promotions: PromotionRepository; redemptions: RedemptionRepository; codes: Pick<CodesService, 'addShared'>; live: Pick<LivePromotions, 'forget'>;
  inTransaction: InTransaction; audit: RecordAudit; now: Clock;
};
type Changing = Readonly<{ ifMatch: number | undefined; actor: Actor }>;

const limitsOf = ({ limits }: Pick<PromotionFields, 'limits'>) => ({ limit: limits.uses ?? null, budget: limits.budget ?? null });

/** Refuses with every contradiction at once. */
export function fieldsOf(body: PromotionBody): PromotionFields {
  const { name, description, trigger, class: of, priority, combinesWith, startsAt, endsAt, appliesTo, effect, conditions, limits } = body;
  const fields = {
    name, ...(description !== undefined && { description }), trigger, class: of, priority, combinesWith, startsAt: startsAt === null ? null : new Date(startsAt),
    endsAt: endsAt === null ? null : new Date(endsAt), appliesTo, effect, conditions, limits,
  };
  const wrong = contradictionsOf(fields as Parameters<typeof contradictionsOf>[0]);
  if (wrong.length > 0) throw new InvalidRequest(wrong);
  return fields;
}

export class PromotionService {
  constructor(private readonly deps: Deps) {}

  async get(id: string): Promise<Promotion> {
    const found = await this.deps.promotions.find(id);
    if (!found) throw new PromotionNotFound(id);
    return found;
  }

  findPage(filter: PromotionFilter, query: PageQuery): Promise<Page<Promotion>> {
    return this.deps.promotions.findPage(filter, query);
  }

  /** A draft: it does nothing before it is activated. */
  create({ code, ...body }: CreatePromotionBody, actor: Actor): Promise<Promotion> {
    const { promotions, redemptions, codes, inTransaction, audit, now } = this.deps;
    const fields = fieldsOf(body);
    return inTransaction(async () => {
      const made = await promotions.create({ ...fields, counted: isLimited(fields) }, now());
      if (made.counted) await redemptions.openCounter(made.id, limitsOf(made));
      if (code !== undefined) await codes.addShared(made, code);
      await audit({ actor, action: 'promotion.created', subject: `promotion:${made.id}`, after: { ...fields, ...(code !== undefined && { code }) } });
      return made;
    });
  }

  /** Replaces what it says; its state stays. */
  replace(id: string, body: PromotionBody, { ifMatch, actor }: Changing): Promise<Promotion> {
    const fields = fieldsOf(body);
    return this.change(id, ifMatch, async (before) => {
      if (before.state === 'archived') throw new IllegalPromotionState('archived', 'changed');
      const counted = await this.changeLimits(before, fields);
      const after = await this.deps.promotions.update(before, { ...fields, counted }, this.deps.now(), fields.description === undefined ? ['description'] : []);
      await this.deps.audit({ actor, action: 'promotion.changed', subject: `promotion:${id}`, before: { ...before }, after: { ...fields } });
      return after;
    });
  }

  /** Felt by this process at once and by every other within a second. The same state again changes nothing. */
  become(id: string, state: PromotionState, { ifMatch, actor }: Changing): Promise<Promotion> {
    return this.change(id, ifMatch, async (before) => {
      if (before.state === state) return before;
      if (!mayBecome(before.state, state)) throw new IllegalPromotionState(before.state, state);
      const now = this.deps.now();
      const after = await this.deps.promotions.update(before, { state, ...(state === 'active' && before.activatedAt === null && { activatedAt: now }) }, now);
      await this.deps.audit({ actor, action: `promotion.${state}`, subject: `promotion:${id}`, before: { state: before.state }, after: { state } });
      return after;
    });
  }

  private change(id: string, ifMatch: number | undefined, work: (before: Promotion) => Promise<Promotion>): Promise<Promotion> {
    return retryLostRace(() => this.deps.inTransaction(async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      await afterCommit(() => this.deps.live.forget(id));
      return work(before);
    }));
  }

  /** Orders of a promotion without limits are not counted, so a limit that comes late would not know of them. */
  private async changeLimits(before: Promotion, fields: PromotionFields): Promise<boolean> {
    const { redemptions } = this.deps;
    const ran = before.activatedAt !== null;
    if (ran && customerLimitOf(before) === null && customerLimitOf(fields) !== null) throw new PromotionInUse('limits.perCustomer');
    if (before.counted) {
      if (await redemptions.setLimits(before.id, limitsOf(fields))) return true;
      const { uses = 0, spent = {} } = await redemptions.findCounter(before.id) ?? {};
      throw new LimitBelowUse({ uses, spent });
    }
    if (!isLimited(fields)) return false;
    if (ran) throw new PromotionInUse('limits');
    await redemptions.openCounter(before.id, limitsOf(fields));
    return true;
  }
}
