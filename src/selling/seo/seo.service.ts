import type { Caller } from '../../shared/http/caller.js';
import type { Catalog } from '../catalog/index.js';
import { PageNotFound } from './seo.errors.js';
import { categoryMetadata, headHtml, productMetadata, type Metadata } from './metadata.js';
import { addressOf, readPath, type Storefront } from './storefront.js';

type Deps = { catalog: Pick<Catalog, 'viewOf' | 'categoryTree' | 'categoryOf' | 'findPageOf'>; site: Storefront; mediaUrl: string };
type Shown = Readonly<{ currency?: string }>;
export type ServedMetadata = Metadata & Readonly<{ html: string }>;

export class SeoService {
  constructor(private readonly deps: Deps) {}

  async product(idOrSlug: string, shown: Shown, caller: Caller): Promise<ServedMetadata> {
    const { catalog, site, mediaUrl } = this.deps;
    const view = await catalog.viewOf(idOrSlug, shown, caller);
    const tree = await catalog.categoryTree();
    const [first] = view.categories;
    const category = first && tree.find(first.id);
    return withHtml(productMetadata(view as never, { site, mediaUrl, breadcrumb: category ? tree.breadcrumb(category) : [] }));
  }

  async category(idOrSlug: string): Promise<ServedMetadata> {
    const { catalog, site, mediaUrl } = this.deps;
    return withHtml(categoryMetadata(await catalog.categoryOf(idOrSlug), { site, mediaUrl }));
  }

  /** What a path of the storefront stands for, and where it is to be sent if it has moved: one step, whatever its history. */
  async resolve(path: string, caller: Caller) {
    const asked = readPath(path);
    const found = asked && await this.deps.catalog.findPageOf(asked.kind, asked.slug, caller);
    if (!asked || !found) throw new PageNotFound(path);
    const { id, slug } = found;
    const url = addressOf(this.deps.site, asked.kind, slug, asked.language);
    return { kind: asked.kind === 'products' ? 'product' : 'category', id, slug, status: slug === asked.slug ? 200 : 301, path: url.slice(this.deps.site.url.length), url };
  }
}

const withHtml = (metadata: Metadata): ServedMetadata => ({ ...metadata, html: headHtml(metadata) });
