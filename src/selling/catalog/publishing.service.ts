import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { derive, isPublished, visibility, type Product } from './catalog.js';
import type { ProductChanges } from './product-changes.js';
import type { ProductRepository } from './products.repository.js';
import type { Turns } from './turns.js';
import type { VariantRepository } from './variants.repository.js';

const AT_ONCE = 100;

export class PublishingService {
  constructor(private readonly deps: { products: ProductRepository; variants: VariantRepository; changes: ProductChanges; inTransaction: InTransaction; now: Clock; turns: Turns }) {}

  /** Shows what was to be shown from a time that has come; several workers may do it at once. Answers how many. */
  async publishDue(): Promise<number> {
    const due = await this.deps.products.dueForPublication(this.deps.now(), AT_ONCE);
    let published = 0;
    for (const { id } of due) if (await this.publish(id)) published += 1;
    return published;
  }

  private publish(id: string): Promise<boolean> {
    const { products, variants, changes, inTransaction, now, turns } = this.deps;
    return turns(id, () => inTransaction(async () => {
      const before = await products.find(id);
      const at = now();
      if (!before || before.visible || before.visibleIn.length > 0 || !isPublished(before, at)) return false;
      const after: Product = { ...before, ...visibility(before, at), version: before.version + 1, updatedAt: at };
      await products.save(after, derive(after, at), before);
      await variants.copyProduct(after);
      await changes.announce('published', after, (await variants.essentials(id)).map(({ sku }) => sku));
      return true;
    }));
  }
}
