import { csvLine } from './csv-cells.js';
import { isObject } from './import-cells.js';
import type { RawRow } from './import-export.js';

export type TranslatedKind = 'product' | 'category';
type Seo = Readonly<{ title?: string; description?: string; keywords?: readonly string[] }>;
type Said = Readonly<{ name: string; description?: string; slug?: string; seo?: Seo }>;
/** A thing that has words, in its usual language and in others. */
export type Worded = Readonly<{ kind: TranslatedKind; id: string; name: string; description: string; translations?: Readonly<Record<string, Said>> }>;

/** What somebody who translates needs to see and to fill in. The source columns are for reading; an import leaves them alone. */
const COLUMNS = ['kind', 'id', 'language', 'source_name', 'source_description', 'name', 'description', 'slug', 'seo_title', 'seo_description', 'seo_keywords'] as const;
type Column = (typeof COLUMNS)[number];
type TranslationRow = Readonly<Record<Column, string | readonly string[] | null>>;
/** No word stands between these in any language that we know of. */
const BETWEEN_KEYWORDS = ' | ';

/** In the language asked for, translated or not; without one, whatever is translated. */
export function translationRows({ kind, id, name, description, translations = {} }: Worded, language: string | undefined): TranslationRow[] {
  const languages = language === undefined ? Object.keys(translations).sort() : [language];
  return languages.map((one) => {
    const said = translations[one];
    return {
      kind, id, language: one, source_name: name, source_description: description, name: said?.name ?? null, description: said?.description ?? null, slug: said?.slug ?? null,
      seo_title: said?.seo?.title ?? null, seo_description: said?.seo?.description ?? null, seo_keywords: said?.seo?.keywords ?? null,
    };
  });
}

export const translationHeader = (): string => csvLine(COLUMNS);
export const translationCsv = (row: TranslationRow): string => csvLine(COLUMNS.map((column) => { const value = row[column]; return typeof value === 'string' ? value : (value ?? []).join(BETWEEN_KEYWORDS); }));
export const translationNdjson = (row: TranslationRow): string => `${JSON.stringify(row)}\n`;

export type TranslationPlace = Readonly<{ kind: string; id: string; language: string }>;
/** `said` is what the row says, unchecked; null where nobody has translated it yet. */
export type ReadTranslation = TranslationPlace & Readonly<{ said: Record<string, unknown> | null }>;

/** A blank cell says nothing; a column that is not ours is refused by whoever checks what is said. */
export function readTranslation(raw: RawRow): ReadTranslation {
  const cell = (column: Column) => { const value = raw[column]; return value === null || value === '' ? undefined : value; };
  const keywords = cell('seo_keywords');
  const seo = defined({ title: cell('seo_title'), description: cell('seo_description'), keywords: typeof keywords === 'string' ? keywords.split('|').map((one) => one.trim()).filter((one) => one !== '') : keywords });
  const said = defined({ name: cell('name'), description: cell('description'), slug: cell('slug'), seo: isObject(seo) && Object.keys(seo).length > 0 ? seo : undefined });
  const text = (column: Column) => { const value = cell(column); return typeof value === 'string' ? value.trim() : ''; };
  return { kind: text('kind') || 'product', id: text('id'), language: text('language'), said: Object.keys(said).length === 0 ? null : said };
}

const defined = (fields: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
