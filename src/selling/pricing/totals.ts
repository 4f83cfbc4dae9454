import { add, allocate, includedPortion, portion, subtract, sum, sumOfRates, times, zero, type Money, type RoundingMode } from '../../shared/money.js';

/** A part of a discount, on one line or on the shipping; frozen when the order is placed. */
export type Allocation = Readonly<{ promotionId: string; code?: string; name: string; class: 'product' | 'order' | 'shipping'; amount: Money }>;
/** One tax on one line. `reason` says why it is zero where it is. */
export type LineTax = Readonly<{ name: string; rateBps: number; jurisdiction: string; reason?: string }>;
export type TaxShare = LineTax & Readonly<{ amount: Money }>;
/** `line` rounds the tax of every line; `order` rounds that of all lines under the same taxes once and spreads it. */
export type RoundingLevel = 'line' | 'order';
/** `jurisdiction`: what each of them gets is rounded by itself, as on its own return. Orders of before that have none: all taxes together. */
export type RoundedPer = 'jurisdiction' | undefined;

export type PricedLine = Readonly<{ id: string; sku: string; quantity: number; unitPrice: Money; taxes: readonly LineTax[]; allocations?: readonly Allocation[] }>;
export type TotalsInput = Readonly<{
  currency: string;
  lines: readonly PricedLine[];
  /** Null while no method is chosen. `as_goods`: taxed like the lines, in proportion to what they cost. */
  shipping: Readonly<{ price: Money; taxes: readonly LineTax[] | 'as_goods'; allocations?: readonly Allocation[] }> | null;
  /** Whether the prices entered are gross; the entered side is never altered, the other is derived. */
  pricesIncludeTax: boolean;
  rounding?: RoundingMode;
  level?: RoundingLevel;
  per?: RoundedPer;
}>;

export type LineTotals = Readonly<{
  id: string; sku: string; quantity: number; unitPrice: Money; discount: Money; tax: Money; lineTotal: Money;
  allocations: readonly Allocation[]; taxes: readonly TaxShare[];
}>;
export type ShippingTotals = Readonly<{ price: Money; discount: Money; total: Money; tax: Money; allocations: readonly Allocation[]; taxes: readonly TaxShare[] }>;
export type Totals = Readonly<{
  /** `discountTotal` is what the lines were reduced by; `shippingTotal` is what shipping costs after its own reduction. */
  subtotal: Money; discountTotal: Money; shippingTotal: Money; taxTotal: Money; grandTotal: Money;
  /** What the fees add up to; absent where there are none. */
  feeTotal?: Money;
  /** True: taxTotal is inside the other figures. False: it was added to them. */
  taxIncluded: boolean;
}>;

/** Charged beside goods and shipping: a duty, an offset. `amount` is on the side that prices are entered on; `weights`: which line it is for, and how much of it. */
export type FeeInput = Readonly<{ code: string; name: string; amount: Money; taxes: readonly LineTax[]; weights: ReadonlyArray<Readonly<{ lineId: string; weight: number }>> }>;
/** `shares`: the part of `amount` that goes back with so many units of a line, in minor units. */
export type FeeTotals = Readonly<{
  code: string; name: string; amount: Money; tax: Money; taxes: readonly TaxShare[]; shares: ReadonlyArray<Readonly<{ itemId: string; quantity: number; amount: number }>>;
}>;

/** An amount under the taxes that it bears: a line, or a part of the shipping. */
type Taxable = Readonly<{ amount: Money; taxes: readonly LineTax[] }>;
type Taxed = Readonly<{ tax: Money; taxes: readonly TaxShare[] }>;
type Rule = Readonly<{ included: boolean; rounding: RoundingMode; level: RoundingLevel; per: RoundedPer }>;

/**
 * The one place where an amount to pay is decided; cart, checkout and every later change of an order call it.
 * Per line: discounted = unit price x quantity - its shares of discounts; its tax is rounded once.
 * grandTotal = sum of discounted lines + discounted shipping, plus the tax where prices are net.
 */
export function computeTotals(input: TotalsInput): { totals: Totals; lines: LineTotals[]; shipping: ShippingTotals } {
  const { currency, lines, shipping, pricesIncludeTax, rounding = 'half_up', level = 'line', per } = input;
  const goods = lines.map(({ unitPrice, quantity, allocations = [], sku }) => discounted(times(unitPrice, quantity), allocations, sku));
  const price = shipping?.price ?? zero(currency);
  const sent = discounted(price, shipping?.allocations ?? [], 'the shipping');

  const taxables: Taxable[] = lines.map(({ taxes }, at) => ({ amount: goods[at]!.left, taxes }));
  const parts = shipping?.taxes === 'as_goods' ? likeGoods(sent.left, taxables) : [{ amount: sent.left, taxes: shipping?.taxes ?? [] }];
  const taxed = taxesOf([...taxables, ...parts], { included: pricesIncludeTax, rounding, level, per });

  const priced = lines.map(({ id, sku, quantity, unitPrice, allocations = [] }, at): LineTotals => {
    const { discount, left } = goods[at]!;
    return { id, sku, quantity, unitPrice, discount, lineTotal: left, allocations, tax: taxed[at]!.tax, taxes: taxed[at]!.taxes.map((tax) => explained(tax, left)) };
  });
  const ofShipping = taxed.slice(lines.length);
  const shippingTax = sum(ofShipping.map(({ tax }) => tax), currency);

  const subtotal = sum(priced.map(({ unitPrice, quantity }) => times(unitPrice, quantity)), currency);
  const discountTotal = sum(priced.map(({ discount }) => discount), currency);
  const taxTotal = sum([...priced.map(({ tax }) => tax), shippingTax], currency);
  const beforeTax = add(subtract(subtotal, discountTotal), sent.left);
  const grandTotal = pricesIncludeTax ? beforeTax : add(beforeTax, taxTotal);
  return {
    totals: { subtotal, discountTotal, shippingTotal: sent.left, taxTotal, grandTotal, taxIncluded: pricesIncludeTax }, lines: priced,
    shipping: { price, discount: sent.discount, total: sent.left, allocations: shipping?.allocations ?? [], tax: shippingTax, taxes: ofShipping.flatMap(({ taxes }) => taxes) },
  };
}

/** Fees on top of what goods and shipping come to. Each is taxed and rounded by itself and stays apart from the subtotal. */
export function addFees<T extends { totals: Totals; lines: readonly LineTotals[] }>(priced: T, fees: readonly FeeInput[], { rounding = 'half_up', per }: Pick<TotalsInput, 'rounding' | 'per'>): T & { fees: readonly FeeTotals[] } {
  if (fees.length === 0) return { ...priced, fees: [] };
  const { totals, lines } = priced;
  const taxed = taxesOf(fees, { included: totals.taxIncluded, rounding, level: 'line', per });
  const charged = fees.map(({ code, name, amount, weights }, at): FeeTotals =>
    ({ code, name, amount, tax: taxed[at]!.tax, taxes: taxed[at]!.taxes.map((tax) => explained(tax, amount)), shares: sharesOf(amount, weights, lines) }));
  const feeTotal = sum(charged.map(({ amount }) => amount), totals.grandTotal.currency);
  const feeTax = sum(charged.map(({ tax }) => tax), feeTotal.currency);
  const more = totals.taxIncluded ? feeTotal : add(feeTotal, feeTax);
  return { ...priced, totals: { ...totals, feeTotal, taxTotal: add(totals.taxTotal, feeTax), grandTotal: add(totals.grandTotal, more) }, fees: charged };
}

function sharesOf(amount: Money, weights: FeeInput['weights'], lines: readonly LineTotals[]): FeeTotals['shares'] {
  const parts = allocate(amount, weights.some(({ weight }) => weight > 0) ? weights.map(({ weight }) => weight) : weights.map(() => 1));
  return weights.map(({ lineId }, at) => ({ itemId: lineId, quantity: lines.find(({ id }) => id === lineId)!.quantity, amount: parts[at]!.amount }));
}

function discounted(price: Money, allocations: readonly Allocation[], what: string): { discount: Money; left: Money } {
  const discount = sum(allocations.map(({ amount }) => amount), price.currency);
  const left = subtract(price, discount);
  if (left.amount < 0) throw new RangeError(`The discount of ${what} exceeds its price`);
  return { discount, left };
}

/** Why a rate brought nothing on a line that was computed before is no difference between rates. */
const signatureOf = (taxes: readonly LineTax[]): string => JSON.stringify(taxes.map(({ name, rateBps, jurisdiction, reason }) => [name, rateBps, jurisdiction, rateBps === 0 ? reason : null]));

/** Postage is a part of the goods that it brings: as much of it bears the reduced rate as of them does. */
function likeGoods(amount: Money, lines: readonly Taxable[]): Taxable[] {
  const groups = grouped(lines);
  if (groups.length === 0) return [{ amount, taxes: [] }];
  const weights = groups.map((of) => of.reduce((so, at) => so + lines[at]!.amount.amount, 0));
  const parts = allocate(amount, weights.some((weight) => weight > 0) ? weights : weights.map(() => 1));
  return groups.map(([first], at) => ({ amount: parts[at]!, taxes: lines[first!]!.taxes }));
}

/** Positions of those that bear the same taxes. */
function grouped(taxables: readonly Taxable[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [at, { taxes }] of taxables.entries()) {
    const key = signatureOf(taxes);
    groups.set(key, [...groups.get(key) ?? [], at]);
  }
  return [...groups.values()];
}

function taxesOf(taxables: readonly Taxable[], rule: Rule): Taxed[] {
  if (rule.level === 'line') {
    return taxables.map(({ amount, taxes }) => (taxes.length < 2 ? shared(taxOn(amount, taxes, rule), taxes) : together(rounded(taxes, rule).map((some) => shared(taxOn(amount, some, rule), some)))));
  }
  const taxed: Taxed[] = [];
  for (const group of grouped(taxables)) {
    const { amount: { currency }, taxes } = taxables[group[0]!]!;
    const amounts = group.map((at) => taxables[at]!.amount);
    const whole = sum(amounts, currency);
    const spread = rounded(taxes, rule).map((some) => ({ some, parts: whole.amount > 0 ? allocate(taxOn(whole, some, rule), amounts.map(({ amount }) => amount)) : amounts }));
    for (const [of, at] of group.entries()) taxed[at] = together(spread.map(({ some, parts }) => shared(parts[of]!, some)));
  }
  return taxed;
}

/** Which taxes are rounded as one. Inside a gross price they always are: what they add up to is decided by the price, and they share it. */
function rounded(taxes: readonly LineTax[], { included, per }: Rule): ReadonlyArray<readonly LineTax[]> {
  if (taxes.length < 2 || included || per !== 'jurisdiction') return [taxes];
  return [...new Set(taxes.map(({ jurisdiction }) => jurisdiction))].map((of) => taxes.filter(({ jurisdiction }) => jurisdiction === of));
}

const taxOn = (amount: Money, taxes: readonly LineTax[], { included, rounding }: Rule): Money =>
  (included ? includedPortion : portion)(amount, sumOfRates(taxes.map(({ rateBps }) => rateBps)), rounding);

const together = (parts: readonly Taxed[]): Taxed =>
  (parts.length === 1 ? parts[0]! : { tax: parts.map(({ tax }) => tax).reduce(add), taxes: parts.flatMap(({ taxes }) => taxes) });

/** Taxes that were rounded as one share the result by their rates. */
function shared(tax: Money, taxes: readonly LineTax[]): Taxed {
  if (taxes.length === 1) return { tax, taxes: [{ ...taxes[0]!, amount: tax }] };
  const weights = taxes.map(({ rateBps }) => Math.round(rateBps * 100));
  const shares = weights.some((weight) => weight > 0) ? allocate(tax, weights) : taxes.map(() => tax);
  return { tax, taxes: taxes.map((one, at) => ({ ...one, amount: shares[at]! })) };
}

/** A rate that brings nothing says why as well; where it brings something, an old reason is gone. */
function explained({ reason, ...share }: TaxShare, taxed: Money): TaxShare {
  if (share.rateBps === 0) return { ...share, ...(reason !== undefined && { reason }) };
  return share.amount.amount === 0 ? { ...share, reason: taxed.amount === 0 ? 'nothing_charged' : 'below_minor_unit' } : share;
}
