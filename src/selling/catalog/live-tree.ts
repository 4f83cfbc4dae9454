import { Recent } from '../../shared/cache/recent.js';
import { answerIn, currentLanguages } from '../../shared/http/request-context.js';
import type { CategoryRepository } from './categories.repository.js';
import { CategoryTree } from './category-tree.js';
import { Languages } from './languages.js';

/** Below the second within which another process must see a change. */
const TRUSTED_MS = 800;

/** An answer about one thing says in which language that is said, which need not be the one that was wanted. */
export function sayIn({ languages: { others, usual } }: CategoryTree, language: string | undefined): void {
  if (others.length > 0) answerIn(language ?? usual);
}

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

  /** As whoever would rather read these languages reads it; with the usual words where none is named. */
  async readIn(accepted: string | undefined): Promise<CategoryTree> {
    const tree = await this.current();
    return tree.in(tree.languages.chainFor(accepted));
  }

  /** As whoever is being answered reads it, which the answer says. Costs nothing where the shop has one language. */
  async spoken(): Promise<CategoryTree> {
    const tree = await this.readIn(currentLanguages());
    sayIn(tree, tree.chain[0]);
    return tree;
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
