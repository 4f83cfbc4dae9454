import { paddedSize } from './symmetric-inverse.js';

/** Baskets one after the other: basket b holds items [starts[b], starts[b + 1]), each product once. */
export type Baskets = Readonly<{ starts: Uint32Array; items: Uint32Array; ageDays: Float32Array }>;
/** For each product the words that describe it, with weights of unit length. */
export type Words = Readonly<{ postings: ReadonlyArray<readonly Posting[]> }>;
type Posting = Readonly<{ item: number; weight: number }>;

/** A word of more products tells little and costs much. */
const MOST_SHARE = 0.1;
const MOST_AT_LEAST = 50;

export function packBaskets(orders: ReadonlyArray<{ items: readonly number[]; ageDays: number }>): Baskets {
  const starts = new Uint32Array(orders.length + 1);
  orders.forEach(({ items }, at) => { starts[at + 1] = starts[at]! + items.length; });
  return { starts, items: Uint32Array.from(orders.flatMap(({ items }) => [...items])), ageDays: Float32Array.from(orders, ({ ageDays }) => ageDays) };
}

/** In how many baskets each product is. */
export function supportOf({ items }: Baskets, products: number): Uint32Array {
  const support = new Uint32Array(products);
  for (const item of items) support[item]! += 1;
  return support;
}

/** Words by inverse document frequency, each product's of unit length. */
export function wordsOf(texts: readonly string[]): Words {
  const documents = new Map<string, number[]>();
  texts.forEach((text, item) => {
    for (const word of new Set(text.toLowerCase().match(/\p{L}{2,}/gu))) {
      const known = documents.get(word);
      if (known) known.push(item);
      else documents.set(word, [item]);
    }
  });
  const most = Math.max(MOST_AT_LEAST, texts.length * MOST_SHARE);
  const kept = [...documents.values()].filter((items) => items.length > 1 && items.length <= most);
  const idf = kept.map((items) => Math.log(texts.length / items.length));
  const squares = new Float64Array(texts.length);
  kept.forEach((items, word) => { for (const item of items) squares[item]! += idf[word]! ** 2; });
  return { postings: kept.map((items, word) => items.map((item) => ({ item, weight: squares[item]! > 0 ? idf[word]! / Math.sqrt(squares[item]!) : 0 }))) };
}

/**
 * What the products of `place` have in common: baskets that hold both (a basket weighs size^-½, so that one of two hundred
 * lines does not drown two hundred small ones) and, `content` times, words that describe both. The lower triangle, padded.
 */
export function commonGround(baskets: Baskets, words: Words, place: Int32Array, size: number, { ridge, content, sizePower = 0.5 }: { ridge: number; content: number; sizePower?: number }): Float64Array {
  const n = paddedSize(size);
  const gram = new Float64Array(n * n);
  const add = (a: number, b: number, value: number) => { gram[Math.max(a, b) * n + Math.min(a, b)]! += value; };
  for (let basket = 0; basket + 1 < baskets.starts.length; basket++) {
    const held = places(baskets.items.subarray(baskets.starts[basket], baskets.starts[basket + 1]), place);
    const weight = held.length ** -sizePower;
    for (let i = 0; i < held.length; i++) for (let j = 0; j <= i; j++) add(held[i]!, held[j]!, weight);
  }
  for (const posting of words.postings) {
    const held = posting.flatMap(({ item, weight }) => (place[item]! >= 0 ? [{ at: place[item]!, weight }] : []));
    for (let i = 0; i < held.length; i++) for (let j = 0; j < i; j++) add(held[i]!.at, held[j]!.at, content * held[i]!.weight * held[j]!.weight);
  }
  for (let i = 0; i < n; i++) gram[i * n + i] = i < size ? gram[i * n + i]! + content + ridge : 1;
  return gram;
}

const places = (items: Uint32Array, place: Int32Array): number[] => [...items].flatMap((item) => (place[item]! >= 0 ? [place[item]!] : []));
