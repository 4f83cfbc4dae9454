import type { AttributeDefinition } from './catalog.js';
import { saidIn } from './translations.js';

export type SpokenAttribute = Omit<AttributeDefinition, 'translations'> & Readonly<{ language?: string; labels?: Readonly<Record<string, string>> }>;

/** As somebody reads it: the values stay what they are, `labels` says what to call them. */
export function spokenAttribute({ translations = {}, ...definition }: AttributeDefinition, chain: readonly string[]): SpokenAttribute {
  const found = saidIn(translations, chain);
  const [nearest] = found;
  if (!nearest) return definition;
  const labels = Object.assign({}, ...found.map(({ options = {} }) => options).reverse()) as Record<string, string>;
  return { ...definition, name: nearest.name, language: nearest.language, ...(Object.keys(labels).length > 0 && { labels }) };
}
