import type { Ladder } from '../../shared/ladder.js';
import { money, type Money } from '../../shared/money.js';

/** What a variant costs in one currency, in minor units. `wholesale` is for staff only. */
export type PriceEntry = Readonly<{ currency: string; base: number; sale?: number; wholesale?: number }>;
export type Prices = readonly PriceEntry[];
export type PriceKind = 'base' | 'sale' | 'wholesale';
export const PRICE_KINDS: readonly PriceKind[] = ['base', 'sale', 'wholesale'];

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

/** What everybody pays who has no list of his own. */
export function usualLadder(prices: Prices, currency: string): Ladder {
  const usual = effectivePrice(prices, currency);
  return usual ? [{ minQuantity: 1, ...usual, source: { kind: usual.compareAtPrice ? 'sale' : 'base' } }] : [];
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

export type PriceChange = Readonly<{ currency: string; kind: PriceKind; before: number | null; after: number | null }>;

/** Every amount that is another one afterwards; null stands for no such price. */
export function priceChanges(before: Prices, after: Prices): PriceChange[] {
  const currencies = [...new Set([...before, ...after].map(({ currency }) => currency))];
  return currencies.flatMap((currency) => {
    const old = before.find((entry) => entry.currency === currency);
    const next = after.find((entry) => entry.currency === currency);
    return PRICE_KINDS
      .map((kind): PriceChange => ({ currency, kind, before: old?.[kind] ?? null, after: next?.[kind] ?? null }))
      .filter((change) => change.before !== change.after);
  });
}

/** What a shopper paid from then on; null from when it was not sold. */
export type PriceStep = Readonly<{ at: Date; amount: number | null }>;
export type PriceRecord = PriceChange & Readonly<{ at: Date }>;

/** Folds the history of one SKU and currency, oldest first, into what a shopper paid when. */
export function priceSteps(history: readonly PriceRecord[]): PriceStep[] {
  const now: Partial<Record<PriceKind, number>> = {};
  const steps: PriceStep[] = [];
  for (const { kind, after, at } of history) {
    if (after === null) delete now[kind];
    else now[kind] = after;
    const amount = now.base === undefined ? null : Math.min(now.base, now.sale ?? now.base);
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
