import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { setImmediate as breath } from 'node:timers/promises';
import { Recent } from '../../shared/cache/recent.js';
import { START, type Catalog, type Product } from '../catalog/index.js';
import { rasterOf } from './raster.js';
import { describeParts, likeness, type Vectors } from './visual-search.js';
import type { DescriptorRepository } from './visual-search.repository.js';

const LOOK_MS = 500;
/** The form that is looked at: small, and large enough. */
const FORM = 'card.jpg';

type Deps = {
  catalog: Pick<Catalog, 'changesSince'>; descriptors: DescriptorRepository; report(error: unknown): void;
  openForm(mediaId: string, name: string): Promise<Readable | null>;
};
type Shown = Readonly<{ visible: boolean; pictures: ReadonlyArray<readonly [mediaId: string, vectors: Vectors]> }>;

/** Keeps in this process what the uploaded pictures of the catalogue look like. */
export class PicturesFollower {
  private readonly looks = new Recent<void>({ ttlMs: LOOK_MS, max: 1 });
  private readonly products = new Map<string, Shown>();
  private last = START;

  constructor(private readonly deps: Deps) {}

  /** Returns when the index holds what was committed half a second ago. */
  catchUp(): Promise<void> {
    return this.looks.get('catalogue', () => this.follow());
  }

  /** The next question looks for changes, however young the last look is. */
  lookAgain(): void {
    this.looks.forget('catalogue');
  }

  /** The most alike first; what is shown to nobody only for those who may see it. */
  async rank(turns: Vectors, { hidden }: { hidden: boolean }): Promise<Array<{ id: string; score: number; mediaId: string }>> {
    const ranked: Array<{ id: string; score: number; mediaId: string }> = [];
    let seen = 0;
    for (const [id, { visible, pictures }] of this.products) {
      if (!visible && !hidden) continue;
      let best = { id, score: -Infinity, mediaId: '' };
      for (const [mediaId, vectors] of pictures) {
        const score = likeness(turns, vectors);
        if (score > best.score) best = { id, score, mediaId };
        // Other requests have their turn in between.
        if (++seen % 100 === 0) await breath();
      }
      ranked.push(best);
    }
    return ranked.sort((a, b) => b.score - a.score);
  }

  private async follow(): Promise<void> {
    for await (const { found, resume } of this.deps.catalog.changesSince(this.last)) {
      await this.take(found);
      this.last = resume;
    }
  }

  private async take(products: readonly Product[]): Promise<void> {
    const held = new Map(products.flatMap(({ id }) => this.products.get(id)?.pictures ?? []));
    const wanted = products.flatMap((product) => mediaOf(product)).filter((id) => !held.has(id));
    const stored = wanted.length > 0 ? await this.deps.descriptors.findMany(wanted) : new Map<string, Vectors>();
    for (const product of products) {
      const pictures: Array<readonly [string, Vectors]> = [];
      for (const mediaId of mediaOf(product)) {
        const vectors = held.get(mediaId) ?? stored.get(mediaId) ?? await this.look(mediaId);
        if (vectors) pictures.push([mediaId, vectors]);
      }
      // Visible somewhere is enough: what this caller may see is decided when the products are read.
      if (pictures.length > 0) this.products.set(product.id, { visible: product.visible || product.visibleIn.length > 0, pictures });
      else this.products.delete(product.id);
    }
  }

  /** One picture that cannot be read must not keep all others from being found. */
  private async look(mediaId: string): Promise<Vectors | null> {
    try {
      const form = await this.deps.openForm(mediaId, FORM);
      if (!form) return null;
      const vectors = describeParts(await rasterOf(await buffer(form)));
      await this.deps.descriptors.save(mediaId, vectors);
      return vectors;
    } catch (error) {
      this.deps.report(error);
      return null;
    }
  }
}

const mediaOf = ({ images }: Product): string[] => images.flatMap(({ mediaId }) => mediaId ?? []);
