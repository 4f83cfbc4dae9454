import { fraction, type Money } from '../../../shared/money.js';
import type { CustomsItem } from '../carriers/carrier.js';
import type { ShippedVariant } from '../shipping.deps.js';

/** One customs territory: what goes from one to another of them is declared nowhere. */
const CUSTOMS_UNION = new Set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK'.split(' '));

export const crossesCustoms = (from: string, to: string): boolean => from !== to && !(CUSTOMS_UNION.has(from) && CUSTOMS_UNION.has(to));

export type ParcelItem = Readonly<{ sku: string; productName: string; quantity: number; ordered: number; lineTotal: Money }>;
export type MissingCustoms = Readonly<{ sku: string; missing: readonly string[] }>;

/** What customs want to know of each thing in the parcel, or what is missing for it. */
export function declare(items: readonly ParcelItem[], variants: ReadonlyMap<string, ShippedVariant>): { declared: CustomsItem[]; missing: MissingCustoms[] } {
  const declared: CustomsItem[] = [];
  const missing: MissingCustoms[] = [];
  for (const { sku, productName, quantity, ordered, lineTotal } of items) {
    const variant = variants.get(sku);
    const { hsCode, originCountry, customsValue } = variant?.shipping ?? {};
    const lacks = [...(hsCode === undefined ? ['hsCode'] : []), ...(originCountry === undefined ? ['originCountry'] : []), ...(variant?.weightGrams === undefined ? ['weightGrams'] : [])];
    if (lacks.length > 0) missing.push({ sku, missing: lacks });
    else declared.push({ description: productName, quantity, weightGrams: variant!.weightGrams! * quantity, value: customsValue ?? fraction(lineTotal, 1, ordered), hsCode: hsCode!, originCountry: originCountry! });
  }
  return { declared, missing };
}
