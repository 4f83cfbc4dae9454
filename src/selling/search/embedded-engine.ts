import { arranged } from './arrangement.js';
import { mayFind, type Audience, type Language, type SearchEngine, type SearchRequest, type SearchResult, type SuggestionRequest, type Suggestions, type Understanding } from './engine.js';
import { KeywordIndex, FIELDS, type Texts } from './keyword-index.js';
import { fewerWords, otherSpelling } from './other-words.js';
import { comparing, narrow, type SearchEntry } from './search.js';
import { cosine, vectorOf, type SemanticModel } from './semantic-model.js';
import { soundOf } from './phonetic.js';
import { Spelling, WELL_KNOWN } from './spelling.js';
import { askedFor, Synonyms, termsAsked, type Asked, type SynonymGroup } from './synonyms.js';
import { formsOf, isStopWord, MAX_TERMS, stem, termsOf, termsOfWord, wordsOf } from './text.js';
import type { Hearing } from './voice.js';

/** What the direction of the words is worth beside the words themselves; the best match by words counts 1. */
export const SEMANTIC_WEIGHT = 0.6;
/** Nearer than that is worth showing although no word of the query is said. */
export const NEAR = 0.45;
/** Less than this share of the best is noise. */
export const NOISE = 0.08;
/** A changed vocabulary is counted anew at most so often, and so rarely that the counting takes 2 % of the time. */
const VOCABULARY_MS = 300;
const KEPT_FOR_TIMES = 50;
/** So many of the nearest are told to another engine. */
const NEAREST = 500;

type Words = { until: number; revision: number; sorted: readonly string[]; frequency: ReadonlyMap<string, number>; forms: ReadonlyMap<string, string>; spelling: Spelling; sounds?: ReadonlyMap<string, readonly string[]> };
/** Enough names to know how often words stand side by side. */
const NAMES_READ = 1_000;

/** Search without a server: everything is in the memory of the process, and follows the catalogue. */
export class EmbeddedEngine implements SearchEngine, Language {
  readonly name = 'embedded';
  private readonly index = new KeywordIndex();
  private readonly entries = new Map<string, SearchEntry>();
  private readonly vectors = new Map<string, Float32Array>();
  private readonly words = new Map<Audience, Words>();
  /** Names in stems, for those that were asked for. */
  private readonly names = new WeakMap<SearchEntry, string>();
  private model: SemanticModel | null = null;
  private synonyms = new Synonyms();
  private revision = 0;

  constructor(private readonly clock: () => number = Date.now) {}

  get size(): number {
    return this.entries.size;
  }

  find(id: string): SearchEntry | undefined {
    return this.entries.get(id);
  }

  /** Whether anything has a price in it. */
  sellsIn(currency: string): boolean {
    for (const { priceRange } of this.entries.values()) if (priceRange[currency]) return true;
    return false;
  }

  put(entry: SearchEntry, texts: Texts): void {
    this.entries.set(entry.id, entry);
    this.index.put(entry.id, texts);
    this.revision += 1;
    const terms = trainingTerms(texts);
    const vector = this.model && vectorOf(this.model, terms);
    if (vector) this.vectors.set(entry.id, vector);
    else this.vectors.delete(entry.id);
  }

  /** The words that the shop says for one thing, beside those that come with the search. */
  learn(groups: readonly SynonymGroup[]): void {
    this.synonyms = new Synonyms(groups);
  }

  /** Places what is indexed in the space of another model, a little at a time; until then the old one answers. */
  async takeOver(model: SemanticModel, textsOf: AsyncIterable<{ id: string; texts: Texts }>): Promise<void> {
    const vectors = new Map<string, Float32Array>();
    for await (const { id, texts } of textsOf) {
      const vector = vectorOf(model, trainingTerms(texts));
      if (vector) vectors.set(id, vector);
    }
    this.model = model;
    this.vectors.clear();
    for (const [id, vector] of vectors) this.vectors.set(id, vector);
  }

  search({ text, filters, facets, currency, audience, sort, skip, take, arrangement }: SearchRequest): SearchResult {
    const { scores, correctedTo, mode } = this.rank(text, audience);
    const isArranged = arrangement && sort === 'relevance';
    const candidates = this.candidates(scores, audience, isArranged ? arrangement.pins.map(({ id }) => id) : []);
    const { hits: found, facets: counted } = narrow(candidates, filters, { currency, facets });
    found.sort(comparing(sort === 'relevance' && !scores ? '-createdAt' : sort, currency, (id) => scores?.get(id) ?? 0));
    const hits = isArranged ? arranged(found, arrangement) : found;
    return { ids: hits.slice(skip, skip + take).map(({ id }) => id), total: hits.length, facets: counted, mode, ...(correctedTo !== undefined && { correctedTo }) };
  }

  /** What the last word may become, with the words before it; and products that say all of it. */
  suggest({ text, audience, take }: SuggestionRequest): Suggestions {
    const typed = wordsOf(text);
    const last = typed.at(-1);
    if (last === undefined) return { queries: [], ids: [] };
    const before = this.vocabulary(audience).spelling.correct(typed.slice(0, -1)).words;
    const completions = this.completions(last, before, audience).slice(0, take);
    const [best] = completions;
    const scores = this.index.score(this.asked([...before, best ?? last]));
    const ids = [...this.candidates(scores, audience)].sort(comparing('relevance', '', (id) => scores.get(id)!)).slice(0, take).map(({ id }) => id);
    return { queries: completions.map((word) => this.written([...before, word], audience)), ids };
  }

  understand(text: string, audience: Audience): Understanding {
    const words = wordsOf(text).slice(0, MAX_TERMS);
    if (words.length === 0) return { asked: null, near: null };
    const corrected = this.vocabulary(audience).spelling.correct(words);
    const asked = this.asked(corrected.words);
    return { asked, near: this.nearest(termsAsked(asked)), ...(corrected.changed && { correctedTo: this.written(corrected.words, audience, text) }) };
  }

  asked(words: readonly string[]): Asked[] {
    return askedFor(words, this.synonyms, (terms) => this.index.telling(terms));
  }

  /** A word of nobody's as it stands in `typed`. */
  written(words: readonly string[], audience: Audience, typed = ''): string {
    const { forms } = this.vocabulary(audience);
    const own = formsOf(typed);
    return words.map((word) => forms.get(word) ?? own.get(word) ?? word).join(' ');
  }

  /** What else may have been meant by words that find nothing, as far as this audience may know. */
  otherwise(words: readonly string[], audience: Audience): { spelling: string[] | null; fewer: string[] | null } {
    const { frequency, spelling } = this.vocabulary(audience);
    const vocabulary = { frequency, nearest: spelling.nearest.bind(spelling) };
    const written = (found: string[] | null) => found && this.written(found.join(' ').split(' '), audience).split(' ');
    return { spelling: written(otherSpelling(words, vocabulary)), fewer: written(fewerWords(words, vocabulary)) };
  }

  correct(words: readonly string[], audience: Audience): readonly string[] {
    return this.vocabulary(audience).spelling.correct(words).words;
  }

  /** What helps to understand speech, of what this audience may know. */
  hearing(audience: Audience): Hearing {
    const words = this.vocabulary(audience);
    return {
      known: (word) => words.frequency.get(word) ?? Number(this.isSynonymOfSeen(word, audience)),
      together: (all) => this.index.together(all.filter((word) => !isStopWord(word)).flatMap(termsOfWord)),
      said: (all) => this.sideBySide(all.map(stem), audience),
      usual: (most) => [...words.frequency].sort(([, a], [, b]) => b - a).slice(0, most).map(([word]) => word),
      soundingLike: (word) => (words.sounds ??= bySound(words.frequency)).get(soundOf(word)) ?? [],
    };
  }

  private sideBySide(stems: readonly string[], audience: Audience): number {
    const phrase = ` ${stems.join(' ')} `;
    const rarest = this.index.rarest(stems.filter((one) => !isStopWord(one)));
    if (rarest === undefined) return 0;
    return this.index.idsOf(rarest, NAMES_READ).filter((id) => this.isSeen(id, audience) && this.nameOf(this.entries.get(id)!).includes(phrase)).length;
  }

  private nameOf(entry: SearchEntry): string {
    const known = this.names.get(entry);
    if (known !== undefined) return known;
    const name = ` ${wordsOf(entry.name).map(stem).join(' ')} `;
    this.names.set(entry, name);
    return name;
  }

  /** Null for a search without words, which everything matches. */
  private rank(text: string, audience: Audience): { scores: Map<string, number> | null; correctedTo?: string; mode: SearchResult['mode'] } {
    const words = wordsOf(text).slice(0, MAX_TERMS);
    if (words.length === 0) return { scores: null, mode: 'keyword' };
    const corrected = this.vocabulary(audience).spelling.correct(words);
    const asked = this.asked(corrected.words);
    const scores = this.withMeaning(this.index.score(asked), termsAsked(asked));
    return { scores, mode: this.model ? 'hybrid' : 'keyword', ...(corrected.changed && { correctedTo: this.written(corrected.words, audience, text) }) };
  }

  private withMeaning(byWords: Map<string, number>, terms: readonly string[]): Map<string, number> {
    let most = 0;
    for (const score of byWords.values()) if (score > most) most = score;
    const meant = this.model && vectorOf(this.model, terms);
    const scores = new Map<string, number>();
    for (const [id, score] of byWords) {
      const vector = meant && this.vectors.get(id);
      const share = score / most;
      if (share >= NOISE) scores.set(id, share + (vector ? SEMANTIC_WEIGHT * cosine(meant, vector) : 0));
    }
    if (!meant) return scores;
    for (const [id, vector] of this.vectors) {
      if (scores.has(id)) continue;
      const near = cosine(meant, vector);
      if (near >= NEAR) scores.set(id, (byWords.get(id) ?? 0) / (most || 1) + SEMANTIC_WEIGHT * near);
    }
    return scores;
  }

  private nearest(terms: readonly string[]): Map<string, number> | null {
    if (!this.model) return null;
    const meant = vectorOf(this.model, terms);
    const near: Array<[string, number]> = [];
    if (meant) for (const [id, vector] of this.vectors) { const so = cosine(meant, vector); if (so > 0) near.push([id, so]); }
    return new Map(near.sort(([, a], [, b]) => b - a).slice(0, NEAREST));
  }

  private *candidates(scores: ReadonlyMap<string, number> | null, audience: Audience, pinned: readonly string[] = []): Generator<SearchEntry> {
    for (const id of (scores ?? this.entries).keys()) {
      const entry = this.entries.get(id);
      if (entry && mayFind(audience, entry)) yield entry;
    }
    for (const id of new Set(pinned)) {
      const entry = scores?.has(id) === false ? this.entries.get(id) : undefined;
      if (entry && mayFind(audience, entry)) yield entry;
    }
  }

  /** Words that begin so, the most usual in this company first; when there are none, the nearest spellings. */
  private completions(prefix: string, before: readonly string[], audience: Audience): string[] {
    const { sorted, frequency, spelling } = this.vocabulary(audience);
    const context = before.filter((word) => !isStopWord(word)).flatMap(termsOfWord);
    const begun: string[] = [];
    for (let at = firstFrom(sorted, prefix); at < sorted.length && sorted[at]!.startsWith(prefix); at++) begun.push(sorted[at]!);
    const usual = begun.sort((a, b) => frequency.get(b)! - frequency.get(a)!).slice(0, 60);
    const fitting = context.length === 0 ? usual : usual
      .map((word) => ({ word, worth: this.index.together([...context, ...termsOfWord(word)]) })).filter(({ worth }) => worth > 0).sort((a, b) => b.worth - a.worth).map(({ word }) => word);
    const found = fitting.length > 0 ? fitting : usual;
    const { words: [near], changed } = found.length > 0 ? { words: [prefix], changed: false } : spelling.correct([prefix]);
    return changed ? [near!] : found;
  }

  /** How many say a word in their long texts alone; what is said for a word of the catalogue needs no product that says it. */
  private elsewhere(word: string, audience: Audience): number {
    return this.isSynonymOfSeen(word, audience) ? WELL_KNOWN : this.index.count(termsOfWord(word), (id) => this.isSeen(id, audience), WELL_KNOWN);
  }

  private isSynonymOfSeen(word: string, audience: Audience): boolean {
    return this.synonyms.of(termsOfWord(word)).some((terms) => this.index.count(terms, (id) => this.isSeen(id, audience), 1) > 0);
  }

  private isSeen(id: string, audience: Audience): boolean {
    const entry = this.entries.get(id);
    return entry !== undefined && mayFind(audience, entry);
  }

  /** What this audience may be told that it exists. */
  private vocabulary(audience: Audience): Words {
    const known = this.words.get(audience);
    if (known && (known.revision === this.revision || this.clock() < known.until)) return known;
    const begun = this.clock();
    const { frequency, forms } = this.index.vocabulary((id) => this.isSeen(id, audience));
    const spelling = new Spelling({ words: frequency, together: (terms) => this.index.together(terms), elsewhere: (word) => this.elsewhere(word, audience) });
    const sorted = [...frequency.keys()].sort();
    const made = { until: this.clock() + Math.max(VOCABULARY_MS, (this.clock() - begun) * KEPT_FOR_TIMES), revision: this.revision, sorted, frequency, forms, spelling };
    this.words.set(audience, made);
    return made;
  }
}

/** What a product is called says more of what it is than what is written about it. */
export const trainingTerms = (texts: Texts): string[] => [...termsOf(texts.title), ...FIELDS.flatMap((field) => termsOf(texts[field]))];

function bySound(frequency: ReadonlyMap<string, number>): ReadonlyMap<string, readonly string[]> {
  const sounds = new Map<string, string[]>();
  for (const word of frequency.keys()) {
    if (/\d/.test(word) || word.length < 3) continue;
    const sound = soundOf(word);
    const known = sounds.get(sound);
    if (known) known.push(word);
    else sounds.set(sound, [word]);
  }
  return sounds;
}

/** Binary search: where words from this one on begin. */
function firstFrom(sorted: readonly string[], prefix: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}
