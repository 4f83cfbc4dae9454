import { add, allocate, portion, sum, zero, type Money, type RoundingMode } from '../../../shared/money.js';
import type { Levy } from '../tax.js';

/** What the customs of one country take. `deMinimis`: what is worth no more than that bears no duty; in a currency that is not named there is no such limit. */
export type DutyTerms = Readonly<{
  name: string;
  /** What the rate is taken of: `goods_and_shipping` spreads the postage over the goods. */
  basis: 'goods' | 'goods_and_shipping';
  /** `at_checkout`: delivered duty paid, the shop pays the customs. `on_delivery`: the buyer is only told. */
  collected: 'at_checkout' | 'on_delivery';
  defaultRateBps: number;
  /** Digits without dots; the longest one that the code of the goods begins with counts. */
  rates: ReadonlyArray<Readonly<{ hsPrefix: string; rateBps: number }>>;
  deMinimis: readonly Money[];
  /** The tax on the duty itself; null: that of the sale. */
  tax: Readonly<{ name: string; rateBps: number; reason?: string }> | null;
}>;
export type DutyRules = DutyTerms & Readonly<{ country: string; version: number; updatedAt: Date }>;

/** `value` and `shipping`: as they are paid, without our tax. */
export type DutiableLine = Readonly<{ id: string; hsCode: string | undefined; value: Money }>;
export type DutyRequest = Readonly<{ country: string; lines: readonly DutiableLine[]; shipping: Money; mode: RoundingMode }>;
/** `levies`: null where the tax of the sale counts. */
export type DutyAssessment = Readonly<{
  name: string; amount: Money; lines: ReadonlyArray<Readonly<{ id: string; amount: Money }>>; isCollected: boolean; levies: readonly Levy[] | null; flags: readonly string[];
}>;

const digitsOf = (hsCode: string): string => hsCode.replaceAll('.', '');

/** The rate of the longest prefix that was entered; the country's default one for all others, and for goods without a code. */
export function rateOf({ rates, defaultRateBps }: Pick<DutyTerms, 'rates' | 'defaultRateBps'>, hsCode: string | undefined): number {
  if (hsCode === undefined) return defaultRateBps;
  const digits = digitsOf(hsCode);
  const fitting = rates.filter(({ hsPrefix }) => digits.startsWith(hsPrefix));
  return fitting.reduce((best, one) => (one.hsPrefix.length > best.hsPrefix.length ? one : best), { hsPrefix: '', rateBps: defaultRateBps }).rateBps;
}

/** Duty of each line = round(its value, with its part of the postage where that counts, x rate); rounded once per line. Null: nothing is due. */
export function assessDuties(rules: DutyRules, { country, lines, shipping, mode }: DutyRequest): DutyAssessment | null {
  if (lines.length === 0) return null;
  const { currency } = shipping;
  const values = withPostage(rules, lines, shipping);
  const worth = sum(values, currency);
  const limit = rules.deMinimis.find((one) => one.currency === currency);
  if (limit && worth.amount <= limit.amount) return null;
  const parts = lines.map(({ id, hsCode }, at) => ({ id, amount: portion(values[at]!, rateOf(rules, hsCode), mode) }));
  const amount = sum(parts.map((part) => part.amount), currency);
  if (amount.amount === 0) return null;
  return {
    name: rules.name, amount, lines: parts, isCollected: rules.collected === 'at_checkout', levies: rules.tax && [levyOf(rules.tax, country)],
    flags: lines.some(({ hsCode }) => hsCode === undefined) ? ['hs_code_missing'] : [],
  };
}

function withPostage({ basis }: DutyTerms, lines: readonly DutiableLine[], shipping: Money): Money[] {
  const values = lines.map(({ value }) => value);
  if (basis === 'goods' || shipping.amount === 0) return values;
  const weights = values.map(({ amount }) => amount);
  const parts = allocate(shipping, weights.some((weight) => weight > 0) ? weights : weights.map(() => 1));
  return values.map((value, at) => add(value, parts[at] ?? zero(value.currency)));
}

const levyOf = ({ name, rateBps, reason }: NonNullable<DutyTerms['tax']>, jurisdiction: string): Levy => ({ name, rateBps, jurisdiction, ...(rateBps === 0 && { reason: reason ?? 'zero_rated' }) });
