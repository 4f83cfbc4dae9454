import type { Money } from '../../shared/money.js';
import type { Today } from './alerts.js';

type Offer = Readonly<{ name: string; sellable: boolean; available: number; price: Money | null }>;
export type ShelfDeps = Readonly<{
  /** Of these products those that everybody may see, with their SKUs. */
  shelvesOf(productIds: readonly string[]): Promise<ReadonlyArray<Readonly<{ id: string; name: string; skus: readonly string[] }>>>;
  /** For a passer-by. */
  offersOf(skus: readonly string[]): Promise<ReadonlyMap<string, Offer>>;
}>;

/** Products as a passer-by meets them: what one person pays by contract is nothing that a mail to everybody could tell. */
export class Shelves {
  constructor(private readonly deps: ShelfDeps) {}

  /** By SKU; the empty one stands for whichever variant is cheapest and for all that there is. A product that is not shown has none left. */
  async today(productId: string, skus: readonly string[]): Promise<Map<string, Today>> {
    const [shelf] = await this.deps.shelvesOf([productId]);
    const offers = shelf ? await this.deps.offersOf(shelf.skus) : new Map<string, Offer>();
    const sold = [...offers].filter(([, { sellable }]) => sellable);
    return new Map(skus.map((sku) => {
      const chosen = sold.filter(([of]) => sku === '' || of === sku).map(([, offer]) => offer);
      const cheapest = chosen.flatMap(({ price }) => price ?? []).reduce<Money | null>((least, price) => (least === null || price.amount < least.amount ? price : least), null);
      const name = sku === '' ? shelf?.name : chosen[0]?.name;
      return [sku, { name: name ?? shelf?.name ?? '', price: cheapest, available: chosen.reduce((so, { available }) => so + Math.max(0, available), 0) }];
    }));
  }

  /** Whether this is one of its variants; what only a channel shows is left to the cart, which knows the caller's. */
  async has(productId: string, sku: string): Promise<boolean> {
    const [shelf] = await this.deps.shelvesOf([productId]);
    return shelf === undefined || shelf.skus.includes(sku);
  }

  /** Of a product that is sold in one variant only. */
  async onlySku(productId: string): Promise<string | null> {
    const [shelf] = await this.deps.shelvesOf([productId]);
    return shelf?.skus.length === 1 ? shelf.skus[0]! : null;
  }
}
