import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import { sha256 } from '../../shared/crypto/tokens.js';
import { noPromotions, type PromotionRequest, type PromotionResult } from '../cart/index.js';
import type { CodeRepository } from './codes.repository.js';
import { decide } from './engine.js';
import { CouponInvalid } from './promotions.errors.js';
import { normalisedEmail } from '../../shared/normalised-email.js';
import { customerLimitOf, type Amounts, type Candidate, type CouponCode, type Evidence, type Left, type Rule } from './promotions.js';
import type { PromotionRepository } from './promotions.repository.js';
import type { Counter, RedemptionRepository } from './redemptions.repository.js';

/** Below the second within which a change must be felt on every process. */
const TRUSTED_MS = 900;
const MAX_RULES = 5_000;

export type Buying = Readonly<{ userId: string | null; email?: string | undefined }>;
type Typed = Readonly<{ code: string; found: CouponCode | undefined; rule: Rule | null }>;
/** What a decision asks beside the cart. */
export type Asked = Readonly<{ request: PromotionRequest; rules: ReadonlyArray<{ rule: Rule; code?: string; ofCode: number | null }>; unknown: Evidence['unknown']; at: Date; isFirstOrder?: boolean | undefined }>;

type Deps = {
  promotions: PromotionRepository; codes: CodeRepository; redemptions: RedemptionRepository; mark: Mark; now: Clock;
  /** These categories and everything above them. */
  categoriesAbove(ids: readonly string[]): Promise<readonly string[]>;
  hasOrdered(buying: Buying): Promise<boolean>;
};

export type Mark = (hash: string) => Promise<string>;

/**
 * Under which names a use is counted: a user's and that of the mailbox the order is told to, so that nobody is two customers by signing in for one
 * order and not for the other. Of a mailbox a keyed mark is kept: of a plain hash addresses can be guessed.
 */
export async function customerKeysOf({ userId, email }: Buying, mark: Mark): Promise<string[]> {
  const mailbox = email === undefined ? [] : [`email:${await mark(sha256(normalisedEmail(email)))}`];
  return userId === null ? mailbox : [`user:${userId}`, ...mailbox];
}

/** The promotions of this moment: what automatic ones there are is held in memory, codes are looked up only where some were typed. */
export class LivePromotions {
  private readonly automatic = new Recent<readonly Rule[]>({ ttlMs: TRUSTED_MS, max: 1 });
  private readonly byId = new Recent<Rule | null>({ ttlMs: TRUSTED_MS, max: MAX_RULES });
  private readonly counters = new Recent<readonly Counter[]>({ ttlMs: TRUSTED_MS, max: MAX_RULES });

  constructor(private readonly deps: Deps) {}

  /** After the commit of a change; other processes feel it when what they hold has become old. */
  forget(id: string): void {
    this.automatic.forget('all');
    this.byId.forget(id);
  }

  async promote(request: PromotionRequest): Promise<PromotionResult> {
    const automatic = await this.findAutomatic();
    if (automatic.length === 0 && request.coupons.length === 0) return noPromotions(request);
    const at = this.deps.now();
    const typed = request.coupons.length === 0 ? [] : await this.lookUp(request.coupons);
    const known = typed.filter((one) => isKnown(one));
    const unknown = typed.filter((one) => !isKnown(one)).map(({ code }) => ({ code, reason: 'unknown', message: `There is no code ${code}.` }));
    const rules = [
      ...automatic.map((rule) => ({ rule, ofCode: null })),
      ...known.map(({ code, found, rule }) => ({ code, rule: rule!, ofCode: found!.maxUses === null ? null : Math.max(0, found!.maxUses - found!.uses) })),
    ];
    const evidence = await this.evidenceOf({ request, rules, unknown, at });
    const { lines, settle } = decide(evidence);
    const scarce = new Set(rules.filter(({ rule, ofCode }) => rule.counted || ofCode !== null).map(({ rule }) => rule.id));
    return { lines, settle, evidence, contended: settle(null).applied.filter(({ promotionId }) => scarce.has(promotionId)).map(({ promotionId }) => `promotion:${promotionId}`) };
  }

  /** For the cart: refuses what can never be used. */
  async requireCoupon(code: string): Promise<void> {
    const [typed] = await this.lookUp([code]);
    if (!typed || !isKnown(typed)) throw new CouponInvalid(code, 'unknown');
    const { endsAt } = typed.rule!;
    if (endsAt !== null && endsAt <= this.deps.now()) throw new CouponInvalid(code, 'expired');
  }

  findAutomatic(): Promise<readonly Rule[]> {
    return this.automatic.get('all', () => this.deps.promotions.findAutomatic(this.deps.now()));
  }

  findRule(id: string): Promise<Rule | null> {
    return this.byId.get(id, () => this.deps.promotions.findRule(id));
  }

  async evidenceOf({ request, rules, unknown, at, isFirstOrder }: Asked): Promise<Evidence> {
    const { buyer, currency, country, email } = request;
    const buying = { userId: buyer.userId, email };
    const customerKeys = await customerKeysOf(buying, this.deps.mark);
    const left = await this.leftOf(rules.map(({ rule }) => rule), customerKeys);
    const asksFirst = rules.some(({ rule }) => rule.conditions.firstOrder) && customerKeys.length > 0;
    const first = isFirstOrder ?? (asksFirst ? !await this.deps.hasOrdered(buying) : null);
    const candidates = rules.map(({ rule, code, ofCode }): Candidate => ({ rule, ...(code !== undefined && { code }), left: { ...left(rule), ofCode } }));
    // A rule names a category and means everything below it, so a line brings everything above its own.
    const lines = await Promise.all(request.lines.map(async ({ id, sku, productId, categoryIds, quantity, unitPrice, onSale }) => (
      { id, sku, productId, categoryIds: categoryIds.length === 0 ? [] : await this.deps.categoriesAbove(categoryIds), quantity, unitPrice: unitPrice.amount, onSale })));
    return { situation: { at, currency, country, channel: buyer.channel, groupIds: buyer.groupIds, isFirstOrder: first, lines }, candidates, unknown };
  }

  private async lookUp(codes: readonly string[]): Promise<Typed[]> {
    const found = new Map((await this.deps.codes.find(codes)).map((one) => [one.code, one]));
    return Promise.all(codes.map(async (code) => {
      const one = found.get(code);
      return { code, found: one, rule: one ? await this.findRule(one.promotionId) : null };
    }));
  }

  /** At most one query for the counters and one for the customer's own uses, and none where nothing is limited. */
  private async leftOf(rules: readonly Rule[], customerKeys: readonly string[]): Promise<(rule: Rule) => Omit<Left, 'ofCode'>> {
    const counted = [...new Set(rules.filter(({ counted: is }) => is).map(({ id }) => id))].sort();
    const personal = [...new Set(rules.filter((rule) => customerLimitOf(rule) !== null).map(({ id }) => id))];
    const [counters, uses] = await Promise.all([
      counted.length === 0 ? [] : this.counters.get(counted.join(), () => this.deps.redemptions.findCounters(counted)),
      personal.length === 0 || customerKeys.length === 0 ? new Map<string, number>() : this.deps.redemptions.usesOfCustomer(personal, customerKeys),
    ]);
    const byId = new Map(counters.map((counter) => [counter._id, counter]));
    return (rule) => {
      const limit = customerLimitOf(rule);
      return { ...leftOfCounter(byId.get(rule.id)), ofCustomer: limit === null ? null : Math.max(0, limit - (uses.get(rule.id) ?? 0)) };
    };
  }
}

const isKnown = ({ found, rule }: Typed): boolean => found?.active === true && rule !== null && (rule.state === 'active' || rule.state === 'inactive');

function leftOfCounter(counter: Counter | undefined): { uses: number | null; budget: Amounts | null } {
  if (!counter) return { uses: null, budget: null };
  const { uses, limit, spent, budget } = counter;
  const rest = budget && Object.fromEntries(Object.entries(budget).map(([currency, amount]) => [currency, Math.max(0, amount - (spent[currency] ?? 0))]));
  return { uses: limit === null ? null : Math.max(0, limit - uses), budget: rest };
}
