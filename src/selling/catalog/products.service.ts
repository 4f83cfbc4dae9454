import type { Actor } from '../../shared/actor.js';
import { requireVersion } from '../../shared/http/etag.js';
import { derive, mergeFields, visibility, type FieldValue, type Image, type Product, type ProductContent, type Translation, type Variant, type VariantContent } from './catalog.js';
import type { Writing } from './catalog.deps.js';
import { ProductNotFound } from './catalog.errors.js';
import { differences } from './differences.js';
import { fromVariants, type ProductChanges } from './product-changes.js';
import type { ProductRules } from './product-rules.js';
import { NO_RATING } from './ratings.js';
import type { ProductRepository } from './products.repository.js';
import type { SetRules } from './set-rules.js';
import { slugOf } from './slugs.js';
import type { SlugRepository } from './slugs.repository.js';
import { currentSlugs, withTranslation } from './translations.js';
import type { Turns } from './turns.js';
import type { VariantRepository } from './variants.repository.js';
import type { VariantService } from './variants.service.js';
import { footprintOf } from '../../shared/sustainability.js';

export type NewProduct = ProductContent & Readonly<{ slug?: string | undefined; variants: readonly VariantContent[] }>;
export type Patch = Partial<Omit<ProductContent, 'attributes' | 'customFields'>> & {
  slug?: string; attributes?: Record<string, FieldValue | null>; customFields?: Record<string, FieldValue | null>;
};
/** Identity and life cycle stay when they are not named; everything else that is absent is emptied. */
export type Replacement = Omit<ProductContent, 'status' | 'publishAt' | 'externalRef'> & Partial<Pick<ProductContent, 'status' | 'publishAt' | 'externalRef'>>
  & { slug?: string | undefined; variants?: readonly VariantContent[] | undefined };
export type Edit = Readonly<{ id: string; ifMatch: number | undefined; actor: Actor }>;
export type ProductWithVariants = Readonly<{ product: Product; variants: readonly Variant[] }>;

type Deps = Writing & {
  products: ProductRepository; variants: VariantRepository; slugs: SlugRepository; rules: ProductRules; changes: ProductChanges;
  turns: Turns; sets: SetRules; variantService: Pick<VariantService, 'build' | 'introduce' | 'reconcile' | 'dropPictures' | 'withPictures'>;
};

export class ProductService {
  constructor(private readonly deps: Deps) {}

  create(input: NewProduct, actor: Actor): Promise<ProductWithVariants> {
    return this.deps.turns(`slug:${input.slug ?? slugOf(input.name, 'product')}`, async () => {
      // Outside the transaction where possible: twenty creations of one name would otherwise queue for the number.
      const slug = input.slug ?? await this.deps.slugs.free(slugOf(input.name, 'product'));
      return this.deps.inTransaction(() => this.insert({ ...input, slug }, actor, input.slug === undefined));
    });
  }

  replace(edit: Edit, { slug, variants, ...content }: Replacement): Promise<ProductWithVariants> {
    return this.change(edit, (product) => ({ ...product, ...content, slug: slug ?? product.slug }), { variants });
  }

  /** `beside` as in `translate`. */
  patch(edit: Edit, { attributes, customFields, ...patch }: Patch, beside?: () => Promise<void>): Promise<ProductWithVariants> {
    return this.change(edit, (product) => ({
      ...product, ...patch, attributes: mergeFields(product.attributes, attributes), customFields: mergeFields(product.customFields, customFields),
    }), { checked: checkedOf({ ...patch, ...(attributes && { attributes }) }), ...(beside && { beside }) });
  }

  /** Orders and reports still need it, so a product is never deleted. */
  archive(edit: Edit): Promise<ProductWithVariants> {
    return this.change(edit, (product) => ({ ...product, status: 'archived', images: withoutUploads(product.images) }), { checked: {}, dropsPictures: true });
  }

  /** What is said of it in one more language; null takes that away. Inside the transaction `beside` does what belongs to it. */
  translate(edit: Edit, language: string, said: Translation | null, beside: () => Promise<void> = async () => {}): Promise<ProductWithVariants> {
    return this.change(edit, ({ translations, ...product }) => {
      const after = withTranslation(translations, language, said);
      return { ...product, ...(after && { translations: after }) };
    }, { checked: {}, beside });
  }

  /** Its pictures, and nothing else; `apply` may refuse. */
  arrangeImages(edit: Edit, apply: (images: readonly Image[]) => readonly Image[]): Promise<ProductWithVariants> {
    return this.change(edit, (product) => ({ ...product, images: apply(product.images) }), { checked: {} });
  }

  private async insert(input: NewProduct & { slug: string }, actor: Actor, isGenerated: boolean): Promise<ProductWithVariants> {
    const { products, variants, slugs, rules, changes, variantService } = this.deps;
    const { variants: wanted, ...given } = input;
    const content = given.images.length > 0 ? { ...given, images: await this.deps.media.adopt([], given.images) } : given;
    const now = this.deps.now();
    const id = products.newId();
    await slugs.claim(input.slug, id, isGenerated ? 'try another' : 'refuse');
    await rules.check(content);
    const made = (await variantService.withPictures(wanted)).map((variant, position) => variantService.build(variant, { productId: id, position, now }));
    const product: Product = {
      ...content, id, ...fromVariants(made), ...visibility(content, now), rating: NO_RATING, version: 1, createdAt: now, updatedAt: now,
    };
    await products.insert(product, derive(product, now));
    await this.deps.sets.check(wanted);
    await variants.insert(made, product);
    await variantService.introduce(id, made, actor);
    const skus = made.map(({ sku }) => sku);
    await changes.announce('created', product, skus);
    await this.deps.audit({ actor, action: 'product.created', subject: `product:${id}`, after: { name: product.name, slug: product.slug, status: product.status, skus } });
    return { product, variants: made };
  }

  private change({ id, ifMatch, actor }: Edit, apply: (product: Product) => Product, options: {
    checked?: Parameters<ProductRules['check']>[0]; variants?: readonly VariantContent[] | undefined; dropsPictures?: boolean; beside?: () => Promise<void>;
  }): Promise<ProductWithVariants> {
    const { products, variants, rules, changes, slugs, variantService, audit } = this.deps;
    return this.deps.turns(id, () => this.deps.inTransaction(async () => {
      const before = await products.find(id);
      if (!before) throw new ProductNotFound(id);
      requireVersion(ifMatch, before.version);
      const now = this.deps.now();
      const applied = apply(before);
      const wanted = sameImages(before.images, applied.images) ? applied : { ...applied, images: await this.deps.media.adopt(before.images, applied.images) };
      for (const slug of newSlugs(before, wanted)) await slugs.claim(slug, id);
      await rules.check(options.checked ?? wanted);
      if (options.dropsPictures) await variantService.dropPictures(id);
      const kept = options.variants ? await variantService.reconcile(wanted, options.variants, actor) : await variants.ofProduct(id);
      const after: Product = { ...wanted, ...(options.variants && fromVariants(kept)), ...visibility(wanted, now), version: before.version + 1, updatedAt: now };
      await products.save(after, derive(after, now), before);
      if (isCopyStale(before, after)) await variants.copyProduct(after);
      await options.beside?.();
      const what = after.status === 'archived' && before.status !== 'archived' ? 'archived' : 'updated';
      await changes.announce(what, after, kept.map(({ sku }) => sku));
      await audit({ actor, action: `product.${what}`, subject: `product:${id}`, ...differences(before, after) });
      return { product: after, variants: kept };
    }));
  }
}

/** What of a patch has to fit what there is besides the product. */
export const checkedOf = ({ categoryIds, attributes }: Patch): Parameters<ProductRules['check']>[0] => ({ categoryIds, attributes: attributes && mergeFields({}, attributes) });

const newSlugs = (before: Product, after: Product): string[] => { const known = currentSlugs(before); return currentSlugs(after).filter((slug) => !known.includes(slug)); };

const sameImages = (before: readonly Image[], after: readonly Image[]): boolean => before === after || JSON.stringify(before) === JSON.stringify(after);
/** A product that is deleted leaves no files behind; addresses of others stay, they cost us nothing. */
const withoutUploads = (images: readonly Image[]): readonly Image[] => images.filter(({ mediaId }) => mediaId === undefined);

const isCopyStale = (before: Product, after: Product): boolean =>
  before.name !== after.name || before.status !== after.status || before.visible !== after.visible || before.visibleIn.join() !== after.visibleIn.join() || before.slug !== after.slug
  || before.categoryIds.join() !== after.categoryIds.join() || before.images[0]?.url !== after.images[0]?.url
  || before.translations !== after.translations
  || JSON.stringify(footprintOf(before.sustainability)) !== JSON.stringify(footprintOf(after.sustainability));
