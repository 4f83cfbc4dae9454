import type { Ladder, PriceTier } from '../../shared/ladder.js';
import { money, type Money } from '../../shared/money.js';

/** What a variant costs in one currency, in minor units. `wholesale` is for staff only. */
export type PriceEntry = Readonly<{ currency: string; base: number; sale?: number; wholesale?: number; tiers?: readonly QuantityPrice[] }>;
/** From this quantity on, each unit costs that much. */
export type QuantityPrice = Readonly<{ minQuantity: number; amount: number }>;
export type Prices = readonly PriceEntry[];
/** `moved`: what rules made of the base for a passer-by; null when they let go of it. */
export type PriceKind = 'base' | 'sale' | 'wholesale' | 'tier' | 'moved';
export const PRICE_KINDS: readonly PriceKind[] = ['base', 'sale', 'wholesale', 'tier', 'moved'];
const SINGLE = ['base', 'sale', 'wholesale'] as const;

export type EffectivePrice = Readonly<{ price: Money; compareAtPrice?: Money }>;
/** Lowest and highest effective price per currency; `compareAt` is what the lowest was before its reduction. */
export type PriceRanges = Readonly<Record<string, Readonly<{ from: number; to: number; compareAt?: number }>>>;

const payable = ({ base, sale }: PriceEntry): number => (sale !== undefined && sale < base ? sale : base);

/** What a shopper pays in this currency, or null where the variant is not sold in it. */
export function effectivePrice(prices: Prices, currency: string): EffectivePrice | null {
  const entry = prices.find((price) => price.currency === currency);
  if (!entry) return null;
  const price = money(payable(entry), currency);
  return price.amount < entry.base ? { price, compareAtPrice: money(entry.base, currency) } : { price };
}

/** An amount that a rule moved, and which rule that was; null leaves it as it is. */
export type Move = (amount: number) => Readonly<{ amount: number; source: PriceTier['source'] }> | null;
type Special = Readonly<{ wholesale?: boolean | undefined; move?: Move | undefined }>;
type Candidate = Pick<PriceTier, 'source'> & Readonly<{ amount: number; compareAt?: number }>;

/** What is paid without any list: the lowest of the base (of that quantity), the sale and, for those who get it, wholesale. */
export function usualLadder(prices: Prices, currency: string, { wholesale = false, move }: Special = {}): Ladder {
  const entry = prices.find((price) => price.currency === currency);
  if (!entry) return [];
  const steps = [{ minQuantity: 1, amount: entry.base }, ...(entry.tiers ?? [])];
  return compacted(steps.map(({ minQuantity, amount }) => {
    const { amount: paid, compareAt, source } = cheapest(candidates(entry, amount, { wholesale, move }));
    return { minQuantity, price: money(paid, currency), ...(compareAt !== undefined && { compareAtPrice: money(compareAt, currency) }), source };
  }));
}

function candidates({ base, sale, wholesale }: PriceEntry, amount: number, special: Special): Candidate[] {
  return [
    special.move?.(amount) ?? { amount, source: { kind: 'base' } },
    ...(sale !== undefined && sale < base ? [{ amount: sale, compareAt: base, source: { kind: 'sale' } } as const] : []),
    ...(special.wholesale && wholesale !== undefined ? [{ amount: wholesale, source: { kind: 'wholesale' } } as const] : []),
  ];
}

const cheapest = (all: readonly Candidate[]): Candidate => all.reduce((best, one) => (one.amount < best.amount ? one : best));

/** Without the steps that change nothing. */
export function compacted(tiers: readonly PriceTier[]): Ladder {
  return tiers.filter((tier, at) => {
    const before = tiers[at - 1];
    return !before || before.price.amount !== tier.price.amount || before.compareAtPrice?.amount !== tier.compareAtPrice?.amount
      || before.source.kind !== tier.source.kind || before.source.id !== tier.source.id;
  });
}

export function priceRanges(variants: readonly Prices[]): PriceRanges {
  const ranges: Record<string, { from: number; to: number; compareAt?: number }> = {};
  for (const entry of variants.flat()) {
    const amount = payable(entry);
    const so = ranges[entry.currency];
    if (!so || amount < so.from) ranges[entry.currency] = { from: amount, to: Math.max(amount, so?.to ?? amount), ...(amount < entry.base && { compareAt: entry.base }) };
    else so.to = Math.max(so.to, amount);
  }
  return ranges;
}

/** `minQuantity` where it is the price of a quantity. */
export type PriceChange = Readonly<{ currency: string; kind: PriceKind; minQuantity?: number; channel?: string; before: number | null; after: number | null }>;

/** Every amount that is another one afterwards; null stands for no such price. */
export function priceChanges(before: Prices, after: Prices): PriceChange[] {
  const currencies = [...new Set([...before, ...after].map(({ currency }) => currency))];
  return currencies.flatMap((currency) => {
    const old = before.find((entry) => entry.currency === currency);
    const next = after.find((entry) => entry.currency === currency);
    const single = SINGLE.map((kind): PriceChange => ({ currency, kind, before: old?.[kind] ?? null, after: next?.[kind] ?? null }));
    return [...single, ...tierChanges(currency, old?.tiers ?? [], next?.tiers ?? [])].filter((change) => change.before !== change.after);
  });
}

function tierChanges(currency: string, before: readonly QuantityPrice[], after: readonly QuantityPrice[]): PriceChange[] {
  const quantities = [...new Set([...before, ...after].map(({ minQuantity }) => minQuantity))].sort((a, b) => a - b);
  const amountIn = (tiers: readonly QuantityPrice[], minQuantity: number) => tiers.find((tier) => tier.minQuantity === minQuantity)?.amount ?? null;
  return quantities.map((minQuantity) => ({ currency, kind: 'tier', minQuantity, before: amountIn(before, minQuantity), after: amountIn(after, minQuantity) }));
}

/** What a shopper paid from then on; null from when it was not sold. */
export type PriceStep = Readonly<{ at: Date; amount: number | null }>;
export type PriceRecord = PriceChange & Readonly<{ at: Date }>;

/** Folds the history of one SKU and currency, oldest first, into what a shopper paid when. */
export function priceSteps(history: readonly PriceRecord[]): PriceStep[] {
  const now: Partial<Record<PriceKind, number>> = {};
  const steps: PriceStep[] = [];
  for (const { kind, after, at } of history) {
    if (kind === 'tier') continue;
    if (after === null) delete now[kind];
    else now[kind] = after;
    const amount = now.base === undefined ? null : Math.min(now.moved ?? now.base, now.sale ?? Infinity);
    // Base and sale changed by one write are one step.
    if (steps.at(-1)?.at.getTime() === at.getTime()) steps.pop();
    if (steps.at(-1)?.amount !== amount) steps.push({ at, amount });
  }
  return steps;
}

const DAY_MS = 86_400_000;

/**
 * The lowest price in the days before a reduction, as Directive 98/6/EC, article 6a (Omnibus) wants it shown. The window ends
 * before the reduction itself, and the price that was already running when the window opened counts.
 */
export function lowestPrior(steps: readonly PriceStep[], reductionAt: Date, days = 30): number | null {
  const opensAt = reductionAt.getTime() - days * DAY_MS;
  const before = steps.filter(({ at }) => at < reductionAt);
  const inForce = before.filter((step, index) => {
    const endsAt = before[index + 1]?.at ?? reductionAt;
    return step.amount !== null && endsAt.getTime() > opensAt;
  });
  return inForce.length === 0 ? null : Math.min(...inForce.map(({ amount }) => amount!));
}

/** Since when the price of today is a reduced one, and what it must be compared with; null when the last step went up or is the first. */
export function reductionOf(steps: readonly PriceStep[]): { amount: number; reducedAt: Date; lowestPrior: number } | null {
  const [last, before] = [steps.at(-1), steps.at(-2)];
  if (!last || last.amount === null || before === undefined || before.amount === null || last.amount >= before.amount) return null;
  const lowest = lowestPrior(steps, last.at);
  return lowest === null ? null : { amount: last.amount, reducedAt: last.at, lowestPrior: lowest };
}
