import { Recent } from '../../shared/cache/recent.js';
import { answerIn, currentLanguages } from '../../shared/http/request-context.js';
import type { CategoryRepository } from './categories.repository.js';
import { CategoryTree } from './category-tree.js';
import { Languages } from './languages.js';

/** Below the second within which another process must see a change. */
const TRUSTED_MS = 800;

/** The tree that this process holds. Its revision is asked for at most once in 0.8 s, and at once after an own change. */
export class LiveTree {
  private readonly recent = new Recent<CategoryTree>({ ttlMs: TRUSTED_MS, max: 1 });
  private held: CategoryTree | undefined;
  private languages: Languages;

  constructor(private readonly categories: Pick<CategoryRepository, 'revision' | 'all'>, usualLanguage: string) {
    this.languages = new Languages([], usualLanguage);
  }

  current(): Promise<CategoryTree> {
    return this.recent.get('tree', () => this.load());
  }

  /** As whoever is being answered reads it, which the answer says. Costs nothing where the shop has one language. */
  async spoken(): Promise<CategoryTree> {
    const tree = await this.current();
    if (tree.languages.others.length === 0) return tree;
    const chain = tree.languages.chainFor(currentLanguages());
    answerIn(chain[0] ?? tree.languages.usual);
    return tree.in(chain);
  }

  /** For what brings its own words along and is asked too often for a look at the tree: as far as this process knows. */
  chainBeside(more: readonly string[]): readonly string[] {
    return this.languages.with(more).chainFor(currentLanguages());
  }

  /** To be called after the commit of a change, before it is acknowledged. */
  forget(): void {
    this.recent.forget('tree');
  }

  /** The revision is read first: a change in between makes the tree newer than it says, which the next look puts right. */
  private async load(): Promise<CategoryTree> {
    const revision = await this.categories.revision();
    if (this.held?.revision.structure === revision.structure) return this.held;
    this.languages = new Languages(revision.languages, this.languages.usual);
    this.held = new CategoryTree(await this.categories.all(), revision, this.languages);
    return this.held;
  }
}
