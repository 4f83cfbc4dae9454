import type { Clock } from '../../shared/clock.js';
import { couponCode } from '../../shared/coupon-code.js';
import { InvalidRequest } from '../../shared/errors.js';
import { money, subtract, sum, times, type Money } from '../../shared/money.js';
import { tierAt } from '../../shared/ladder.js';
import type { Buyer } from '../../shared/buyer.js';
import type { Offers, PromotableLine, PromotionRequest } from '../cart/index.js';
import type { CodeRepository } from './codes.repository.js';
import { decide } from './engine.js';
import type { LivePromotions } from './live.service.js';
import type { Rule } from './promotions.js';
import type { SimulateBody, SimulatedCart } from './promotions.schemas.js';
import { fieldsOf } from './promotions.service.js';

type Deps = {
  live: LivePromotions; codes: Pick<CodeRepository, 'find'>; now: Clock;
  findOffers(skus: readonly string[], currency: string, buyer: Buyer): Promise<Offers>;
};
const DRAFT_ID = '0'.repeat(24);

/** What a promotion would do to a cart that nobody has. Reads only. */
export class SimulationService {
  constructor(private readonly deps: Deps) {}

  async simulate({ promotion, withActive, cart }: SimulateBody) {
    const { currency } = cart;
    const request = await this.requestOf(cart);
    const automatic = withActive ? await this.deps.live.findAutomatic() : [];
    const draft: Rule[] = promotion ? [{ ...fieldsOf(promotion), id: DRAFT_ID, state: 'active', counted: false } satisfies Rule] : [];
    const typed = await this.typed(cart.coupons);
    const evidence = await this.deps.live.evidenceOf({
      request, at: cart.at === undefined ? this.deps.now() : new Date(cart.at), unknown: typed.unknown, isFirstOrder: cart.isFirstOrder,
      rules: [...automatic, ...draft].map((rule) => ({ rule, ofCode: null as number | null })).concat(typed.rules),
    });
    const { lines, settle } = decide(evidence);
    const price = cart.shippingPrice === undefined ? null : money(cart.shippingPrice, currency);
    const { shipping, tried } = settle(price);

    const items = request.lines.map(({ id, sku, quantity, unitPrice }) => {
      const allocations = lines.get(id) ?? [];
      const [lineTotal, discount] = [times(unitPrice, quantity), off(allocations, currency)];
      return { sku, quantity, unitPrice, lineTotal, discount, total: subtract(lineTotal, discount), allocations };
    });
    const [subtotal, discountTotal] = [sum(items.map(({ lineTotal }) => lineTotal), currency), sum(items.map(({ discount }) => discount), currency)];
    const sent = price && { price, discount: off(shipping, currency), total: subtract(price, off(shipping, currency)) };
    return { items, subtotal, discountTotal, shipping: sent, total: sum([subtract(subtotal, discountTotal), ...(sent ? [sent.total] : [])], currency), explanation: tried };
  }

  private async requestOf(cart: SimulatedCart): Promise<PromotionRequest> {
    const { currency, country, customerGroupIds, channel, userId, email, items } = cart;
    const buyer: Buyer = { userId: userId ?? null, groupIds: customerGroupIds, companyId: null, channel: channel ?? null };
    const offers = await this.deps.findOffers(items.map(({ sku }) => sku), currency, buyer);
    const unpriced = items.flatMap(({ sku, unitPrice, quantity }, at) => (
      unitPrice === undefined && !tierAt(offers.get(sku)?.ladder ?? [], quantity) ? [{ pointer: `#/body/cart/items/${at}/unitPrice`, code: 'any_required', message: `"cart.items[${at}].unitPrice" is required: ${sku} has no price in ${currency}` }] : []));
    if (unpriced.length > 0) throw new InvalidRequest(unpriced);
    return { currency, buyer, email, country, coupons: [], lines: items.map((item) => lineOf(item, offers, currency)) };
  }

  private async typed(codes: readonly string[]) {
    const wanted = [...new Set(codes.map(couponCode))];
    const found = new Map((wanted.length === 0 ? [] : await this.deps.codes.find(wanted)).map((one) => [one.code, one]));
    const rules: Array<{ rule: Rule; code: string; ofCode: number | null }> = [];
    const unknown: Array<{ code: string; reason: string; message: string }> = [];
    for (const code of wanted) {
      const one = found.get(code);
      const rule = one && await this.deps.live.findRule(one.promotionId);
      if (one && rule) rules.push({ rule, code, ofCode: one.maxUses === null ? null : Math.max(0, one.maxUses - one.uses) });
      else unknown.push({ code, reason: 'unknown', message: `There is no code ${code}.` });
    }
    return { rules, unknown };
  }
}

const off = (allocations: ReadonlyArray<{ amount: Money }>, currency: string): Money => sum(allocations.map(({ amount }) => amount), currency);

/** What is said of it goes before what is known of it. */
function lineOf({ sku, quantity, unitPrice, onSale, categoryIds, productId }: SimulatedCart['items'][number], offers: Offers, currency: string): PromotableLine {
  const offer = offers.get(sku);
  const tier = tierAt(offer?.ladder ?? [], quantity);
  return {
    id: sku, sku, quantity, productId: productId ?? offer?.productId ?? '', categoryIds: categoryIds ?? offer?.categoryIds ?? [],
    unitPrice: unitPrice === undefined ? tier!.price : money(unitPrice, currency), onSale: onSale ?? tier?.compareAtPrice !== undefined,
  };
}
