import { SYNONYM_GROUPS } from './synonym-groups.js';
import { isRun, isStopWord, MAX_TERMS, termsOf, termsOfWord } from './text.js';

/** What a synonym is worth beside the word that was asked for: what says the word itself stands before what says another. */
const SYNONYM_WEIGHT = 0.5;
/** Words of a phrase, the longest first. */
const LENGTHS = [3, 2, 1];

/** Terms of synonyms in one search: a server asked for more than about a thousand refuses. */
const MAX_INSTEAD = 200;

export type SynonymGroup = readonly string[];
/** All of the terms must be there; worth `weight` of what they are worth by themselves. */
export type Alternative = Readonly<{ terms: readonly string[]; weight: number }>;
/** One thing that was asked for: at least so many of its terms, or one of what is said in its stead, whichever is worth more. */
export type Asked = Readonly<{ terms: readonly string[]; least: number; instead: readonly Alternative[] }>;
/** How telling terms are together, the rarer the more; null where no product says one of them. */
export type Telling = (terms: readonly string[]) => number | null;

/** What is said for what: the groups that come with it and those of the shop. Groups are not joined: a word of two of them has the words of both. */
export class Synonyms {
  private readonly others = new Map<string, Map<string, readonly string[]>>();

  /** Those of the shop first: where there are too many for one search, they are what it means. */
  constructor(own: readonly SynonymGroup[] = []) {
    for (const group of [...own, ...SYNONYM_GROUPS]) {
      const phrases = group.map((phrase) => termsOf(phrase)).map((terms) => ({ key: terms.join(' '), terms }));
      for (const { key } of phrases) {
        const others = this.others.get(key) ?? new Map<string, readonly string[]>();
        this.others.set(key, others);
        for (const other of phrases) if (other.key !== key) others.set(other.key, other.terms);
      }
    }
  }

  of(terms: readonly string[]): ReadonlyArray<readonly string[]> {
    return [...this.others.get(terms.join(' '))?.values() ?? []];
  }
}

/** The words as an index is asked for them: in stems, and with what may be said in their stead. The longest phrase that has synonyms is one thing. */
export function askedFor(words: readonly string[], synonyms: Synonyms, telling: Telling): Asked[] {
  const said = words.filter((word) => !isStopWord(word)).map((word) => ({ terms: termsOfWord(word), isRun: isRun(word) }));
  const asked: Asked[] = [];
  let [terms, more] = [0, MAX_INSTEAD];
  for (let at = 0; at < said.length && terms < MAX_TERMS;) {
    const termsFrom = (length: number) => said.slice(at, at + length).flatMap((one) => one.terms);
    const length = LENGTHS.find((most) => at + most <= said.length && synonyms.of(termsFrom(most)).length > 0) ?? 1;
    const own = termsFrom(length).slice(0, MAX_TERMS - terms);
    const instead = insteadOf(own, synonyms, telling).filter((other) => (more -= other.terms.length) >= 0);
    asked.push({ terms: own, least: length === 1 && said[at]!.isRun ? Math.ceil(own.length / 2) : 1, instead });
    terms += own.length;
    at += length;
  }
  return asked;
}

/** A rare synonym is worth no more than a usual one: it is not what was said. */
function insteadOf(own: readonly string[], synonyms: Synonyms, telling: Telling): Alternative[] {
  const most = telling(own);
  return synonyms.of(own).flatMap((terms) => {
    const so = telling(terms);
    return so === null ? [] : [{ terms, weight: SYNONYM_WEIGHT * Math.min(1, (most ?? so) / so) }];
  });
}

export const termsAsked = (asked: readonly Asked[]): string[] => asked.flatMap(({ terms }) => terms);
