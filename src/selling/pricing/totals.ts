import { add, allocate, includedPortion, portion, subtract, sum, times, zero, type Money, type RoundingMode } from '../../shared/money.js';

/** A part of a discount, on one line or on the shipping; frozen when the order is placed. */
export type Allocation = Readonly<{ promotionId: string; code?: string; name: string; class: 'product' | 'order' | 'shipping'; amount: Money }>;
/** One tax on one line. `reason` says why it is zero where it is. */
export type LineTax = Readonly<{ name: string; rateBps: number; jurisdiction: string; reason?: string }>;
export type TaxShare = LineTax & Readonly<{ amount: Money }>;

export type PricedLine = Readonly<{ id: string; sku: string; quantity: number; unitPrice: Money; taxes: readonly LineTax[]; allocations?: readonly Allocation[] }>;
export type TotalsInput = Readonly<{
  currency: string;
  lines: readonly PricedLine[];
  /** Null while no method is chosen. */
  shipping: Readonly<{ price: Money; taxes: readonly LineTax[]; allocations?: readonly Allocation[] }> | null;
  /** Whether the prices entered are gross; the entered side is never altered, the other is derived. */
  pricesIncludeTax: boolean;
  rounding?: RoundingMode;
}>;

export type LineTotals = Readonly<{
  id: string; sku: string; quantity: number; unitPrice: Money; discount: Money; tax: Money; lineTotal: Money;
  allocations: readonly Allocation[]; taxes: readonly TaxShare[];
}>;
export type ShippingTotals = Readonly<{ price: Money; discount: Money; total: Money; tax: Money; allocations: readonly Allocation[]; taxes: readonly TaxShare[] }>;
export type Totals = Readonly<{
  /** `discountTotal` is what the lines were reduced by; `shippingTotal` is what shipping costs after its own reduction. */
  subtotal: Money; discountTotal: Money; shippingTotal: Money; taxTotal: Money; grandTotal: Money;
  /** True: taxTotal is inside the other figures. False: it was added to them. */
  taxIncluded: boolean;
}>;

/**
 * The one place where an amount to pay is decided; cart, checkout and every later change of an order call it.
 * Per line: discounted = unit price x quantity - its shares of discounts; tax is rounded once per line.
 * grandTotal = sum of discounted lines + discounted shipping, plus the tax where prices are net.
 */
export function computeTotals({ currency, lines, shipping, pricesIncludeTax, rounding = 'half_up' }: TotalsInput): { totals: Totals; lines: LineTotals[]; shipping: ShippingTotals } {
  const taxed = (amount: Money, taxes: readonly LineTax[]) => sharesOf(amount, taxes, pricesIncludeTax, rounding);
  const priced = lines.map(({ id, sku, quantity, unitPrice, taxes, allocations = [] }): LineTotals => {
    const { discount, left } = discounted(times(unitPrice, quantity), allocations, sku);
    return { id, sku, quantity, unitPrice, discount, lineTotal: left, allocations, ...taxed(left, taxes) };
  });
  const sent = shippingTotals(currency, shipping, taxed);

  const subtotal = sum(priced.map(({ unitPrice, quantity }) => times(unitPrice, quantity)), currency);
  const discountTotal = sum(priced.map(({ discount }) => discount), currency);
  const taxTotal = sum([...priced.map(({ tax }) => tax), sent.tax], currency);
  const beforeTax = add(subtract(subtotal, discountTotal), sent.total);
  const grandTotal = pricesIncludeTax ? beforeTax : add(beforeTax, taxTotal);
  return { totals: { subtotal, discountTotal, shippingTotal: sent.total, taxTotal, grandTotal, taxIncluded: pricesIncludeTax }, lines: priced, shipping: sent };
}

type Taxed = (amount: Money, taxes: readonly LineTax[]) => { tax: Money; taxes: TaxShare[] };

function shippingTotals(currency: string, shipping: TotalsInput['shipping'], taxed: Taxed): ShippingTotals {
  const price = shipping?.price ?? zero(currency);
  const allocations = shipping?.allocations ?? [];
  const { discount, left } = discounted(price, allocations, 'the shipping');
  return { price, discount, total: left, allocations, ...taxed(left, shipping?.taxes ?? []) };
}

function discounted(price: Money, allocations: readonly Allocation[], what: string): { discount: Money; left: Money } {
  const discount = sum(allocations.map(({ amount }) => amount), price.currency);
  const left = subtract(price, discount);
  if (left.amount < 0) throw new RangeError(`The discount of ${what} exceeds its price`);
  return { discount, left };
}

/** Several taxes on one amount are rounded together once and share the result by their rates. */
function sharesOf(amount: Money, taxes: readonly LineTax[], included: boolean, rounding: RoundingMode): { tax: Money; taxes: TaxShare[] } {
  const rateBps = taxes.reduce((so, tax) => so + tax.rateBps, 0);
  const tax = (included ? includedPortion : portion)(amount, rateBps, rounding);
  if (taxes.length === 1) return { tax, taxes: [{ ...taxes[0]!, amount: tax }] };
  const shares = rateBps === 0 ? taxes.map(() => tax) : allocate(tax, taxes.map((one) => one.rateBps));
  return { tax, taxes: taxes.map((one, at) => ({ ...one, amount: shares[at]! })) };
}
