import { minorUnitDigits } from '../../shared/money.js';
import { amountAt } from './spoken-numbers.js';

/** Amounts in hundredths of the currency; no currency where none was said. */
export type PriceWords = Readonly<{ from?: number; to?: number; currency?: string }>;
export type PriceRead = Readonly<{ rest: string; price: PriceWords | null }>;

const CURRENCIES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(?:\$|dollars?|bucks?|usd)$/, 'USD'], [/^(?:€|euros?|eur)$/, 'EUR'], [/^(?:£|pounds?|quid|gbp|sterling)$/, 'GBP'], [/^(?:¥|yen|jpy)$/, 'JPY'],
];
const MOST = ['no more than', 'not more than', 'less than', 'lower than', 'cheaper than', 'not over', 'up to', 'at most', 'a maximum of', 'maximum of', 'maximum', 'max', 'under', 'below', 'within'];
const LEAST = ['at least', 'no less than', 'not less than', 'not under', 'more than', 'higher than', 'starting at', 'starting from', 'upwards of', 'minimum of', 'minimum', 'min', 'over', 'above'];
/** What may stand before an opener and says nothing beside it. */
const BEFORE = ['with a price of', 'that costs', 'that cost', 'which cost', 'costing', 'priced at', 'priced', 'price', 'for', 'at', 'that are', 'that is', 'which are', 'anything'];
const BEHIND: ReadonlyArray<readonly [string, 'from' | 'to']> = [['or less', 'to'], ['or under', 'to'], ['or cheaper', 'to'], ['or below', 'to'], ['max', 'to'], ['maximum', 'to'], ['tops', 'to'], ['at most', 'to'], ['or more', 'from'], ['and up', 'from'], ['or over', 'from'], ['and above', 'from']];
const CENTS = /^(?:cents?|pence|p)$/;
const LONGEST_AMOUNT = 9;
const AROUND_FROM = 80;
const AROUND_TO = 120;

/** `$50`, `19.99`, words. Where each stands, so that what is left keeps its signs. */
const TOKEN = /[$€£¥]|\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\p{L}+(?:['’]\p{L}+)*|[^\s]/gu;
type Token = Readonly<{ text: string; start: number; end: number }>;
type Amount = { hundredths: number; currency: string | undefined; next: number };
type Match = { price: PriceWords; start: number; end: number };

/** Takes a price out of words as they are said or typed; `rest` are the others. Nothing is taken where no price is meant. */
export function readPrice(text: string): PriceRead {
  const tokens: Token[] = [...text.matchAll(TOKEN)].map((match) => ({ text: match[0].toLowerCase().replace(/(?<=\d),(?=\d{3})/g, ''), start: match.index, end: match.index + match[0].length }));
  const words = tokens.map((token) => token.text);
  for (let at = 0; at < words.length; at++) {
    const found = between(words, at) ?? oneSided(words, at) ?? around(words, at) ?? behind(words, at);
    if (!found) continue;
    const start = widened(words, found.start);
    const rest = `${text.slice(0, tokens[start]!.start)} ${text.slice(tokens[found.end - 1]!.end)}`.replace(/\s+/g, ' ').trim();
    return { rest, price: found.price };
  }
  return { rest: text, price: null };
}

/** In minor units of the currency that prices are compared in. */
export const minorOf = (hundredths: number, currency: string): number => Math.round(hundredths * 10 ** (minorUnitDigits(currency) - 2));

const startsWith = (words: readonly string[], at: number, phrase: string): number | null => {
  const parts = phrase.split(' ');
  return parts.every((part, offset) => words[at + offset] === part) ? at + parts.length : null;
};
const oneOf = (words: readonly string[], at: number, phrases: readonly string[]): number | null => {
  for (const phrase of phrases) {
    const next = startsWith(words, at, phrase);
    if (next !== null) return next;
  }
  return null;
};
const currencyOf = (word: string | undefined) => CURRENCIES.find(([pattern]) => word !== undefined && pattern.test(word))?.[1];

function moneyAt(words: readonly string[], at: number): Amount | null {
  const sign = currencyOf(words[at]);
  const found = amountAt(words, sign === undefined ? at : at + 1);
  if (!found) return null;
  if (CENTS.test(words[found.next] ?? '') && sign === undefined) return { hundredths: Math.round(found.hundredths / 100), currency: 'any', next: found.next + 1 };
  const said = sign ?? currencyOf(words[found.next]);
  const next = sign === undefined && said !== undefined ? found.next + 1 : found.next;
  if (said === undefined) return { hundredths: found.hundredths, currency: undefined, next };
  const and = words[next] === 'and' ? next + 1 : next;
  const cents = amountAt(words, and);
  return cents && CENTS.test(words[cents.next] ?? '') ? { hundredths: found.hundredths + Math.round(cents.hundredths / 100), currency: said, next: cents.next + 1 } : { hundredths: found.hundredths, currency: said, next };
}

const withCurrency = (currency: string | undefined) => (currency === undefined || currency === 'any' ? {} : { currency });
const isEnd = (words: readonly string[], at: number) => at >= words.length || words.slice(at).every((word) => /^[.!?,]$/.test(word));

/** Without a currency a number is a price only at the very end: `rugs under 5 feet` are short, not cheap. */
function between(words: readonly string[], start: number): Match | null {
  const opened = oneOf(words, start, ['between', 'from']);
  if (opened === null) return null;
  for (let at = opened + 1; at < Math.min(words.length, opened + LONGEST_AMOUNT); at++) {
    if (!['and', 'to', '-'].includes(words[at]!)) continue;
    const low = moneyAt(words.slice(0, at), opened);
    const high = moneyAt(words, at + 1);
    if (!low || low.next !== at || !high || high.hundredths < low.hundredths) continue;
    const currency = high.currency ?? low.currency;
    if (currency === undefined && (words[start] === 'from' || !isEnd(words, high.next))) continue;
    return { price: { from: low.hundredths, to: high.hundredths, ...withCurrency(currency) }, start, end: high.next };
  }
  return null;
}

function oneSided(words: readonly string[], start: number): Match | null {
  const [most, least] = [oneOf(words, start, MOST), oneOf(words, start, LEAST)];
  const side = least !== null && (most === null || least > most) ? 'from' : 'to';
  const opened = side === 'from' ? least : most;
  const amount = opened === null ? null : moneyAt(words, oneOf(words, opened, ['about', 'around', 'like']) ?? opened);
  if (!amount || (amount.currency === undefined && (side === 'from' || !isEnd(words, amount.next)))) return null;
  return { price: { [side]: amount.hundredths, ...withCurrency(amount.currency) }, start, end: amount.next };
}

function around(words: readonly string[], start: number): Match | null {
  const opened = oneOf(words, start, ['around', 'about', 'roughly', 'approximately']);
  const amount = opened === null ? null : moneyAt(words, opened);
  if (!amount || amount.currency === undefined) return null;
  const { hundredths, currency } = amount;
  return { price: { from: Math.round(hundredths * AROUND_FROM / 100), to: Math.round(hundredths * AROUND_TO / 100), ...withCurrency(currency) }, start, end: amount.next };
}

/** `fifty dollars or less`. */
function behind(words: readonly string[], start: number): Match | null {
  const amount = moneyAt(words, start);
  if (!amount || amount.currency === undefined) return null;
  for (const [phrase, side] of BEHIND) {
    const end = startsWith(words, amount.next, phrase);
    if (end !== null) return { price: { [side]: amount.hundredths, ...withCurrency(amount.currency) }, start, end };
  }
  return null;
}

/** Back over what only leads up to a price. */
function widened(words: readonly string[], start: number): number {
  for (let at = start; ;) {
    const phrase = BEFORE.find((before) => startsWith(words, at - before.split(' ').length, before) !== null && at - before.split(' ').length > 0);
    if (phrase === undefined) return at;
    at -= phrase.split(' ').length;
  }
}
