import type { Money } from './money.js';

/** Where a price comes from, so that anybody can ask why: `base`, `sale`, or a price list, a rule, a conversion by its id. */
export type PriceSource = Readonly<{ kind: 'base' | 'sale' | 'price_list' | 'dynamic_rule' | 'converted'; id?: string; name?: string }>;
/** From this quantity on, each unit costs that much. */
export type PriceTier = Readonly<{ minQuantity: number; price: Money; compareAtPrice?: Money; source: PriceSource }>;
/** Lowest quantity first, the first one from 1; empty where it is not sold in the currency. The catalogue shows it and the cart charges by it. */
export type Ladder = readonly PriceTier[];

export function tierAt(ladder: Ladder, quantity: number): PriceTier | null {
  return ladder.findLast(({ minQuantity }) => minQuantity <= quantity) ?? null;
}
