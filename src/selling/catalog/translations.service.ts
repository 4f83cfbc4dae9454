import { isDeepStrictEqual } from 'node:util';
import { afterCommit } from '../../shared/db/transaction.js';
import { CategoryNotFound, ProductNotFound, TranslationNotFound, UsualLanguage } from './catalog.errors.js';
import type { CategoryRepository } from './categories.repository.js';
import type { CategoryService } from './categories.service.js';
import type { LiveTree } from './live-tree.js';
import type { ProductRepository } from './products.repository.js';
import type { Edit, ProductService } from './products.service.js';
import type { Translation, Translations } from './catalog.js';

export type TranslatedKind = 'product' | 'category';
type Owner = Readonly<{ id: string; version: number; translations?: Translations }>;
type Deps = {
  products: Pick<ProductRepository, 'find'>; categories: Pick<CategoryRepository, 'find' | 'addLanguage'>; tree: LiveTree;
  productService: Pick<ProductService, 'translate'>; categoryService: Pick<CategoryService, 'translate'>;
};

/** What is said of products and categories in other languages than the usual one, as staff write it. */
export class TranslationService {
  constructor(private readonly deps: Deps) {}

  async list(kind: TranslatedKind, id: string): Promise<Array<Translation & { language: string }>> {
    const { translations = {} } = await this.find(kind, id);
    return Object.entries(translations).map(([language, said]) => ({ language, ...said })).sort((a, b) => (a.language < b.language ? -1 : 1));
  }

  /** Answers what it belongs to; nothing is written where the same is said already. */
  async put(kind: TranslatedKind, edit: Edit, language: string, said: Translation): Promise<Owner & { isChanged: boolean }> {
    const beside = await this.introduction(language);
    const before = await this.find(kind, edit.id);
    if (edit.ifMatch === undefined && isDeepStrictEqual(before.translations?.[language], said)) return { ...before, isChanged: false };
    return { ...await this.translate(kind, edit, language, said, beside), isChanged: true };
  }

  async remove(kind: TranslatedKind, edit: Edit, language: string): Promise<Owner> {
    const { translations = {} } = await this.find(kind, edit.id);
    if (translations[language] === undefined) throw new TranslationNotFound(language);
    return this.translate(kind, edit, language, null, async () => {});
  }

  /** What a language needs with its first words: everybody who reads the catalogue must know that there is something to look for. */
  async introduction(language: string): Promise<() => Promise<void>> {
    const { tree, categories } = this.deps;
    const { languages } = await tree.current();
    if (language === languages.usual) throw new UsualLanguage(language);
    if (languages.others.includes(language)) return async () => {};
    return async () => {
      await categories.addLanguage(language);
      await afterCommit(() => tree.forget());
    };
  }

  private async translate(kind: TranslatedKind, edit: Edit, language: string, said: Translation | null, beside: () => Promise<void>): Promise<Owner> {
    if (kind === 'category') return this.deps.categoryService.translate(edit, language, said, beside);
    return (await this.deps.productService.translate(edit, language, said, beside)).product;
  }

  private async find(kind: TranslatedKind, id: string): Promise<Owner> {
    const found = await (kind === 'product' ? this.deps.products : this.deps.categories).find(id);
    if (!found) throw kind === 'product' ? new ProductNotFound(id) : new CategoryNotFound(id);
    return found;
  }
}
