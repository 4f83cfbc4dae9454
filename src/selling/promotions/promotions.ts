/** Minor units by currency. A rule has no amount in a currency that is not named, and does nothing there. */
export type Amounts = Readonly<Record<string, number>>;

export const PROMOTION_CLASSES = ['product', 'order', 'shipping'] as const;
/** What a promotion reduces; products first, then the order, then its shipping, each on what the former left. */
export type PromotionClass = (typeof PROMOTION_CLASSES)[number];
export const TRIGGERS = ['automatic', 'coupon'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** Which lines are meant. Named skus, products and categories (with all below them) add up; none named means all. */
export type Selection = Readonly<{
  skus?: readonly string[]; productIds?: readonly string[]; categoryIds?: readonly string[];
  excludedSkus?: readonly string[]; excludedProductIds?: readonly string[]; excludedCategoryIds?: readonly string[];
  excludeSaleItems?: boolean;
}>;

/** A share of what is left of the price, at most `cap`, or a fixed amount. */
export type Reward = Readonly<{ rateBps: number; cap?: Amounts } | { amounts: Amounts }>;
type TierFrom = Readonly<{ minSubtotal: Amounts } | { minQuantity: number }>;
export type Tier = TierFrom & Reward;
export type BuyXGetY = Readonly<{
  type: 'buy_x_get_y'; buy: Readonly<{ quantity: number; items?: Selection }>; get: Readonly<{ quantity: number; items?: Selection }>; rateBps: number;
  /** How often in one order; as often as it fits when absent. */
  maxTimes?: number;
}>;
export type Effect =
  | Readonly<{ type: 'percentage'; rateBps: number; cap?: Amounts }>
  | Readonly<{ type: 'fixed'; amounts: Amounts; perUnit?: boolean }>
  | Readonly<{ type: 'shipping'; rateBps: number; cap?: Amounts }>
  | Readonly<{ type: 'tiered'; by: 'subtotal' | 'quantity'; tiers: readonly Tier[] }>
  | BuyXGetY;

/** Hours of the day at a place. A window over midnight belongs to the day on which it begins. */
export type Schedule = Readonly<{ timeZone: string; weekdays?: readonly number[]; from?: string; to?: string }>;
/** Everything named must hold. Subtotal and quantity count the lines of `items` at their prices before any promotion. */
export type Conditions = Readonly<{
  items?: Selection; subtotal?: Readonly<{ min?: Amounts; max?: Amounts }>; quantity?: Readonly<{ min?: number; max?: number }>;
  customerGroupIds?: readonly string[]; firstOrder?: boolean; countries?: readonly string[]; channels?: readonly string[]; schedule?: Schedule;
}>;
export type Limits = Readonly<{ uses?: number; perCustomer?: number; budget?: Amounts }>;

export type PromotionFields = Readonly<{
  name: string; description?: string; trigger: Trigger; class: PromotionClass;
  /** Lower is asked first; among equals the one that takes off more. */
  priority: number;
  /** Classes it stands beside; two promotions combine when each names the class of the other. None: it stands alone. */
  combinesWith: readonly PromotionClass[];
  startsAt: Date | null; endsAt: Date | null;
  appliesTo: Selection; effect: Effect; conditions: Conditions; limits: Limits;
}>;

export const PROMOTION_STATES = ['draft', 'active', 'inactive', 'archived'] as const;
export type PromotionState = (typeof PROMOTION_STATES)[number];
export type Promotion = PromotionFields & Readonly<{
  id: string; state: PromotionState; activatedAt: Date | null;
  /** Orders change a counter that all of them share. Once so it stays so, also while no limit is set; otherwise a redemption is only a row of its own. */
  counted: boolean;
  version: number; createdAt: Date; updatedAt: Date;
}>;
/** What decides; the rest is for people. */
export type Rule = Omit<PromotionFields, 'description'> & Pick<Promotion, 'id' | 'state' | 'counted'>;

/** From each state, where it can go. What was archived stays: orders name it. */
const TRANSITIONS: Readonly<Record<PromotionState, readonly PromotionState[]>> = {
  draft: ['active', 'archived'], active: ['inactive', 'archived'], inactive: ['active', 'archived'], archived: [],
};
export const mayBecome = (from: PromotionState, to: PromotionState): boolean => TRANSITIONS[from].includes(to);

export const isLimited = ({ limits }: Pick<Rule, 'limits'>): boolean => limits.uses !== undefined || limits.budget !== undefined;
/** A first order happens once. */
export const customerLimitOf = ({ limits, conditions }: Pick<Rule, 'limits' | 'conditions'>): number | null => limits.perCustomer ?? (conditions.firstOrder ? 1 : null);

export const ruleOf = ({ id, state, counted, name, trigger, class: of, priority, combinesWith, startsAt, endsAt, appliesTo, effect, conditions, limits }: Promotion): Rule =>
  ({ id, state, counted, name, trigger, class: of, priority, combinesWith, startsAt, endsAt, appliesTo, effect, conditions, limits });

/** A line in minor units of the cart's currency. */
export type RuleLine = Readonly<{ id: string; sku: string; productId: string; categoryIds: readonly string[]; quantity: number; unitPrice: number; onSale: boolean }>;
/** Who buys what, when and where, as far as a rule can ask. */
export type Situation = Readonly<{
  at: Date; currency: string; country: string; channel: string | null; groupIds: readonly string[];
  /** Null while nobody knows who buys. */
  isFirstOrder: boolean | null;
  lines: readonly RuleLine[];
}>;
/** What is left of the limits; null where there is none. */
export type Left = Readonly<{ uses: number | null; ofCustomer: number | null; ofCode: number | null; budget: Amounts | null }>;
export type Candidate = Readonly<{ rule: Rule; code?: string; left: Left }>;
export type Refusal = Readonly<{ reason: string; message: string }>;
/** Everything a decision is made of. The same evidence gives the same cents, in whatever order its parts stand. */
export type Evidence = Readonly<{ situation: Situation; candidates: readonly Candidate[]; unknown: ReadonlyArray<Refusal & Readonly<{ code: string }>> }>;

export const UNLIMITED: Left = { uses: null, ofCustomer: null, ofCode: null, budget: null };

/** A code that can be typed. `maxUses` null: as often as its promotion allows, and then nobody counts here. */
export type CouponCode = Readonly<{ code: string; promotionId: string; maxUses: number | null; uses: number; active: boolean; batchId: string; createdAt: Date }>;

type RedemptionState = 'held' | 'returned';
/** One promotion of one order. `counted` says which counters it changed, so that exactly those get it back. */
export type Redemption = Readonly<{
  orderId: string; promotionId: string; code: string | null; customerKey: string; userId: string | null; amount: number; currency: string;
  /** Of an order of a user: the mailbox it counts for as well. */
  mailboxKey?: string;
  state: RedemptionState; counted: Readonly<{ promotion: boolean; customer: boolean; code: boolean }>; at: Date; returnedAt: Date | null;
}>;
