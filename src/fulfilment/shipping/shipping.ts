import { sum, type Money } from '../../shared/money.js';

export type Box = Readonly<{ length: number; width: number; height: number }>;
/** What is sent, as far as a price needs to know it. Weight and size are of one unit. */
export type ShippingLine = Readonly<{
  sku: string; quantity: number; weightGrams?: number | undefined; dimensionsMm?: Box | undefined;
  /** False for what no parcel is needed for; absent means that it is sent. */
  requiresShipping?: boolean | undefined;
  /** `bulky`, `fragile`: what surcharges go by. */
  shippingClass?: string | undefined;
  /** What a set is sent as: parts of one set. */
  components?: ReadonlyArray<Readonly<{ sku: string; quantity: number }>> | undefined;
  /** What all units cost after reductions. */
  total?: Money | undefined;
}>;

/** Where it goes, what is in it, and what the goods cost after their reductions. */
export type ShippingContext = Readonly<{
  country: string; region?: string | undefined; postalCode?: string | undefined; currency: string; subtotal: Money;
  /** Null where nobody knows what is in it yet: prices that need to know are not offered. */
  lines?: readonly ShippingLine[] | undefined;
  /** A method of its own for what one warehouse sends: its id -> code. */
  choices?: Readonly<Record<string, string>> | undefined;
  /** The shop where it is picked up. */
  pickupLocationId?: string | undefined;
}>;

export type Estimate = Readonly<{ minDays: number; maxDays: number; earliest?: string; latest?: string }>;
export type PriceSource = 'table' | 'carrier' | 'table_fallback';
/** What one warehouse sends, by which method and for how much. */
export type MethodGroup = Readonly<{ warehouseId: string | null; code: string; name: string; price: Money; skus: readonly string[] }>;
export type PickupLocation = Readonly<{ id: string; code: string; name: string; city: string; country: string; address?: string }>;
export type ShippingMethod = Readonly<{
  code: string; name: string; price: Money;
  /** Absent where the warehouse's own days are all that is known. */
  estimate?: Estimate;
  /** Where the price comes from; `table_fallback` means that the carrier could not be asked and the table decided. */
  source?: PriceSource; taxCategory?: string; groups?: readonly MethodGroup[]; locations?: readonly PickupLocation[]; pickupLocationId?: string;
}>;

/**
 * The port: whoever knows prices of delivery. It answers the methods that serve the context, none when it serves none,
 * and throws when it cannot tell, so that nobody is charged a price that nobody confirmed.
 */
export type ShippingRates = Readonly<{ methodsFor(context: ShippingContext): Promise<readonly ShippingMethod[]> }>;

/** One method to everywhere at one price per currency. A currency without a price is not shipped in: nothing is converted. */
export function flatRates(pricePerCurrency: Readonly<Record<string, number>>): ShippingRates {
  return {
    methodsFor: async ({ currency }) => {
      const amount = pricePerCurrency[currency];
      if (amount === undefined) return [];
      return [{ code: 'standard', name: 'Standard delivery', price: { amount, currency } }];
    },
  };
}

export const isSent = ({ requiresShipping }: ShippingLine): boolean => requiresShipping !== false;

/** Units as they lie in warehouses, each SKU once; sets are their parts there. */
export function unitsToSend(lines: readonly ShippingLine[]): Array<{ sku: string; quantity: number }> {
  const units = new Map<string, number>();
  for (const line of lines.filter(isSent)) {
    const parts = line.components?.length ? line.components.map(({ sku, quantity }) => ({ sku, quantity: quantity * line.quantity })) : [line];
    for (const { sku, quantity } of parts) units.set(sku, (units.get(sku) ?? 0) + quantity);
  }
  return [...units].map(([sku, quantity]) => ({ sku, quantity }));
}

/** Nothing of it needs a parcel. An empty or unknown content does. */
export const needsNoParcel = ({ lines }: ShippingContext): boolean => lines !== undefined && lines.length > 0 && !lines.some(isSent);

export const noDelivery = (currency: string): ShippingMethod =>
  ({ code: 'none', name: 'No delivery needed', price: { amount: 0, currency }, estimate: { minDays: 0, maxDays: 0 } });

function daysOf(methods: readonly ShippingMethod[]): Pick<ShippingMethod, 'estimate'> {
  const days = methods.flatMap(({ estimate }) => estimate ?? []);
  if (days.length < methods.length) return {};
  return { estimate: { minDays: Math.min(...days.map(({ minDays }) => minDays)), maxDays: Math.max(...days.map(({ maxDays }) => maxDays)) } };
}

/** The method of the whole from those of its groups. */
export function combine(groups: ReadonlyArray<MethodGroup & { method: ShippingMethod }>, currency: string): ShippingMethod {
  const methods = groups.map(({ method }) => method);
  const [first] = methods;
  const same = methods.every(({ code }) => code === first!.code);
  const fallback = methods.some(({ source }) => source === 'table_fallback');
  const source = fallback ? 'table_fallback' : first!.source;
  const category = methods.find(({ taxCategory }) => taxCategory !== undefined)?.taxCategory;
  return {
    code: same ? first!.code : 'mixed', name: same ? first!.name : [...new Set(methods.map(({ name }) => name))].join(' + '),
    price: sum(methods.map(({ price }) => price), currency),
    ...daysOf(methods), ...(source !== undefined && { source }), ...(category !== undefined && { taxCategory: category }),
    groups: groups.map(({ method: _m, ...group }) => group),
  };
}
