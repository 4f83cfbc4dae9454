import { isRun, isStopWord, stem, termsOfWord } from './text.js';

/** What the corrections look at: how many documents say a word, and how many have all of these terms. */
export type Corpus = Readonly<{
  words: ReadonlyMap<string, number>; together(terms: readonly string[]): number;
  /** How many say a word that is none of `words`: nothing is put right to it, but it need be no mistake. */
  elsewhere(word: string): number;
}>;
export type Correction = Readonly<{ words: readonly string[]; changed: boolean }>;

/** A shorter word has too many neighbours to guess. */
const SHORTEST = 4;
const LONG = 8;
/** A word that so many products say is no mistake. */
export const WELL_KNOWN = 25;
/** A word that the catalogue knows is only replaced by one that fits the rest of the query that much better. */
const CLEARLY_BETTER = 8;

type Entry = { word: string; mask: number; frequency: number };

/** Words of the catalogue near to what was typed. */
export class Spelling {
  private readonly byLength = new Map<number, Entry[]>();

  constructor(private readonly corpus: Corpus) {
    for (const [word, frequency] of corpus.words) {
      if (word.length < SHORTEST - 1 || /\d/.test(word) || isRun(word)) continue;
      const bucket = this.byLength.get(word.length);
      const entry = { word, mask: maskOf(word), frequency };
      if (bucket) bucket.push(entry);
      else this.byLength.set(word.length, [entry]);
    }
  }

  /** Puts right what nobody in the catalogue says, or what says nothing together with the other words. */
  correct(words: readonly string[]): Correction {
    const corrected = words.map((word, at) => this.best(word, words.filter((_other, other) => other !== at)));
    return { words: corrected, changed: corrected.some((word, at) => word !== words[at]) };
  }

  /** The likeliest of the words that are so near; none for what is too short to guess. */
  nearest(word: string, edits: number): string | undefined {
    if (word.length < SHORTEST || /\d/.test(word) || isRun(word)) return undefined;
    const [best] = this.near(word, edits).map(({ entry, distance }) => ({ word: entry.word, worth: this.fit(entry.word, entry.frequency, [], distance) })).sort((a, b) => b.worth - a.worth || (a.word < b.word ? -1 : 1));
    return best?.word;
  }

  private best(word: string, others: readonly string[]): string {
    if (word.length < SHORTEST || /\d/.test(word) || isStopWord(word) || isRun(word)) return word;
    const known = this.corpus.words.get(word) ?? this.corpus.elsewhere(word);
    if (known >= WELL_KNOWN) return word;
    const context = others.filter((other) => !isStopWord(other)).flatMap(termsOfWord);
    const own = this.fit(word, known, context, 0);
    let best = { word, worth: known === 0 ? 0 : own * CLEARLY_BETTER };
    for (const { entry, distance } of this.near(word, known > 0 ? 1 : undefined)) {
      if (stem(entry.word) === stem(word)) continue;
      const worth = this.fit(entry.word, entry.frequency, context, distance);
      if (worth > best.worth) best = { word: entry.word, worth };
    }
    return best.word;
  }

  /** How often the word stands with the rest of the query; alone, how often it stands at all. */
  private fit(word: string, frequency: number, context: readonly string[], distance: number): number {
    const together = context.length === 0 ? 0 : context.reduce((so, other) => so + this.corpus.together([stem(word), other]), 0);
    return (together * 10 + frequency / 10 + 0.01) / 8 ** Math.max(0, distance - 1);
  }

  private near(word: string, limit = word.length >= LONG ? 2 : 1): Array<{ entry: Entry; distance: number }> {
    const mask = maskOf(word);
    const found: Array<{ entry: Entry; distance: number }> = [];
    for (let length = word.length - limit; length <= word.length + limit; length++) {
      for (const entry of this.byLength.get(length) ?? []) {
        // Each edit changes at most two letters of the set, so most words need no closer look.
        if (bits(entry.mask ^ mask) > 2 * limit || entry.word === word) continue;
        const distance = editDistance(word, entry.word, limit);
        if (distance <= limit) found.push({ entry, distance });
      }
    }
    return found;
  }
}

/** Insertions, deletions, replacements and neighbours swapped (F. Damerau, 1964); stops counting beyond the limit. */
export function editDistance(a: string, b: string, limit: number): number {
  let [beforeLast, last] = [new Array<number>(b.length + 1).fill(0), Array.from({ length: b.length + 1 }, (_none, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}

function maskOf(word: string): number {
  let mask = 0;
  for (let at = 0; at < word.length; at++) mask |= 1 << (word.charCodeAt(at) % 32);
  return mask;
}

function bits(mask: number): number {
  let left = mask - ((mask >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return (((left + (left >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
