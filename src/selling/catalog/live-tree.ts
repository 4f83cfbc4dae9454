import { Recent } from '../../shared/cache/recent.js';
import type { CategoryRepository } from './categories.repository.js';
import { CategoryTree } from './category-tree.js';

/** Below the second within which another process must see a change. */
const TRUSTED_MS = 800;

/** The tree that this process holds. Its revision is asked for at most once in 0.8 s, and at once after an own change. */
export class LiveTree {
  private readonly recent = new Recent<CategoryTree>({ ttlMs: TRUSTED_MS, max: 1 });
  private held: CategoryTree | undefined;

  constructor(private readonly categories: Pick<CategoryRepository, 'revision' | 'all'>) {}

  current(): Promise<CategoryTree> {
    return this.recent.get('tree', () => this.load());
  }

  /** To be called after the commit of a change, before it is acknowledged. */
  forget(): void {
    this.recent.forget('tree');
  }

  /** The revision is read first: a change in between makes the tree newer than it says, which the next look puts right. */
  private async load(): Promise<CategoryTree> {
    const revision = await this.categories.revision();
    if (this.held?.revision.structure === revision.structure) return this.held;
    this.held = new CategoryTree(await this.categories.all(), revision);
    return this.held;
  }
}
