import { mayAct, type Caller } from '../../shared/http/caller.js';
import type { Catalog } from '../catalog/index.js';
import type { PicturesFollower } from './pictures-follower.js';
import { rasterOf } from './raster.js';
import { describeTurns, type Vectors } from './visual-search.js';
import { PictureUnreadable } from './visual-search.errors.js';

/** Asked for beyond what is shown, for those that this caller may not see. */
const SPARE = 3;

type Deps = { follower: PicturesFollower; catalog: Pick<Catalog, 'summariesOf'>; defaultCurrency: string };

export class VisualSearchService {
  constructor(private readonly deps: Deps) {}

  /** Products whose pictures look most like this one. */
  async search(path: string, { currency = this.deps.defaultCurrency, limit }: { currency?: string | undefined; limit: number }, caller: Caller) {
    const { follower, catalog } = this.deps;
    const turns = await this.describe(path);
    await follower.catchUp();
    const ranked = (await follower.rank(turns, { hidden: mayAct(caller, 'products:read') })).slice(0, limit * SPARE);
    const found = new Map((await catalog.summariesOf(ranked.map(({ id }) => id), { currency }, caller)).map((product) => [product.id, product]));
    const items = ranked.flatMap(({ id, score, mediaId }) => { const product = found.get(id); return product ? [{ product, score: Math.round(score * 1000) / 1000, mediaId }] : []; });
    return { items: items.slice(0, limit), model: 'embedded', note: 'No model of images is installed; shapes, places of colours and colours are compared.' };
  }

  private async describe(path: string): Promise<Vectors> {
    try {
      return describeTurns(await rasterOf(path));
    } catch {
      throw new PictureUnreadable();
    }
  }
}
