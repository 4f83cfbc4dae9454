import { add, allocate, includedPortion, portion, subtract, sum, type Money, type RoundingMode } from '../../shared/money.js';

/** `inclusive`: the listed price already contains the tax. */
export type TaxRate = Readonly<{ rateBps: number; name: string; inclusive: boolean }>;
/** What decides a rate. */
export type TaxContext = Readonly<{ country: string; region?: string | undefined; postalCode?: string | undefined; taxCategory?: string | undefined }>;
/**
 * The port: whoever knows rates. It throws when it cannot tell, so that no order is placed with a wrong tax; an answer of
 * 0 means that nothing is taxed.
 */
export type TaxRates = Readonly<{ rateFor(context: TaxContext): Promise<TaxRate> }>;

/** Kept on every order line: recomputing it in five years gives the same numbers. */
export type TaxLine = Readonly<{ name: string; rateBps: number; inclusive: boolean; net: Money; tax: Money; gross: Money }>;

/** The tax of one amount. The side that was entered stays as it is, the other one is derived from it, rounded once. */
export function taxLineOf(entered: Money, { name, rateBps, inclusive }: TaxRate, mode: RoundingMode = 'half_up'): TaxLine {
  const tax = inclusive ? includedPortion(entered, rateBps, mode) : portion(entered, rateBps, mode);
  const [net, gross] = inclusive ? [subtract(entered, tax), entered] : [entered, add(entered, tax)];
  return { name, rateBps, inclusive, net, tax, gross };
}

/**
 * The tax lines of amounts under one rate. `line` rounds each of them; `order` rounds their sum once and spreads it by
 * largest remainder, so that in both cases the lines add up to the order's tax exactly.
 */
export function taxLinesOf(entered: readonly Money[], rate: TaxRate, { level = 'line', mode = 'half_up' }: { level?: 'line' | 'order'; mode?: RoundingMode } = {}): TaxLine[] {
  const [first] = entered;
  if (level === 'line' || !first || entered.every(({ amount }) => amount === 0)) return entered.map((one) => taxLineOf(one, rate, mode));
  const whole = taxLineOf(sum(entered, first.currency), rate, mode);
  const taxes = allocate(whole.tax, entered.map(({ amount }) => amount));
  return entered.map((one, at) => withTax(one, taxes[at]!, rate));
}

function withTax(entered: Money, tax: Money, { name, rateBps, inclusive }: TaxRate): TaxLine {
  const [net, gross] = inclusive ? [subtract(entered, tax), entered] : [entered, add(entered, tax)];
  return { name, rateBps, inclusive, net, tax, gross };
}
