import { computeTotals } from '../../../selling/pricing/index.js';
import { money } from '../../../shared/money.js';
import type { ProviderRequest, ProviderTaxes } from '../provider/provider.js';
import type { Rounding } from '../tax.js';

/** An order whose tax was taken from the tables because the tax service was silent; minor units. */
export type Estimate = Readonly<{
  orderId: string; currency: string; request: ProviderRequest; rounding: Rounding; charged: number; state: 'open' | 'settled'; attempts: number; dueAt: Date | null;
  /** What the service said later, and how much that is above what was charged. */
  exact?: number; difference?: number; createdAt: Date; settledAt?: Date;
}>;

/** What the tax would have been. The customer is never asked for the difference: it is the shop's. */
export function exactTaxOf({ request, rounding }: Pick<Estimate, 'request' | 'rounding'>, answer: ProviderTaxes): number {
  const { currency, lines, shipping, pricesIncludeTax } = request;
  const { totals } = computeTotals({
    currency, pricesIncludeTax, rounding: rounding.mode, level: rounding.level, per: rounding.per,
    lines: lines.map(({ id, amount }) => ({ id, sku: id, quantity: 1, unitPrice: money(amount, currency), taxes: answer.lines.get(id) ?? [] })),
    shipping: { price: money(shipping, currency), taxes: answer.shipping },
  });
  return totals.taxTotal.amount;
}
