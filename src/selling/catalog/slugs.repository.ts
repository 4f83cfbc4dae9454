import type { Connection } from 'mongoose';
import { ConcurrentChange } from '../../shared/errors.js';
import { duplicateOf } from './duplicate.js';
import { SlugTaken } from './catalog.errors.js';
import { slugCounterModel, slugModel } from './catalog.model.js';

/** Slugs are kept for ever: one that was renamed still finds its product, and nobody else gets it. */
export class SlugRepository {
  private readonly slugs;
  private readonly counters;

  constructor(connection: Connection) {
    this.slugs = slugModel(connection);
    this.counters = slugCounterModel(connection);
  }

  async ownerOf(slug: string): Promise<string | null> {
    const found = await this.slugs.findOne({ _id: slug }).lean();
    return found && found.productId.toHexString();
  }

  async ownersOf(slugs: readonly string[]): Promise<Map<string, string>> {
    const found = await this.slugs.find({ _id: { $in: slugs as string[] } }).lean();
    return new Map(found.map(({ _id, productId }) => [_id, productId.toHexString()]));
  }

  /** Call inside the transaction that gives the slug to the product; its own earlier one it may have back. */
  async claim(slug: string, productId: string, whenTaken: 'refuse' | 'try another' = 'refuse'): Promise<void> {
    try {
      await this.slugs.updateOne({ _id: slug, productId }, { $setOnInsert: { _id: slug, productId } }, { upsert: true });
    } catch (error) {
      if (!duplicateOf(error)) throw error;
      throw whenTaken === 'refuse' ? new SlugTaken(slug) : new ConcurrentChange('Another product took this slug meanwhile.', { slug });
    }
  }

  /** For many new products at once; throws the SlugTaken of the first that is not free. */
  async claimAll(claims: ReadonlyArray<{ slug: string; productId: string }>): Promise<void> {
    if (claims.length === 0) return;
    try {
      await this.slugs.bulkWrite(claims.map(({ slug, productId }) => ({ insertOne: { document: { _id: slug, productId: productId as never } } })));
    } catch (error) {
      const duplicate = duplicateOf(error);
      if (duplicate) throw new SlugTaken(duplicate.value);
      throw error;
    }
  }

  /** The base itself when nobody has it, else the base with the next number; no two callers get the same number. */
  async free(base: string): Promise<string> {
    let candidate = base;
    while (await this.ownerOf(candidate) !== null) {
      const { last } = (await this.counters.findOneAndUpdate({ _id: base }, { $inc: { last: 1 } }, { upsert: true, returnDocument: 'after' }).lean())!;
      candidate = `${base}-${last + 1}`;
    }
    return candidate;
  }

  /** The same without taking a number. */
  async suggest(base: string): Promise<string> {
    const taken = await this.slugs.find({ _id: { $gte: base, $lt: `${base}.` } }, { _id: 1 }).lean();
    const all = new Set(taken.map(({ _id }) => _id));
    let candidate = base;
    for (let number = 2; all.has(candidate); number++) candidate = `${base}-${number}`;
    return candidate;
  }
}
