import type { Seo, Translations } from './catalog.js';
import { TooManyLanguages } from './catalog.errors.js';

/** Each is read with its product. */
export const MAX_LANGUAGES = 30;

type Translatable = Readonly<{ name: string; slug: string; description: string; seo?: Seo; translations?: Translations }>;

/** In which language it is said, and the slug it has in the usual one; neither where it is said in that. */
export type Spoken = Readonly<{ language?: string; usualSlug?: string }>;

/** What is said in the languages of the chain, the nearest first. */
export const saidIn = <T extends object>(all: Readonly<Record<string, T>>, chain: readonly string[]): Array<T & { language: string }> =>
  chain.flatMap((language) => { const said = all[language]; return said ? [{ ...said, language }] : []; });

/** In the nearest language that there is; the very same object where there is none. */
export function translated<T extends Translatable>(what: T, chain: readonly string[]): T & Spoken {
  const all = what.translations;
  if (all === undefined || chain.length === 0) return what;
  const found = saidIn(all, chain);
  const [nearest] = found;
  if (!nearest) return what;
  return {
    ...what, name: nearest.name, language: nearest.language, usualSlug: what.slug, slug: found.find(({ slug }) => slug !== undefined)?.slug ?? what.slug,
    description: found.find(({ description }) => description !== undefined)?.description ?? what.description,
    // A title in another language than the page is worse than none.
    ...(what.seo && { seo: found.find(({ seo }) => seo !== undefined)?.seo ?? {} }),
  };
}

/** Under which slug it is found in each of its other languages. */
export const otherSlugsOf = (what: Pick<Translatable, 'slug' | 'translations'>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(what.translations ?? {}).map((language) => [language, slugIn(what, language)]));

/** The usual one included; undefined where there is only that. */
export function slugsOf({ slug: shown, usualSlug: slug = shown, translations = {} }: Pick<Translatable, 'slug' | 'translations'> & Spoken, usual: string): Readonly<Record<string, string>> | undefined {
  return Object.keys(translations).length === 0 ? undefined : { [usual]: slug, ...otherSlugsOf({ slug, translations }) };
}

function slugIn(what: Pick<Translatable, 'slug' | 'translations'>, language: string): string {
  const nearer = language.lastIndexOf('-');
  return what.translations?.[language]?.slug ?? (nearer === -1 ? what.slug : slugIn(what, language.slice(0, nearer)));
}

/** Every slug under which it is found now. */
export const currentSlugs = ({ slug, translations = {} }: Pick<Translatable, 'slug' | 'translations'>): string[] =>
  [...new Set([slug, ...Object.values(translations).flatMap((said) => said.slug ?? [])])];

/** The names alone, for copies that are read with a cart; undefined where nothing is translated. */
export function namesOf(translations: Translations = {}): Readonly<Record<string, string>> | undefined {
  const names = Object.entries(translations).map(([language, { name }]) => [language, name] as const);
  return names.length === 0 ? undefined : Object.fromEntries(names);
}

/** With one language more, or another text in it; null takes it away. */
export function withTranslation<T>(translations: Readonly<Record<string, T>> | undefined, language: string, said: T | null): Readonly<Record<string, T>> | undefined {
  const { [language]: before, ...others } = translations ?? {};
  if (said && !before && Object.keys(others).length >= MAX_LANGUAGES) throw new TooManyLanguages(MAX_LANGUAGES);
  const after = said ? { ...others, [language]: said } : others;
  return Object.keys(after).length === 0 ? undefined : after;
}
