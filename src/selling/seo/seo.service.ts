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
    const tree = await catalog.categoryTree(view.language);
    const [first] = view.categories;
    const category = first && tree.find(first.id);
    return withHtml(productMetadata(view as never, { site, mediaUrl, breadcrumb: category ? tree.breadcrumb(category) : [], ...placeOf(view) }));
  }

  async category(idOrSlug: string, caller: Caller): Promise<ServedMetadata> {
    const { catalog, site, mediaUrl } = this.deps;
    const view = await catalog.categoryOf(idOrSlug, caller);
    return withHtml(categoryMetadata(view as never, { site, mediaUrl, ...placeOf(view) }));
  }

  /** What a path of the storefront stands for, and where it is to be sent if it has moved: one step, whatever its history. Each language has its own slug. */
  async resolve(path: string, caller: Caller) {
    const asked = readPath(path);
    const found = asked && await this.deps.catalog.findPageOf(asked.kind, asked.slug, caller, asked.language);
    if (!asked || !found) throw new PageNotFound(path);
    const { id, slug, isCurrent } = found;
    // The usual language has no part of the path of its own.
    const isPlain = asked.language !== this.deps.site.language;
    const url = addressOf(this.deps.site, asked.kind, slug, asked.language);
    return { kind: asked.kind === 'products' ? 'product' : 'category', id, slug, status: isCurrent && isPlain ? 200 : 301, path: url.slice(this.deps.site.url.length), url };
  }
}

/** In which language it is said, and where the others are. */
const placeOf = ({ language, slugs }: { language?: string | undefined; slugs?: Readonly<Record<string, string>> }) => ({ ...(language !== undefined && { language }), ...(slugs && { slugs }) });

const withHtml = (metadata: Metadata): ServedMetadata => ({ ...metadata, html: headHtml(metadata) });
