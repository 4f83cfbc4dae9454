import type { Cache } from '../../shared/cache/cache.js';
import type { Clock } from '../../shared/clock.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { fold } from '../../shared/fold.js';
import type { CategoryRepository } from './categories.repository.js';
import type { CategorySlugRepository } from './category-slugs.repository.js';
import { CATEGORIES, MAX_DEPTH } from './categories.service.js';
import { CategoryTooDeep } from './catalog.errors.js';
import type { Category, CategoryTree } from './category-tree.js';
import type { LiveTree } from './live-tree.js';
import { slugOf } from './slugs.js';
import type { Turns } from './turns.js';

type Path = readonly string[];
type Deps = {
  categories: Pick<CategoryRepository, 'newId' | 'beginChange' | 'allInTransaction' | 'insertMany'>; slugs: Pick<CategorySlugRepository, 'all' | 'claimAll'>; tree: LiveTree; turns: Turns;
  now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; cache: Pick<Cache, 'invalidate'>;
};

/** Categories as files name them: by the names from the root down, upper and lower case alike. */
export class CategoryPaths {
  constructor(private readonly deps: Deps) {}

  /** Null where a part of the path is missing. */
  async find(path: Path): Promise<string | null> {
    return idIn(await this.deps.tree.current(), path);
  }

  async findOrCreate(path: Path): Promise<string> {
    const [id] = await this.findOrCreateAll([path]);
    return id!;
  }

  /** The ids in the order of the paths. What is missing is made in one transaction, by two callers at once only once. */
  async findOrCreateAll(paths: readonly Path[]): Promise<string[]> {
    if (paths.some((path) => path.length === 0)) throw new RangeError('A path names at least one category');
    return await this.findAll(paths) ?? this.deps.turns('categories', async () => await this.findAll(paths) ?? this.create(paths));
  }

  /** Null when any is missing. Asked again when our turn has come, since whoever was before us may have made them. */
  private async findAll(paths: readonly Path[]): Promise<string[] | null> {
    const tree = await this.deps.tree.current();
    const found = paths.flatMap((path) => idIn(tree, path) ?? []);
    return found.length === paths.length ? found : null;
  }

  /** Every change of the tree writes one document first: what is read after that is the whole tree, and stays so until the commit. */
  private create(paths: readonly Path[]): Promise<string[]> {
    const { categories, tree, inTransaction, outbox, cache, now } = this.deps;
    return inTransaction(async () => {
      await categories.beginChange('structure');
      const growth = new Growth(await categories.allInTransaction(), await this.deps.slugs.all(), { newId: () => categories.newId(), at: now() });
      const ids = paths.map((path) => growth.idOf(path));
      if (growth.made.length === 0) return ids;
      await this.deps.slugs.claimAll(growth.made.map(({ id, slug }) => ({ slug, categoryId: id })));
      await categories.insertMany(growth.made);
      await outbox.record(...growth.made.map(({ id, slug, parentId }) => ({ type: 'category.created', aggregateId: id, data: { categoryId: id, slug, parentId } })));
      await afterCommit(async () => {
        tree.forget();
        await cache.invalidate([CATEGORIES]);
      });
      return ids;
    });
  }
}

function idIn(tree: CategoryTree, path: Path): string | null {
  let id: string | null = null;
  for (const name of path) {
    const child = tree.child(id, (one) => fold(one.name) === fold(name));
    if (!child) return null;
    id = child.id;
  }
  return id;
}

/** The tree as it is and as it will be. */
class Growth {
  readonly made: Category[] = [];
  private readonly byPlace = new Map<string, Category>();
  private readonly lastPosition = new Map<string | null, number>();

  /** `slugs` were taken once, and are for ever. */
  constructor(all: readonly Category[], private readonly slugs: Set<string>, private readonly making: { newId: () => string; at: Date }) {
    for (const category of all) this.take(category);
  }

  idOf(path: Path): string {
    let at = null as Category | null;
    for (const name of path) at = this.byPlace.get(placeOf(at?.id ?? null, name)) ?? this.add(name, at);
    return at!.id;
  }

  private add(name: string, parent: Category | null): Category {
    const ancestors = parent ? [...parent.ancestors, parent.id] : [];
    if (ancestors.length >= MAX_DEPTH) throw new CategoryTooDeep(MAX_DEPTH);
    const { newId, at } = this.making;
    const category: Category = {
      id: newId(), name, slug: this.freeSlug(name), description: '', parentId: parent?.id ?? null, ancestors,
      position: (this.lastPosition.get(parent?.id ?? null) ?? -1) + 1, version: 1, createdAt: at, updatedAt: at,
    };
    this.take(category);
    this.made.push(category);
    return category;
  }

  private take(category: Category): void {
    this.byPlace.set(placeOf(category.parentId, category.name), category);
    this.lastPosition.set(category.parentId, Math.max(category.position, this.lastPosition.get(category.parentId) ?? -1));
    this.slugs.add(category.slug);
  }

  private freeSlug(name: string): string {
    const base = slugOf(name, 'category');
    let slug = base;
    for (let number = 2; this.slugs.has(slug); number++) slug = `${base}-${number}`;
    return slug;
  }
}

const placeOf = (parentId: string | null, name: string): string => `${parentId ?? ''}\n${fold(name)}`;
