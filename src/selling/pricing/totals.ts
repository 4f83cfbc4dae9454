import { add, includedPortion, portion, subtract, sum, times, zero, type Money, type RoundingMode } from '../../shared/money.js';

export type PricedLine = Readonly<{ id: string; sku: string; quantity: number; unitPrice: Money; taxRateBps: number; discount?: Money }>;
export type TotalsInput = Readonly<{
  currency: string;
  lines: readonly PricedLine[];
  /** Null while no method is chosen. */
  shipping: Readonly<{ price: Money; taxRateBps: number }> | null;
  /** Whether the prices entered are gross; the entered side is never altered, the other is derived. */
  pricesIncludeTax: boolean;
  rounding?: RoundingMode;
}>;

export type LineTotals = Readonly<{ id: string; sku: string; quantity: number; unitPrice: Money; discount: Money; tax: Money; lineTotal: Money }>;
export type Totals = Readonly<{
  subtotal: Money; discountTotal: Money; shippingTotal: Money; taxTotal: Money; grandTotal: Money;
  /** True: taxTotal is inside the other figures. False: it was added to them. */
  taxIncluded: boolean;
}>;

/**
 * The one place where an amount to pay is decided; cart, checkout and every later change of an order call it.
 * Per line: discounted = unit price x quantity - discount; tax is rounded once per line and rate.
 * grandTotal = sum of discounted lines + shipping, plus the tax where prices are net.
 */
export function computeTotals({ currency, lines, shipping, pricesIncludeTax, rounding = 'half_up' }: TotalsInput): { totals: Totals; lines: LineTotals[]; shippingTax: Money } {
  const taxOf = (amount: Money, rateBps: number) => (pricesIncludeTax ? includedPortion : portion)(amount, rateBps, rounding);
  const priced = lines.map(({ id, sku, quantity, unitPrice, taxRateBps, discount = zero(currency) }): LineTotals => {
    const lineTotal = subtract(times(unitPrice, quantity), discount);
    if (lineTotal.amount < 0) throw new RangeError(`The discount of ${sku} exceeds its price`);
    return { id, sku, quantity, unitPrice, discount, lineTotal, tax: taxOf(lineTotal, taxRateBps) };
  });
  const shippingTotal = shipping?.price ?? zero(currency);
  const shippingTax = shipping ? taxOf(shippingTotal, shipping.taxRateBps) : zero(currency);

  const subtotal = sum(priced.map(({ unitPrice, quantity }) => times(unitPrice, quantity)), currency);
  const discountTotal = sum(priced.map(({ discount }) => discount), currency);
  const taxTotal = sum([...priced.map(({ tax }) => tax), shippingTax], currency);
  const beforeTax = add(subtract(subtotal, discountTotal), shippingTotal);
  const grandTotal = pricesIncludeTax ? beforeTax : add(beforeTax, taxTotal);
  return { totals: { subtotal, discountTotal, shippingTotal, taxTotal, grandTotal, taxIncluded: pricesIncludeTax }, lines: priced, shippingTax };
}
