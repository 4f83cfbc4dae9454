import type { Money } from '../../shared/money.js';

/** A line of the old order. */
export type OldLine = Readonly<{ sku: string; name: string; quantity: number; unitPrice: Money }>;
/** What the cart took of it. */
export type TakenLine = Readonly<{ sku: string; requested: number; merged: number; reason?: 'stock' | 'limit' | 'gone' | 'currency' }>;
export type ReorderedLine = Readonly<{
  sku: string; name: string; requested: number; added: number; result: 'added' | 'limited' | 'out_of_stock' | 'gone' | 'not_priced';
  /** What a unit cost then and costs now; null where it cannot be bought. */
  before: Money; now: Money | null;
}>;

/** Two lines of one product are one wish. */
export function wishesOf(items: readonly OldLine[]): OldLine[] {
  const bySku = new Map<string, OldLine>();
  for (const item of items) {
    const known = bySku.get(item.sku);
    bySku.set(item.sku, known ? { ...known, quantity: known.quantity + item.quantity } : item);
  }
  return [...bySku.values()];
}

/** Line by line, what became of the wish to buy the same again. */
export function reportOf(wishes: readonly OldLine[], taken: readonly TakenLine[], priceNow: (sku: string) => Money | null): ReorderedLine[] {
  return wishes.map(({ sku, name, quantity, unitPrice }) => {
    const line = taken.find((one) => one.sku === sku);
    const added = line?.merged ?? 0;
    return { sku, name, requested: quantity, added, result: resultOf(line), before: unitPrice, now: priceNow(sku) };
  });
}

function resultOf(line: TakenLine | undefined): ReorderedLine['result'] {
  if (!line || line.reason === 'gone') return 'gone';
  if (line.reason === 'currency') return 'not_priced';
  if (line.reason === undefined) return 'added';
  return line.merged > 0 || line.reason === 'limit' ? 'limited' : 'out_of_stock';
}
