import type { Clock } from '../../shared/clock.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { money, type Money } from '../../shared/money.js';
import type { AppliedPromotion, Quote } from '../cart/index.js';
import type { CodeRepository } from './codes.repository.js';
import { customerKeysOf, type LivePromotions, type Mark } from './live.service.js';
import { CouponExhausted } from './promotions.errors.js';
import { customerLimitOf, type CouponCode, type Redemption } from './promotions.js';
import type { Counter, RedemptionRepository } from './redemptions.repository.js';

type Deps = { live: Pick<LivePromotions, 'findRule'>; codes: CodeRepository; redemptions: RedemptionRepository; outbox: Pick<Outbox, 'record'>; mark: Mark; now: Clock };
type Redeem = Readonly<{ orderId: string; email: string; quote: Quote }>;

/** Uses of promotions, counted where an order is made and given back where it ends. Always inside the order's transaction. */
export class RedemptionService {
  constructor(private readonly deps: Deps) {}

  /** One conditional change per limit: whoever finds no room is refused, and with it the whole order. */
  async redeem({ orderId, email, quote }: Redeem): Promise<void> {
    const { redemptions, codes, outbox } = this.deps;
    const { applied, evidence } = quote.promotions;
    const { userId } = quote.buyer;
    const [customerKey, mailboxKey] = await customerKeysOf({ userId, email }, this.deps.mark) as [string, string?];
    const whose = { customerKey, ...(mailboxKey !== undefined && { mailboxKey }) };
    const typed = applied.flatMap(({ code }) => code ?? []);
    const known = new Map((typed.length === 0 ? [] : await codes.find(typed)).map((code) => [code.code, code]));
    const rows: Redemption[] = [];
    // One after the other and in one order, so that two orders with the same promotions meet at the first.
    for (const promotion of [...applied].sort((a, b) => (a.promotionId < b.promotionId ? -1 : 1))) {
      const counted = await this.take(promotion, known.get(promotion.code ?? ''), whose);
      const { promotionId, code = null, amount } = promotion;
      rows.push({ orderId, promotionId, code, ...whose, userId, amount: amount.amount, currency: amount.currency, state: 'held', counted, at: this.deps.now(), returnedAt: null });
    }
    if (rows.length > 0) await redemptions.add(rows);
    await redemptions.addTrace({ _id: orderId, evidence, shippingPrice: quote.shipping.price.amount, at: this.deps.now(), allocations: decidedHere(quote) });
    if (rows.length > 0) await outbox.record(...rows.map(({ promotionId, code, amount, currency }) => ({
      type: 'promotion.redeemed', aggregateId: promotionId, data: { promotionId, orderId, userId, ...(code !== null && { code }), amount: { amount, currency } },
    })));
  }

  /** The order was cancelled or expired. Whoever moves the row gives back, so it happens once. */
  async giveBack(orderId: string): Promise<void> {
    for (const row of await this.deps.redemptions.ofOrder(orderId, 'held')) {
      if (await this.deps.redemptions.move(row, this.deps.now())) await this.giveBackOne(row, row.counted);
    }
  }

  /** The order lives again. False when something was used up meanwhile; what was taken up to there is given back at once. */
  async takeAgain(orderId: string): Promise<boolean> {
    const { redemptions } = this.deps;
    const taken: Redemption[] = [];
    for (const row of await redemptions.ofOrder(orderId, 'returned')) {
      if (!await this.takeAgainOne(row)) {
        for (const other of taken) await this.giveBackOne(other, other.counted);
        return false;
      }
      taken.push(row);
    }
    for (const row of taken) await redemptions.move(row, null);
    return true;
  }

  private async take(promotion: AppliedPromotion, code: CouponCode | undefined, whose: Whose): Promise<Redemption['counted']> {
    const { live, redemptions, codes } = this.deps;
    const { promotionId, amount } = promotion;
    const rule = await live.findRule(promotionId);
    const isCodeCounted = code !== undefined && code.maxUses !== null;
    if (isCodeCounted && !await codes.take(code.code)) throw exhausted(promotion, 'code_used');
    if (rule?.counted) {
      const counter = await redemptions.take(promotionId, amount);
      if (!counter) throw exhausted(promotion, await this.reasonOf(promotionId));
      await this.tellIfExhausted(counter, promotion);
    }
    const limit = rule && customerLimitOf(rule);
    for (const key of limit === null ? [] : keysOf(whose)) {
      if (!await redemptions.takeForCustomer(promotionId, key, limit!)) throw exhausted(promotion, 'customer_limit');
    }
    return { promotion: rule?.counted === true, customer: limit !== null, code: isCodeCounted };
  }

  private async reasonOf(promotionId: string): Promise<string> {
    const counter = await this.deps.redemptions.findCounter(promotionId);
    return counter && counter.limit !== null && counter.uses >= counter.limit ? 'exhausted' : 'budget_spent';
  }

  private async tellIfExhausted({ uses, limit, spent, budget }: Counter, { promotionId, name, amount: { currency } }: AppliedPromotion): Promise<void> {
    const limits = [...(limit !== null && uses >= limit ? ['uses'] : []), ...(budget && spent[currency] === budget[currency] ? ['budget'] : [])];
    if (limits.length === 0) return;
    await this.deps.outbox.record({ type: 'promotion.exhausted', aggregateId: promotionId, data: { promotionId, name, limits, uses, spent: money(spent[currency] ?? 0, currency) } });
  }

  private async giveBackOne(row: Redemption, counted: Redemption['counted']): Promise<void> {
    const { redemptions, codes } = this.deps;
    if (counted.promotion) await redemptions.giveBack(row.promotionId, spentOf(row));
    if (counted.customer) for (const key of keysOf(row)) await redemptions.giveBackForCustomer(row.promotionId, key);
    if (counted.code) await codes.giveBack(row.code!);
  }

  private async takeAgainOne(row: Redemption): Promise<boolean> {
    const { redemptions, codes } = this.deps;
    const { promotionId, counted } = row;
    const done = { promotion: false, customer: false, code: false };
    done.promotion = counted.promotion && await redemptions.take(promotionId, spentOf(row)) !== null;
    if (done.promotion === counted.promotion) done.customer = counted.customer && await this.takeAgainForCustomer(promotionId, keysOf(row));
    if (done.promotion === counted.promotion && done.customer === counted.customer) done.code = counted.code && await codes.take(row.code!);
    const isWhole = done.promotion === counted.promotion && done.customer === counted.customer && done.code === counted.code;
    if (!isWhole) await this.giveBackOne(row, done);
    return isWhole;
  }

  /** Under all of the names, or under none. */
  private async takeAgainForCustomer(promotionId: string, keys: readonly string[]): Promise<boolean> {
    for (const [at, key] of keys.entries()) {
      if (await this.deps.redemptions.takeAgainForCustomer(promotionId, key)) continue;
      for (const taken of keys.slice(0, at)) await this.deps.redemptions.giveBackForCustomer(promotionId, taken);
      return false;
    }
    return true;
  }
}

type Whose = Pick<Redemption, 'customerKey' | 'mailboxKey'>;
const keysOf = ({ customerKey, mailboxKey }: Whose): string[] => [customerKey, ...(mailboxKey === undefined ? [] : [mailboxKey])];

/** Without what was taken off by hand. */
function decidedHere({ lines, shipping, promotions: { applied } }: Quote) {
  const ours = new Set(applied.map(({ promotionId }) => promotionId));
  const of = (allocations: Quote['shipping']['allocations']) => allocations.filter(({ promotionId }) => ours.has(promotionId));
  return { lines: lines.map(({ id, allocations }) => ({ id, allocations: of(allocations) })), shipping: of(shipping.allocations) };
}

const spentOf = ({ amount, currency }: Redemption): Money => money(amount, currency);

const exhausted = ({ promotionId, name, code }: AppliedPromotion, reason: string): CouponExhausted =>
  new CouponExhausted(`${code === undefined ? name : `The code ${code}`} was used up meanwhile. Look at the cart and order again.`, { promotionId, ...(code !== undefined && { coupon: code }), reason });
