import type { Buyer } from '../../shared/buyer.js';
import type { Ladder } from '../../shared/ladder.js';
import { isInHours, moveBy, type CompetitorPrice, type DynamicRule, type Subject } from './dynamic-rules.js';
import { convertLadder, rateAt, type ExchangeRate } from './exchange.js';
import { inOrder, isFor, isRunning, withLists, type Listed, type PriceList } from './price-lists.js';
import { usualLadder, type Prices } from './pricing.js';
import type { Rounding } from './rounding.js';

/** Everything that prices depend on besides the variants themselves; small enough to be held. Lists and rules in their order. */
export type PriceBook = Readonly<{
  version: number; lists: readonly PriceList[]; rules: readonly DynamicRule[]; rates: readonly ExchangeRate[]; roundings: ReadonlyMap<string, Rounding>;
}>;
export type LadderQuery = Readonly<{ currency: string; buyer: Buyer }>;
export type PricedVariant = Subject & Readonly<{ prices: Prices }>;

/** What of the book counts for one buyer, currency and moment. */
export type PriceContext = Readonly<{
  currency: string; marketCurrency: string; at: Date; wholesale: boolean;
  lists: readonly PriceList[]; rules: readonly DynamicRule[]; rate: ExchangeRate | null; rounding: Rounding | null;
  /** The same for everybody for whom the same counts. */
  key: string;
}>;

export const bookOf = (version: number, { lists, rules, rates, roundings }: Omit<PriceBook, 'version'>): PriceBook =>
  ({ version, lists: inOrder(lists), rules: inOrder(rules), rates, roundings });

/** Null while nothing but the usual prices counts. */
export function contextOf(book: PriceBook, { currency, buyer }: LadderQuery, { marketCurrency, at }: { marketCurrency: string; at: Date }): PriceContext | null {
  const wholesale = buyer.wholesale === true;
  if (book.version === 0 && !wholesale) return null;
  const rate = currency === marketCurrency ? null : rateAt(book.rates, marketCurrency, currency, at);
  const currencies = rate ? [currency, marketCurrency] : [currency];
  const lists = book.lists.filter((list) => list.active && currencies.includes(list.currency) && isFor(list, buyer) && isRunning(list, at));
  const rules = book.rules.filter((rule) => rule.active && isFor(rule, buyer) && isRunning(rule, at) && isInHours(rule, at));
  if (!rate && !wholesale && lists.length === 0 && rules.length === 0) return null;
  const key = [book.version, wholesale ? 'wholesale' : '', ...[...lists, ...rules].map(({ id }) => id), rate?.id ?? ''].join(',');
  return { currency, marketCurrency, at, wholesale, lists, rules, rate, rounding: book.roundings.get(currency) ?? null, key };
}

/** The price of one variant: an explicit one of the currency first, else the market's, converted; lists of the currency on top. */
export function ladderOf(variant: PricedVariant, context: PriceContext, { listed, competitors }: { listed: readonly Listed[]; competitors: readonly CompetitorPrice[] }): Ladder {
  const { currency, marketCurrency, at, rate, rounding, rules, wholesale } = context;
  const entered = (of: string) => usualLadder(variant.prices, of, { wholesale, move: rules.length === 0 ? undefined : moveBy(rules, variant, { currency: of, at, competitors }) });
  const listedIn = (of: string) => listed.filter(({ list }) => list.currency === of);
  const explicit = entered(currency);
  const usual = explicit.length > 0 || !rate ? explicit : convertLadder(withLists(entered(marketCurrency), listedIn(marketCurrency)), rate, rounding);
  return withLists(usual, listedIn(currency));
}
