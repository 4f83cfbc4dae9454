import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { requireVersion } from '../../shared/http/etag.js';
import { mayAct, type Caller } from '../../shared/http/caller.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { spokenAttribute, type SpokenAttribute } from './attribute-words.js';
import type { AttributeWords } from './catalog.js';
import type { AttributeRepository } from './attributes.repository.js';
import type { AttributeDefinition } from './catalog.js';
import { AttributeNotFound, TranslationNotFound, WrongField } from './catalog.errors.js';
import { differences } from './differences.js';
import type { LiveTree } from './live-tree.js';
import { withTranslation } from './translations.js';
import type { TranslationService } from './translations.service.js';

type Edit = Readonly<{ code: string; ifMatch: number | undefined; actor: Actor }>;

/** Typed attributes are data: one that was added a moment ago is checked with the next write of a product. */
export class AttributeService {
  constructor(private readonly deps: { attributes: AttributeRepository; inTransaction: InTransaction; audit: RecordAudit; tree: LiveTree; languages: Pick<TranslationService, 'introduction'> }) {}

  create(definition: Omit<AttributeDefinition, 'id' | 'version'>, actor: Actor): Promise<AttributeDefinition> {
    return this.deps.inTransaction(async () => {
      const made = await this.deps.attributes.create(definition);
      await this.deps.audit({ actor, action: 'attribute.created', subject: `attribute:${made.code}`, after: definition });
      return made;
    });
  }

  async list(query: PageQuery, caller: Caller): Promise<Page<SpokenAttribute>> {
    const [page, say] = [await this.deps.attributes.page(query), await this.wordsFor(caller)];
    return { ...page, items: page.items.map(say) };
  }

  async show(code: string, caller: Caller): Promise<SpokenAttribute> {
    const [found, say] = [await this.get(code), await this.wordsFor(caller)];
    return say(found);
  }

  /** What these attributes and their values are called, for whoever asks; free ones that nobody defined are left out. */
  async called(codes: readonly string[], caller: Caller): Promise<ReadonlyMap<string, SpokenAttribute>> {
    if (codes.length === 0) return new Map();
    const [definitions, say] = [await this.deps.attributes.findMany(codes), await this.wordsFor(caller)];
    return new Map(definitions.map((definition) => [definition.code, say(definition)]));
  }

  /** Who may change the words sees them all. */
  private async wordsFor(caller: Caller): Promise<(definition: AttributeDefinition) => SpokenAttribute> {
    if (mayAct(caller, 'products:read')) return (definition) => definition;
    const { chain } = await this.deps.tree.spoken();
    return (definition) => spokenAttribute(definition, chain);
  }

  async get(code: string): Promise<AttributeDefinition> {
    const found = await this.deps.attributes.find(code);
    if (!found) throw new AttributeNotFound(code);
    return found;
  }

  /** The type stays: values of another one are stored already. */
  update(edit: Edit, change: Pick<AttributeDefinition, 'name' | 'unit' | 'options'>): Promise<AttributeDefinition> {
    return this.change(edit, (before) => ({ ...before, ...change }));
  }

  /** What it and its values are called in one more language; null takes that away. */
  async translate(edit: Edit, language: string, words: AttributeWords | null): Promise<AttributeDefinition> {
    const introduce = words ? await this.deps.languages.introduction(language) : async () => {};
    return this.change(edit, ({ translations, ...before }) => {
      if (!words && !translations?.[language]) throw new TranslationNotFound(language);
      const wrong = before.type === 'enum' ? Object.keys(words?.options ?? {}).filter((value) => !before.options.includes(value)) : [];
      if (wrong.length > 0) throw new WrongField(wrong.map((value) => ({ pointer: `#/body/options/${value}`, code: 'unknown_option', message: `"${value}" is no option of this attribute.` })));
      const after = withTranslation(translations, language, words);
      return { ...before, ...(after && { translations: after }) };
    }, introduce);
  }

  private change({ code, ifMatch, actor }: Edit, apply: (before: AttributeDefinition) => AttributeDefinition, beside: () => Promise<void> = async () => {}): Promise<AttributeDefinition> {
    return this.deps.inTransaction(async () => {
      await beside();
      const before = await this.get(code);
      requireVersion(ifMatch, before.version);
      const after = apply(before);
      await this.deps.attributes.save(after);
      await this.deps.audit({ actor, action: 'attribute.updated', subject: `attribute:${code}`, ...differences(before, after) });
      return { ...after, version: before.version + 1 };
    });
  }

  /** Values stay with their products; from now on they may be anything. */
  remove({ code, ifMatch, actor }: Edit): Promise<AttributeDefinition> {
    return this.deps.inTransaction(async () => {
      const found = await this.get(code);
      requireVersion(ifMatch, found.version);
      await this.deps.attributes.remove(found.id);
      await this.deps.audit({ actor, action: 'attribute.deleted', subject: `attribute:${code}`, before: found });
      return found;
    });
  }
}
