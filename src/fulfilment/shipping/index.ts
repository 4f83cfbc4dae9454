import { isCountry } from '../../shared/countries.js';
import { flatRates, type ShippingContext, type ShippingMethod, type ShippingRates } from './shipping.js';
import { CountryUnknown, ShippingMethodUnknown } from './shipping.errors.js';

export type { ShippingContext, ShippingMethod, ShippingRates } from './shipping.js';
export type Shipping = ReturnType<typeof createShipping>;

type ShippingDeps = {
  market: Readonly<{ flatShippingRates: Readonly<Record<string, number>> }>;
  /** Zones, tables, carriers; the flat price alone when nothing is plugged. */
  rates?: readonly ShippingRates[];
};

export function createShipping({ market, rates = [flatRates(market.flatShippingRates)] }: ShippingDeps) {
  /** What the customer can choose from; of two sources with the same code the first one wins. */
  async function methodsFor(context: ShippingContext): Promise<ShippingMethod[]> {
    if (!isCountry(context.country)) throw new CountryUnknown(context.country);
    const found = await Promise.all(rates.map((source) => source.methodsFor(context)));
    const byCode = new Map<string, ShippingMethod>();
    for (const method of found.flat()) if (!byCode.has(method.code)) byCode.set(method.code, method);
    return [...byCode.values()];
  }

  return {
    methodsFor,

    /** The chosen method with its price of now; a refusal names the codes that are allowed. */
    async resolve(code: string, context: ShippingContext): Promise<ShippingMethod> {
      const methods = await methodsFor(context);
      const chosen = methods.find((method) => method.code === code);
      if (!chosen) throw new ShippingMethodUnknown(code, methods.map((method) => method.code));
      return chosen;
    },
  };
}
