import { allocate, fraction, money, portion, sum, times, zero, type Money } from '../../shared/money.js';
import { isSelected, quantityOf, subtotalOf } from './selection.js';
import type { Amounts, BuyXGetY, Effect, Reward, Rule, RuleLine, Tier } from './promotions.js';

/** A line and what is left of its price after the promotions before. */
export type OpenLine = Readonly<{ line: RuleLine; left: Money }>;
/** By line, in the order of the open lines; zero where nothing is taken off. */
type Reductions = Money[];

/** What a rule takes off these lines now, never more than is left of any of them. Lines come in one fixed order. */
export function reductionsOf(rule: Rule, open: readonly OpenLine[], currency: string): Reductions {
  const isChosen = open.map(({ line }) => isSelected(line, rule.appliesTo));
  const chosen = open.filter((_, at) => isChosen[at]);
  if (chosen.length === 0) return open.map(() => zero(currency));
  const reduced = ofChosen(rule, chosen, currency);
  let next = 0;
  return isChosen.map((is) => (is ? reduced[next++]! : zero(currency)));
}

function ofChosen({ effect, class: of }: Rule, open: readonly OpenLine[], currency: string): Reductions {
  switch (effect.type) {
    case 'percentage': return rewarded(effect, of, open, currency);
    case 'fixed': return effect.perUnit ? perUnit(effect.amounts, open, currency) : rewarded(effect, of, open, currency);
    case 'tiered': {
      const tier = tierOf(effect, open.map(({ line }) => line), currency);
      return tier ? rewarded(tier, of, open, currency) : open.map(() => zero(currency));
    }
    case 'buy_x_get_y': return buyXGetY(effect, open, currency);
    case 'shipping': return open.map(() => zero(currency));
  }
}

/** A share of each line for products, of all of them together for an order: one rounding each. */
function rewarded(reward: Reward, of: Rule['class'], open: readonly OpenLine[], currency: string): Reductions {
  const left = sum(open.map((one) => one.left), currency);
  if ('amounts' in reward) return spread(money(Math.min(reward.amounts[currency] ?? 0, left.amount), currency), open);
  if (reward.cap && reward.cap[currency] === undefined) return open.map(() => zero(currency));
  const cap = reward.cap?.[currency] ?? Infinity;
  if (of === 'order') return spread(money(Math.min(portion(left, reward.rateBps).amount, cap), currency), open);
  const shares = open.map((one) => portion(one.left, reward.rateBps));
  const total = sum(shares, currency);
  return total.amount > cap ? allocate(money(cap, currency), shares.map(({ amount }) => amount)) : shares;
}

/** By largest remainder on what is left, so that no line gives more than it has. */
function spread(total: Money, open: readonly OpenLine[]): Reductions {
  return total.amount === 0 ? open.map(() => total) : allocate(total, open.map(({ left }) => left.amount));
}

function perUnit(amounts: Amounts, open: readonly OpenLine[], currency: string): Reductions {
  return open.map(({ line, left }) => money(Math.min(left.amount, times(money(amounts[currency] ?? 0, currency), line.quantity).amount), currency));
}

/** The highest step that the chosen lines reach, at their prices before any promotion. */
function tierOf({ tiers }: Extract<Effect, { type: 'tiered' }>, lines: readonly RuleLine[], currency: string): Tier | undefined {
  const [quantity, subtotal] = [quantityOf(lines), subtotalOf(lines, currency).amount];
  const from = (tier: Tier): number => ('minQuantity' in tier ? tier.minQuantity : tier.minSubtotal[currency] ?? Infinity);
  const reached = tiers.filter((tier) => from(tier) <= ('minQuantity' in tier ? quantity : subtotal));
  return reached.sort((a, b) => from(b) - from(a))[0];
}

/** The cheapest units are given. A unit that is given was not bought: where both sides may take it, enough stay to be bought. */
function buyXGetY({ buy, get, rateBps, maxTimes = Infinity }: BuyXGetY, open: readonly OpenLine[], currency: string): Reductions {
  const sides = open.map(({ line }) => ({ buys: isSelected(line, buy.items ?? {}), gets: isSelected(line, get.items ?? {}) }));
  const units = (wanted: (side: { buys: boolean; gets: boolean }) => boolean) => quantityOf(open.filter((_, at) => wanted(sides[at]!)).map(({ line }) => line));
  const [bought, both, given] = [units(({ buys, gets }) => buys && !gets), units(({ buys, gets }) => buys && gets), units(({ buys, gets }) => gets && !buys)];
  const most = Math.min(
    maxTimes, Math.floor((bought + both) / buy.quantity), Math.floor((given + both) / get.quantity), Math.floor((bought + both + given) / (buy.quantity + get.quantity)),
  );
  let free = most * get.quantity;
  let freeOfBoth = both - Math.max(0, most * buy.quantity - bought);
  const reductions = open.map(() => zero(currency));
  for (const at of cheapestFirst(open).filter((index) => sides[index]!.gets)) {
    const { line, left } = open[at]!;
    const taken = Math.min(line.quantity, free, sides[at]!.buys ? freeOfBoth : Infinity);
    free -= taken;
    if (sides[at]!.buys) freeOfBoth -= taken;
    reductions[at] = portion(fraction(left, taken, line.quantity), rateBps);
  }
  return reductions;
}

/** Indexes by what a unit still costs; compared crosswise, since a quotient would be rounded. */
function cheapestFirst(open: readonly OpenLine[]): number[] {
  const cost = (of: OpenLine, other: OpenLine) => BigInt(of.left.amount) * BigInt(other.line.quantity);
  return open.map((_, at) => at).sort((a, b) => {
    const [one, two] = [cost(open[a]!, open[b]!), cost(open[b]!, open[a]!)];
    return one === two ? a - b : one < two ? -1 : 1;
  });
}
