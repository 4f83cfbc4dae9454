import { Types, type Connection } from 'mongoose';
import { SlugTaken } from './catalog.errors.js';
import { categorySlugModel } from './categories.model.js';

/** Slugs of categories are kept for ever, like those of products. Written only after a change of the tree was begun, so one at a time. */
export class CategorySlugRepository {
  private readonly slugs;

  constructor(connection: Connection) {
    this.slugs = categorySlugModel(connection);
  }

  async ownerOf(slug: string): Promise<string | null> {
    const found = await this.slugs.findOne({ _id: slug }).lean();
    return found && found.categoryId.toHexString();
  }

  /** Of the base and its numbered followers those that lead to a category, now or as an old address. */
  async taken(base: string): Promise<Set<string>> {
    const found = await this.slugs.find({ _id: { $gte: base, $lt: `${base}.` } }, { _id: 1 }).lean();
    return new Set(found.map(({ _id }) => _id));
  }

  async all(): Promise<Set<string>> {
    return new Set((await this.slugs.find({}, { _id: 1 }).lean()).map(({ _id }) => _id));
  }

  /** Its own earlier ones it may have back. */
  async claim(slugs: readonly string[], categoryId: string): Promise<void> {
    const found = await this.slugs.find({ _id: { $in: slugs as string[] } }).lean();
    const foreign = found.find((row) => row.categoryId.toHexString() !== categoryId);
    if (foreign) throw new SlugTaken(foreign._id);
    const known = new Set(found.map(({ _id }) => _id));
    await this.claimAll(slugs.filter((slug) => !known.has(slug)).map((slug) => ({ slug, categoryId })));
  }

  async claimAll(claims: ReadonlyArray<{ slug: string; categoryId: string }>): Promise<void> {
    if (claims.length > 0) await this.slugs.insertMany(claims.map(({ slug, categoryId }) => ({ _id: slug, categoryId: new Types.ObjectId(categoryId) })), { lean: true });
  }

  /** The old addresses of a category that goes lead to where its products went, or nowhere. */
  async handOver(from: string, to: string | null): Promise<void> {
    if (to === null) await this.slugs.deleteMany({ categoryId: from });
    else await this.slugs.updateMany({ categoryId: from }, { $set: { categoryId: new Types.ObjectId(to) } });
  }
}
