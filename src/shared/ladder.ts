import type { Money } from './money.js';

type Origin = Readonly<{ kind: 'base' | 'sale' | 'wholesale' | 'price_list' | 'dynamic_rule' | 'manual'; id?: string; name?: string }>;
/** Where a price comes from, so that anybody can ask why. A converted one names its rate by `id`, and under `from` what was converted. */
export type PriceSource = Origin | Readonly<{ kind: 'converted'; id: string; name: string; from: Origin }>;
/** From this quantity on, each unit costs that much. */
export type PriceTier = Readonly<{ minQuantity: number; price: Money; compareAtPrice?: Money; source: PriceSource }>;
/** Lowest quantity first, the first one from 1; empty where it is not sold in the currency. The catalogue shows it and the cart charges by it. */
export type Ladder = readonly PriceTier[];

export function tierAt(ladder: Ladder, quantity: number): PriceTier | null {
  return ladder.findLast(({ minQuantity }) => minQuantity <= quantity) ?? null;
}
