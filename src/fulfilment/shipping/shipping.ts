import type { Money } from '../../shared/money.js';

/** Where a parcel goes and what is in it, as far as a price needs it. */
export type ShippingContext = Readonly<{ country: string; currency: string; subtotal: Money }>;
export type ShippingMethod = Readonly<{
  code: string; name: string; price: Money; estimate: Readonly<{ minDays: number; maxDays: number }>;
}>;

/**
 * The port: whoever knows prices of delivery. It answers the methods that serve the context, none when it serves none,
 * and throws when it cannot tell (a carrier that is away), so that nobody is charged a price that nobody confirmed.
 */
export type ShippingRates = Readonly<{ methodsFor(context: ShippingContext): Promise<readonly ShippingMethod[]> }>;

/** One method to everywhere at one price per currency. A currency without a price is not shipped in: nothing is converted. */
export function flatRates(pricePerCurrency: Readonly<Record<string, number>>): ShippingRates {
  return {
    methodsFor: async ({ currency }) => {
      const amount = pricePerCurrency[currency];
      if (amount === undefined) return [];
      return [{ code: 'standard', name: 'Standard delivery', price: { amount, currency }, estimate: { minDays: 2, maxDays: 5 } }];
    },
  };
}
