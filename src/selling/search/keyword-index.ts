import { PostingList } from './posting-list.js';
import { termsAsked, type Asked } from './synonyms.js';
import { formsOf, indexedTerms, isStopWord, wordsOf } from './text.js';

/** Where a word stands decides what it is worth. */
export const FIELDS = ['title', 'brand', 'category', 'attribute', 'body'] as const;
export type Field = (typeof FIELDS)[number];
export type Texts = Readonly<Record<Field, string>>;
export type Tuning = Readonly<{
  k1: number;
  /** `weight` multiplies the count of a word in the field, `b` says how far a long field is discounted. */
  fields: Readonly<Record<Field, Readonly<{ weight: number; b: number }>>>;
  /** What words that stand together in the title as in the query are worth, and having all of the query. */
  proximity: number; coverage: number;
}>;

/** Chosen on the judged queries of the catalogue; `npm run evaluate -- search` measures them. */
export const TUNING: Tuning = {
  k1: 1.2,
  fields: {
    title: { weight: 3, b: 0.6 }, brand: { weight: 2, b: 0.3 }, category: { weight: 0.6, b: 0.4 }, attribute: { weight: 1, b: 0.3 }, body: { weight: 0.6, b: 0.5 },
  },
  proximity: 0.45,
  coverage: 0.5,
};

type Worth = { score: number; matched: number; terms: number };
/** How many documents say a word, and how it is written where that is not as it is compared: the most usual way. */
export type Vocabulary = Readonly<{ frequency: ReadonlyMap<string, number>; forms: ReadonlyMap<string, string> }>;
type Document = { id: string; alive: boolean; lengths: Uint32Array; title: Uint32Array; words: Uint32Array };

/** How many dead documents are carried along before the lists are written anew. */
const DEAD_SHARE = 0.2;
const DEAD_AT_LEAST = 500;

/** An inverted index in memory, ranked by BM25F: S. Robertson and H. Zaragoza, The Probabilistic Relevance Framework (2009). */
export class KeywordIndex {
  private readonly termIds = new Map<string, number>();
  private postings: PostingList[] = [];
  /** As they are written. */
  private readonly wordIds = new Map<string, number>();
  /** As they are compared, where that is not as they are written. */
  private readonly comparedAs = new Map<number, string>();
  private documents: Document[] = [];
  private byId = new Map<string, number>();
  private readonly totals = new Float64Array(FIELDS.length);

  constructor(private readonly tuning = TUNING) {}

  get size(): number {
    return this.byId.size;
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  put(id: string, texts: Texts): void {
    this.remove(id);
    const doc = this.documents.length;
    const counts = new Map<number, number[]>();
    const written = new Set<string>();
    const forms = new Map<string, string>();
    const lengths = new Uint32Array(FIELDS.length);
    let title: number[] = [];
    FIELDS.forEach((field, at) => {
      const words = wordsOf(texts[field]).filter((word) => !isStopWord(word));
      const terms = words.flatMap((word) => indexedTerms(word).map((term) => this.termId(term)));
      if (field === 'title') title = terms;
      if (field !== 'body') {
        for (const word of words) written.add(word);
        for (const [word, form] of formsOf(texts[field])) forms.set(word, form);
      }
      for (const term of terms) {
        const count = counts.get(term) ?? [0, 0, 0, 0, 0];
        count[at]! += 1;
        counts.set(term, count);
      }
      lengths[at] = terms.length;
      this.totals[at]! += terms.length;
    });
    for (const [term, count] of counts) this.postings[term]!.add(doc, count);
    this.documents.push({ id, alive: true, lengths, title: Uint32Array.from(title), words: Uint32Array.from(written, (word) => this.wordId(word, forms.get(word))) });
    this.byId.set(id, doc);
  }

  remove(id: string): void {
    const at = this.byId.get(id);
    if (at === undefined) return;
    const document = this.documents[at]!;
    document.alive = false;
    document.lengths.forEach((length, field) => { this.totals[field]! -= length; });
    this.byId.delete(id);
    if (this.documents.length - this.size > Math.max(DEAD_AT_LEAST, this.documents.length * DEAD_SHARE)) this.compact();
  }

  /** The words of all but the long texts. */
  vocabulary(counts: (id: string) => boolean): Vocabulary {
    const frequencies = new Uint32Array(this.wordIds.size);
    for (const { id, alive, words } of this.documents) if (alive && counts(id)) for (const word of words) frequencies[word]! += 1;
    const frequency = new Map<string, number>();
    const forms = new Map<string, string>();
    const most = new Map<string, number>();
    for (const [form, at] of this.wordIds) {
      const count = frequencies[at]!;
      if (count === 0) continue;
      const word = this.comparedAs.get(at) ?? form;
      frequency.set(word, (frequency.get(word) ?? 0) + count);
      if (count <= (most.get(word) ?? 0)) continue;
      most.set(word, count);
      if (form === word) forms.delete(word);
      else forms.set(word, form);
    }
    return { frequency, forms };
  }

  /** How many documents have all of these terms, counted no further than `most`. */
  count(terms: readonly string[], counts: (id: string) => boolean, most: number): number {
    const [first, ...others] = terms.map((term) => this.listOf(term));
    let so = 0;
    first?.some((doc) => {
      const { alive, id } = this.documents[doc]!;
      if (alive && others.every((list) => list?.has(doc)) && counts(id)) so += 1;
      return so >= most;
    });
    return so;
  }

  /** How telling these terms are together; null where no document has one of them. */
  telling(terms: readonly string[]): number | null {
    return terms.every((term) => (this.listOf(term)?.size ?? 0) > 0) ? terms.reduce((so, term) => so + this.idf(term), 0) : null;
  }

  /** How many documents have all of these terms. */
  together(terms: readonly string[]): number {
    const lists = terms.map((term) => this.listOf(term));
    if (lists.some((list) => list === undefined)) return 0;
    const [shortest, ...others] = (lists as PostingList[]).sort((a, b) => a.size - b.size);
    let so = 0;
    shortest!.forEach((doc) => { if (this.documents[doc]!.alive && others.every((list) => list.has(doc))) so += 1; });
    return so;
  }

  /** The term that the fewest documents have; none where one of them is in no document. */
  rarest(terms: readonly string[]): string | undefined {
    const sizes = terms.map((term) => ({ term, size: this.listOf(term)?.size ?? 0 }));
    return sizes.some(({ size }) => size === 0) ? undefined : sizes.sort((a, b) => a.size - b.size)[0]?.term;
  }

  /** Documents that have the term, at most so many. */
  idsOf(term: string, most: number): string[] {
    const ids: string[] = [];
    this.listOf(term)?.forEach((doc) => { if (ids.length < most && this.documents[doc]!.alive) ids.push(this.documents[doc]!.id); });
    return ids;
  }

  /** Every document that says any of what is asked for, with what it is worth for it. */
  score(asked: readonly Asked[]): Map<string, number> {
    const average = this.totals.map((total) => total / Math.max(1, this.size) || 1);
    const scores = new Map<number, Worth>();
    let whole = 0;
    for (const one of asked) {
      whole += one.terms.reduce((so, term) => so + this.idf(term), 0);
      if (one.least === 1 && one.instead.length === 0) for (const term of one.terms) this.add(scores, term, average);
      else for (const [doc, { score, matched, terms }] of this.worths(one, average)) sumUp(scores, doc, score, matched, terms);
    }
    const terms = termsAsked(asked);
    const pairs = terms.slice(1).map((term, at) => [this.termIds.get(terms[at]!), this.termIds.get(term)] as const);
    return new Map([...scores].map(([doc, { score, matched }]) => {
      const { id, title } = this.documents[doc]!;
      return [id, score * (1 + this.tuning.proximity * togetherIn(title, pairs)) * (1 - this.tuning.coverage + this.tuning.coverage * (whole === 0 ? 0 : matched / whole))];
    }));
  }

  /** The word itself or what is said in its stead, whichever is worth more. */
  private worths({ terms, least, instead }: Asked, average: Float64Array): Map<number, Worth> {
    const worths = new Map<number, Worth>();
    for (const term of terms) this.add(worths, term, average);
    if (least > 1) for (const [doc, worth] of worths) if (worth.terms < least) worths.delete(doc);
    for (const other of instead) {
      const found = new Map<number, Worth>();
      for (const term of other.terms) this.add(found, term, average);
      for (const [doc, worth] of found) {
        if (worth.terms < other.terms.length || worth.score * other.weight <= (worths.get(doc)?.score ?? 0)) continue;
        worths.set(doc, { ...worth, score: worth.score * other.weight, matched: worth.matched * other.weight });
      }
    }
    return worths;
  }

  private add(scores: Map<number, Worth>, term: string, average: Float64Array): void {
    const idf = this.idf(term);
    this.listOf(term)?.forEach((doc, counts) => {
      const document = this.documents[doc]!;
      if (!document.alive) return;
      const so = this.frequency(counts, document.lengths, average);
      sumUp(scores, doc, idf * (so * (this.tuning.k1 + 1)) / (so + this.tuning.k1), idf, 1);
    });
  }

  private idf(term: string): number {
    const n = Math.max(1, this.size);
    const frequency = Math.min(n, this.listOf(term)?.size ?? 0);
    return Math.log(1 + (n - frequency + 0.5) / (frequency + 0.5));
  }

  private frequency(counts: readonly number[], lengths: Uint32Array, average: Float64Array): number {
    let so = 0;
    for (let at = 0; at < FIELDS.length; at++) {
      const count = counts[at]!;
      if (count === 0) continue;
      const { weight, b } = this.tuning.fields[FIELDS[at]!];
      so += weight * count / (1 - b + b * lengths[at]! / average[at]!);
    }
    return so;
  }

  private listOf(term: string): PostingList | undefined {
    const at = this.termIds.get(term);
    return at === undefined ? undefined : this.postings[at];
  }

  private termId(term: string): number {
    const at = idOf(this.termIds, term);
    this.postings[at] ??= new PostingList();
    return at;
  }

  private wordId(word: string, form = word): number {
    const at = idOf(this.wordIds, form);
    if (form !== word) this.comparedAs.set(at, word);
    return at;
  }

  /** Numbers the living anew and forgets the dead. */
  private compact(): void {
    const numbers = new Int32Array(this.documents.length).fill(-1);
    const living: Document[] = [];
    this.documents.forEach((document, at) => {
      if (!document.alive) return;
      numbers[at] = living.length;
      living.push(document);
    });
    this.documents = living;
    this.byId = new Map(living.map(({ id }, at) => [id, at]));
    this.postings = this.postings.map((list) => list.renumbered(numbers));
  }
}

function idOf(ids: Map<string, number>, text: string): number {
  const known = ids.get(text);
  if (known !== undefined) return known;
  ids.set(text, ids.size);
  return ids.size - 1;
}

function sumUp(scores: Map<number, Worth>, doc: number, score: number, matched: number, terms: number): void {
  const known = scores.get(doc);
  if (known) { known.score += score; known.matched += matched; known.terms += terms; } else scores.set(doc, { score, matched, terms });
}

/** The share of the neighbours in the query that are neighbours in the title too. */
function togetherIn(title: Uint32Array, pairs: ReadonlyArray<readonly [number | undefined, number | undefined]>): number {
  if (pairs.length === 0) return 0;
  let so = 0;
  for (const [first, second] of pairs) {
    for (let at = 0; at + 1 < title.length; at++) if (title[at] === first && title[at + 1] === second) { so += 1; break; }
  }
  return so / pairs.length;
}
