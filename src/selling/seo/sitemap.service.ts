import { createHash } from 'node:crypto';
import type { Clock } from '../../shared/clock.js';
import { otherSlugsOf, type Catalog } from '../catalog/index.js';
import { MapNotReady, MapPartNotFound } from './seo.errors.js';
import { mapIndex, mapParts, MAX_BYTES, type Limits, type MapEntry, type MapPart } from './sitemap.js';
import type { PartInfo, SitemapRepository } from './sitemap.repository.js';
import type { PageKind, Storefront } from './storefront.js';

/** Fewer than a file may have: a part is made again when one of its products changes, and products may be added between its ids. */
const URLS_IN_PART = 10_000;
const CHANGES_AT_ONCE = 2000;
/** A change counts by when it was made, and is seen when it was committed: the last moments are looked at twice. */
const OVERLAP_MS = 30_000;

type Deps = { maps: SitemapRepository; catalog: Pick<Catalog, 'shelf' | 'idsChangedAfter' | 'categoryTree'>; site: Storefront; now: Clock; limits?: Limits };

/** The files stand for ranges of ids, and only those in which something changed are made again. */
export class SitemapService {
  private readonly limits: Limits;

  constructor(private readonly deps: Deps) {
    this.limits = deps.limits ?? { urls: URLS_IN_PART, bytes: MAX_BYTES };
  }

  async index(): Promise<string> {
    const parts = await this.deps.maps.list();
    if (parts.length === 0) throw new MapNotReady();
    return mapIndex(this.deps.site, parts.filter(({ urls }) => urls > 0).map(({ _id, lastModified }) => ({ name: _id, lastModified })));
  }

  async file(name: string): Promise<{ gzip: Buffer; etag: string }> {
    const file = await this.deps.maps.file(name);
    if (!file) throw new MapPartNotFound(name);
    return file;
  }

  /** Safe to be cut off: what was not made again is still marked. Answers how many files were made. */
  async refresh(stop?: AbortSignal): Promise<number> {
    const { maps, site, catalog } = this.deps;
    const tree = await catalog.categoryTree();
    const state = await maps.state();
    const madeFor = `${site.url} ${site.language}`;
    if (state && state.madeFor !== madeFor) await maps.markAllStale();
    // A first run that was cut off has left files without the others.
    if (state === null) await maps.remove((await maps.list()).map(({ _id }) => _id));
    const seen = state ? await this.markChanged(state) : { at: this.deps.now(), id: '' };
    let made = 0;
    const parts = await maps.list();
    for (const part of state ? parts.filter(({ kind, isStale }) => kind === 'products' && isStale) : [null]) {
      if (stop?.aborted) return made;
      made += await this.rebuild(part, parts);
    }
    if (state?.structure !== tree.revision.structure || parts.some(({ kind, isStale }) => kind === 'categories' && isStale)) {
      made += await this.rebuildCategories(tree.all().map((category) => ({ id: category.id, slug: category.slug, updatedAt: category.updatedAt, slugs: otherSlugsOf(category) })), parts);
    }
    await maps.saveState({ ...seen, structure: tree.revision.structure, madeFor });
    return made;
  }

  private async markChanged({ at, id }: { at: Date; id: string }): Promise<{ at: Date; id: string }> {
    const { maps, catalog } = this.deps;
    const parts = (await maps.list()).filter(({ kind }) => kind === 'products');
    const stale = new Set<string>();
    let last = { at, id };
    for (let from = { at: new Date(at.getTime() - OVERLAP_MS), id: '' }; ;) {
      const changed = await catalog.idsChangedAfter(from.at, from.id, CHANGES_AT_ONCE);
      for (const one of changed) stale.add(partOf(parts, one.id));
      const newest = changed.at(-1);
      if (newest) from = { at: newest.updatedAt, id: newest.id };
      if (from.at > last.at) last = from;
      if (changed.length < CHANGES_AT_ONCE) break;
    }
    await maps.markStale([...stale]);
    return last;
  }

  /** What does not fit any more goes on in new files, so that the ids of the others stay where they are. */
  private async rebuild(part: PartInfo | null, parts: PartInfo[]): Promise<number> {
    const [after, until] = [part?.after ?? null, part?.until ?? null];
    // Left by a run that was cut off while it divided this one.
    if (part) await this.deps.maps.remove(parts.filter((one) => one.kind === 'products' && one._id !== part._id && isWithin(one.after, part)).map(({ _id }) => _id));
    const files: MapPart[] = [];
    for await (const file of mapParts(this.deps.site, 'products', this.deps.catalog.shelf.pages({ after, until }), this.limits)) files.push(file);
    let number = Math.max(0, ...parts.filter(({ kind }) => kind === 'products').map((one) => one.number));
    // The last of the new ones first: a process that dies between them leaves the old range whole.
    const ranges = files.map((file, index) => ({
      file, after: index === 0 ? after : files[index - 1]!.lastId, until: index === files.length - 1 ? until : file.lastId, number: index === 0 && part ? part.number : ++number,
    }));
    for (const { file, ...range } of ranges.reverse()) {
      const saved = this.row('products', file, range);
      await this.deps.maps.save(saved);
      if (saved.number !== part?.number) parts.push(saved);
    }
    return files.length;
  }

  private async rebuildCategories(pages: readonly MapEntry[], parts: readonly PartInfo[]): Promise<number> {
    let number = 0;
    for await (const file of mapParts(this.deps.site, 'categories', pages, this.limits)) await this.deps.maps.save(this.row('categories', file, { number: ++number, after: null, until: null }));
    await this.deps.maps.remove(parts.filter((part) => part.kind === 'categories' && part.number > number).map(({ _id }) => _id));
    return number;
  }

  private row(kind: PageKind, { gzip, urls, lastModified }: MapPart, range: { number: number; after: string | null; until: string | null }) {
    const etag = `"1.${createHash('sha1').update(gzip).digest('base64url').slice(0, 16)}"`;
    return { _id: `${kind}-${range.number}`, kind, ...range, urls, lastModified, etag, gzip, builtAt: this.deps.now(), isStale: false };
  }
}

const partOf = (parts: readonly PartInfo[], id: string): string => parts.find(({ after, until }) => (after === null || id > after) && (until === null || id <= until))?._id ?? '';

const isWithin = (id: string | null, { after, until }: PartInfo): boolean => id !== null && (after === null || id > after) && (until === null || id < until);
