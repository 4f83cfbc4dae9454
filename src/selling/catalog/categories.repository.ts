import { Types, type Connection } from 'mongoose';
import { ConcurrentChange } from '../../shared/errors.js';
import { fold } from '../../shared/fold.js';
import type { Category, TreeRevision } from './category-tree.js';
import { CategoryNameTaken, SlugTaken } from './catalog.errors.js';
import { categoryModel, treeModel, type CategoryRow } from './categories.model.js';
import { duplicateOf } from './duplicate.js';
import { unsetOf, type Stored } from './rows.repository.js';

/** Where things stand; what products show of it; or what is said in one other language only. */
export type TreeChange = 'structure' | 'labels' | Readonly<{ language: string }>;

export class CategoryRepository {
  private readonly categories;
  private readonly tree;

  constructor(connection: Connection) {
    this.categories = categoryModel(connection);
    this.tree = treeModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async revision(): Promise<TreeRevision> {
    const found = await this.tree.findOne({ _id: 'tree' }).lean();
    return { structure: found?.structure ?? 0, labels: found?.labels ?? 0, words: found?.words ?? {}, languages: found?.languages ?? [] };
  }

  /** First in every transaction on the tree: of two that run at once, one waits and then sees what the other did. */
  async beginChange(changes: TreeChange): Promise<void> {
    await this.touchTree({ $inc: { structure: 1, labels: changes === 'labels' ? 1 : 0, ...(typeof changes === 'object' && { [`words.${changes.language}`]: 1 }) } });
  }

  /** For the first words in a language; everybody who holds the tree reads it again. */
  async addLanguage(language: string): Promise<void> {
    await this.touchTree({ $inc: { structure: 1, labels: 0 }, $addToSet: { languages: language } });
  }

  private async touchTree(change: { $inc: Record<string, number>; $addToSet?: { languages: string } }): Promise<void> {
    try {
      await this.tree.updateOne({ _id: 'tree' }, change, { upsert: true });
    } catch (error) {
      // Two shops' first categories at once; from then on the document exists.
      if (duplicateOf(error)) throw new ConcurrentChange('The categories changed meanwhile.');
      throw error;
    }
  }

  /** One moment of the whole tree, never half of a move. */
  async all(): Promise<Category[]> {
    const found = await this.categories.find().readConcern('snapshot').lean();
    return found.map(toCategory);
  }

  /** After the change of the tree was begun: nobody else adds or moves one until the commit. */
  async allInTransaction(): Promise<Category[]> {
    return (await this.categories.find().lean()).map(toCategory);
  }

  async find(id: string): Promise<Category | null> {
    const found = await this.categories.findOne({ _id: id }).lean();
    return found && toCategory(found);
  }

  async existing(ids: readonly string[]): Promise<Set<string>> {
    const found = await this.categories.find({ _id: { $in: ids as string[] } }, { _id: 1 }).lean();
    return new Set(found.map(({ _id }) => _id.toHexString()));
  }

  async findChild(parentId: string | null, name: string): Promise<Category | null> {
    const found = await this.categories.findOne({ parentId, nameKey: fold(name) }).lean();
    return found && toCategory(found);
  }

  async siblings(parentId: string | null): Promise<Category[]> {
    const found = await this.categories.find({ parentId }).sort({ position: 1, nameKey: 1 }).lean();
    return found.map(toCategory);
  }

  async countChildren(id: string): Promise<number> {
    return this.categories.countDocuments({ parentId: id });
  }

  async insert({ id, ...category }: Category): Promise<void> {
    await refuseDuplicate(category, () => this.categories.create([{ ...rowOf(category), _id: new Types.ObjectId(id) }]));
  }

  async insertMany(made: readonly Category[]): Promise<void> {
    await refuseDuplicate(made[0]!, () => this.categories.insertMany(made.map(({ id, ...category }) => ({ ...rowOf(category), _id: new Types.ObjectId(id) })), { lean: true }));
  }

  async save({ id, ...category }: Category, readVersion: number): Promise<void> {
    const set = rowOf(category);
    const { matchedCount } = await refuseDuplicate(category, () => this.categories.updateOne({ _id: id, version: readVersion }, { $set: set, ...unsetOf(set, ['seo', 'translations']) }));
    if (matchedCount === 0) throw new ConcurrentChange('This category changed meanwhile.', { categoryId: id });
  }

  async remove(id: string): Promise<void> {
    await this.categories.deleteOne({ _id: id });
  }

  async setPositions(ids: readonly string[]): Promise<void> {
    await this.categories.bulkWrite(ids.map((id, position) => ({ updateOne: { filter: { _id: id, position: { $ne: position } }, update: { $set: { position } } } })) as never);
  }

  /** Everything below gets the new way up in one statement: what stood above the category is replaced, what stands below it stays. */
  async rebase(id: string, ancestors: readonly string[]): Promise<number> {
    const moved = new Types.ObjectId(id);
    const above = ancestors.map((ancestor) => new Types.ObjectId(ancestor));
    const from = { $indexOfArray: ['$ancestors', moved] };
    const { modifiedCount } = await this.categories.updateMany({ ancestors: moved }, [
      { $set: { ancestors: { $concatArrays: [above, { $slice: ['$ancestors', from, { $size: '$ancestors' }] }] } } },
    ], { updatePipeline: true });
    return modifiedCount;
  }

  /** How far down the subtree reaches below the category itself. */
  async depthBelow(id: string, ancestorsOfId: number): Promise<number> {
    const [deepest] = await this.categories.aggregate<{ depth: number }>([
      { $match: { ancestors: new Types.ObjectId(id) } }, { $group: { _id: null, depth: { $max: { $size: '$ancestors' } } } },
    ]);
    return deepest ? deepest.depth - ancestorsOfId : 0;
  }
}

const rowOf = ({ parentId, ancestors, ...category }: Omit<Category, 'id'>) => ({
  ...category, nameKey: fold(category.name), parentId: parentId === null ? null : new Types.ObjectId(parentId), ancestors: ancestors.map((id) => new Types.ObjectId(id)),
});

const toCategory = ({ _id, nameKey: _n, parentId, ancestors, ...category }: Stored<CategoryRow>): Category =>
  ({ ...category, id: _id.toHexString(), parentId: parentId?.toHexString() ?? null, ancestors: ancestors.map((id) => id.toHexString()) });

async function refuseDuplicate<T>({ name, slug }: { name: string; slug: string }, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const duplicate = duplicateOf(error);
    if (duplicate?.index === 'slug') throw new SlugTaken(slug);
    if (duplicate?.index === 'parentId,nameKey') throw new CategoryNameTaken(name);
    throw error;
  }
}
