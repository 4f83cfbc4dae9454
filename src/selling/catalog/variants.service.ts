import { afterCommit } from '../../shared/db/transaction.js';
import type { Actor } from '../../shared/actor.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { AvailabilityService } from './availability.service.js';
import { skuKeyOf, type Image, type Product, type Variant, type VariantContent } from './catalog.js';
import type { Writing } from './catalog.deps.js';
import { ProductNotFound, SkuIsFixed, VariantNotFound } from './catalog.errors.js';
import { differences } from './differences.js';
import { fromVariants, recordedChanges, type ProductChanges } from './product-changes.js';
import { isSame } from './product-import.js';
import type { ProductRepository } from './products.repository.js';
import type { SetRules } from './set-rules.js';
import type { Turns } from './turns.js';
import { firstStock, followsAnother, isSet } from './variant-sets.js';
import type { VariantRepository } from './variants.repository.js';

export type VariantPatch = Partial<Omit<VariantContent, 'sku'>>;
export type VariantEdit = Readonly<{ productId: string; variantId: string; ifMatch: number | undefined; actor: Actor }>;

type Deps = Writing & {
  products: ProductRepository; variants: VariantRepository; changes: ProductChanges; availability: Pick<AvailabilityService, 'adopt' | 'refresh'>; turns: Turns; sets: SetRules;
};

export class VariantService {
  constructor(private readonly deps: Deps) {}

  build(content: VariantContent, { productId, position, now }: { productId: string; position: number; now: Date }): Variant {
    return { ...content, id: this.deps.variants.newId(), productId, position, ...firstStock(content), version: 1, createdAt: now, updatedAt: now };
  }

  add(productId: string, given: VariantContent, actor: Actor): Promise<Variant> {
    return this.change(productId, async (product) => {
      const content = { ...given, ...await this.adopted(null, given.image) };
      await this.deps.sets.check([content]);
      const others = await this.deps.variants.essentials(productId);
      const position = others.reduce((last, other) => Math.max(last, other.position), -1) + 1;
      const variant = this.build(content, { productId, position, now: this.deps.now() });
      await this.deps.variants.insert([variant], product);
      await this.introduce(productId, [variant], actor);
      await this.deps.audit({ actor, action: 'variant.added', subject: `variant:${variant.id}`, after: { sku: variant.sku, prices: variant.prices } });
      return variant;
    });
  }

  edit({ productId, variantId, ifMatch, actor }: VariantEdit, { sku, ...patch }: VariantPatch & { sku?: string | undefined }): Promise<Variant> {
    return this.change(productId, async () => {
      const before = await this.get(productId, variantId);
      requireVersion(ifMatch, before.version);
      if (sku !== undefined && sku !== before.sku) throw new SkuIsFixed(before.sku);
      return this.save(before, patch, actor);
    });
  }

  remove({ productId, variantId, ifMatch, actor }: VariantEdit): Promise<Variant> {
    return this.change(productId, async () => {
      const variant = await this.get(productId, variantId);
      requireVersion(ifMatch, variant.version);
      await this.deps.variants.remove(productId, [variantId]);
      await this.deps.audit({ actor, action: 'variant.removed', subject: `variant:${variantId}`, before: { sku: variant.sku, prices: variant.prices } });
      return variant;
    });
  }

  /** Call inside the transaction that stored them: stock levels and the first prices. */
  async introduce(productId: string, variants: readonly Variant[], actor: Actor): Promise<void> {
    if (variants.length === 0) return;
    const skus = variants.map(({ sku }) => sku);
    await this.deps.inventory.createLevels(skus.map((sku) => ({ sku, productId })));
    await this.deps.changes.announcePrices(productId, variants.flatMap((variant) => recordedChanges(variant, [], variant.prices, variant.createdAt, actor)));
    // A SKU that was sold before comes back with the stock it has.
    await afterCommit(() => this.deps.availability.adopt(skus));
    const sets = variants.filter(isSet).map(({ sku }) => sku);
    if (sets.length > 0) await afterCommit(() => this.deps.availability.refresh(sets));
  }

  /** Inside the transaction of the product: keeps, changes, adds and removes until the product has exactly the variants wanted. */
  async reconcile(product: Product, wanted: readonly VariantContent[], actor: Actor): Promise<Variant[]> {
    const { variants } = this.deps;
    await this.deps.sets.check(wanted);
    const current = new Map((await variants.ofProduct(product.id)).map((variant) => [skuKeyOf(variant.sku), variant]));
    const result: Variant[] = [];
    const added: Variant[] = [];
    for (const [position, content] of wanted.entries()) {
      const known = current.get(skuKeyOf(content.sku));
      current.delete(skuKeyOf(content.sku));
      if (known) result.push(isSame(known, { ...known, ...content, sku: known.sku, position }) ? known : await this.save({ ...known, position }, content, actor));
      else {
        const variant = this.build({ ...content, ...await this.adopted(null, content.image) }, { productId: product.id, position, now: this.deps.now() });
        added.push(variant);
        result.push(variant);
      }
    }
    await variants.remove(product.id, [...current.values()].map(({ id }) => id));
    await variants.insert(added, product);
    await this.introduce(product.id, added, actor);
    return result;
  }

  /** New variants with the addresses of their pictures. */
  async withPictures(contents: readonly VariantContent[]): Promise<VariantContent[]> {
    const made: VariantContent[] = [];
    for (const content of contents) made.push(content.image ? { ...content, ...await this.adopted(null, content.image) } : content);
    return made;
  }

  /** Inside the transaction of a product that is deleted: its variants show no uploaded pictures any more. */
  async dropPictures(productId: string): Promise<void> {
    const shown = (await this.deps.variants.ofProduct(productId)).filter(({ image }) => image?.mediaId !== undefined);
    if (shown.length === 0) return;
    await this.deps.media.adopt(shown.map(({ image }) => image!), []);
    await this.deps.variants.dropImages(shown.map(({ id }) => id));
  }

  /** The picture with its address, when it is another than before. */
  private async adopted(before: Image | null, after: Image | null): Promise<{ image?: Image | null }> {
    if (before?.url === after?.url && before?.mediaId === after?.mediaId) return { image: after };
    const [image = null] = await this.deps.media.adopt(before ? [before] : [], after ? [after] : []);
    return { image };
  }

  private async get(productId: string, variantId: string): Promise<Variant> {
    const variant = await this.deps.variants.find(productId, variantId);
    if (!variant) throw new VariantNotFound(variantId);
    return variant;
  }

  private async save(before: Variant, patch: VariantPatch, actor: Actor): Promise<Variant> {
    const now = this.deps.now();
    const image = patch.image === undefined ? {} : await this.adopted(before.image, patch.image);
    const after: Variant = { ...before, ...patch, ...image, sku: before.sku, version: before.version + 1, updatedAt: now };
    if (followsAnother(before, after)) await this.deps.sets.check([after]);
    await this.deps.variants.save(after, before.version);
    if (followsAnother(before, after)) await this.deps.variants.resetStock(after.id, firstStock(after));
    if (isSet(after) || followsAnother(before, after)) await afterCommit(() => this.deps.availability.refresh([after.sku]));
    await this.deps.changes.announcePrices(before.productId, recordedChanges(before, before.prices, after.prices, now, actor));
    await this.deps.audit({ actor, action: 'variant.updated', subject: `variant:${before.id}`, ...differences(before, after) });
    return after;
  }

  /** The product is derived from its variants again, and always written: see saveFromVariants. */
  private change(productId: string, work: (product: Product) => Promise<Variant>): Promise<Variant> {
    const { products, variants, changes, inTransaction, now, turns } = this.deps;
    return turns(productId, () => inTransaction(async () => {
      const product = await products.find(productId);
      if (!product) throw new ProductNotFound(productId);
      const variant = await work(product);
      const all = await variants.essentials(productId);
      await products.saveFromVariants(productId, fromVariants(all), now());
      await changes.announce('updated', product, [variant.sku]);
      return variant;
    }));
  }
}
