import fc from 'fast-check';
import { changesSince, START, type Cursor } from '../../../src/selling/catalog/changes-since.js';
import type { Product } from '../../../src/selling/catalog/catalog.js';
import { CategoryTree, type Category } from '../../../src/selling/catalog/category-tree.js';
import { Languages } from '../../../src/selling/catalog/languages.js';
import { CatalogueFollower } from '../../../src/selling/search/catalogue-follower.js';
import { DocumentPack, unpacked } from '../../../src/selling/search/document-pack.js';
import { KeywordIndex, type Texts } from '../../../src/selling/search/keyword-index.js';
import { fewerWords, otherSpelling } from '../../../src/selling/search/other-words.js';
import { narrow, type Filters, type SearchEntry } from '../../../src/selling/search/search.js';
import { cosine, trainSemanticModel, vectorOf } from '../../../src/selling/search/semantic-model.js';
import { editDistance } from '../../../src/selling/search/spelling.js';
import { askedFor, Synonyms } from '../../../src/selling/search/synonyms.js';
import { termsOf, wordsOf } from '../../../src/selling/search/text.js';

const texts = (title: string, body = ''): Texts => ({ title, brand: '', category: '', attribute: '', body });
const ranked = (index: KeywordIndex, query: string) => [...index.score(askedFor(wordsOf(query), new Synonyms(), () => null))].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([id]) => id);

test.each([
  ['Side Tables', ['side', 'tabl']], ['hopping', ['hop']], ['batteries', ['battery']], ['12" pan', ['12', 'inch', 'pan']], ['1.75 inches', ['1.75', 'inch']], ['Café Crème', ['cafe', 'crem']], ["men's glasses", ['men', 'glass']],
])('%s is looked up as %j', (text, terms) => { expect(termsOf(text)).toEqual(terms); });

test('a number keeps its decimals, and a bare quotation mark is no inch', () => {
  expect(wordsOf('the "best" 5.5 ft rug')).toEqual(['the', 'best', '5.5', 'foot', 'rug']);
});

test('10,000 changes leave the same index as building it anew from what is left', () => {
  const words = ['oak', 'lamp', 'table', 'chair', 'wool', 'rug', 'glass', 'vase'];
  const index = new KeywordIndex();
  const living = new Map<string, string>();
  let state = 7;
  const random = (below: number) => { state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0; return (state >>> 8) % below; };
  for (let n = 0; n < 10_000; n++) {
    const id = `p${random(900)}`;
    if (random(3) === 0) { index.remove(id); living.delete(id); continue; }
    const title = Array.from({ length: 1 + random(4) }, () => words[random(8)]!).join(' ');
    index.put(id, texts(title));
    living.set(id, title);
  }
  const fresh = new KeywordIndex();
  for (const [id, title] of living) fresh.put(id, texts(title));

  expect(index.size).toBe(living.size);
  expect(index.vocabulary(() => true)).toEqual(fresh.vocabulary(() => true));
  for (const query of ['oak', 'wool rug', 'glass vase table']) expect(new Set(ranked(index, query))).toEqual(new Set(ranked(fresh, query)));
});

const entry = fc.record({
  id: fc.uuid(), brand: fc.option(fc.constantFrom('A', 'B', 'C')), inStock: fc.boolean(), price: fc.option(fc.integer({ min: 1, max: 100 })),
  colours: fc.uniqueArray(fc.constantFrom('red', 'green', 'blue'), { maxLength: 2 }), categoryIds: fc.uniqueArray(fc.constantFrom('c1', 'c2', 'c3'), { maxLength: 2 }),
}).map(({ price, colours, ...rest }): SearchEntry => ({
  ...rest, visible: true, status: 'active', name: rest.id, attributes: colours.length > 0 ? { colour: colours } : {}, priceRange: price === null ? {} : { EUR: { from: price, to: price } },
  rating: { average: 0, count: 0 }, createdAt: new Date(0),
}));
const some = (values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: 2 });
const filters = fc.record({ brands: some(['A', 'B']), colours: some(['red', 'blue']), category: fc.option(fc.constantFrom('c1', 'c2')), inStock: fc.option(fc.boolean()), priceFrom: fc.option(fc.nat(60)) });

test('hits and facet counts equal asking once for every value, on 2,000 random catalogues and filters', () => {
  fc.assert(fc.property(fc.array(entry, { maxLength: 30 }), filters, (entries, { brands, colours, category, inStock, priceFrom }) => {
    const chosen = (others: Partial<{ brands: string[]; colours: string[]; category: string | null; inStock: boolean | null }>): Filters => {
      const all = { brands, colours, category, inStock, ...others };
      return {
        brands: all.brands, attributes: all.colours.length > 0 ? { colour: all.colours } : {}, ...(all.category !== null && { category: all.category }),
        ...(all.inStock !== null && { inStock: all.inStock }), ...(priceFrom !== null && { priceFrom }),
      };
    };
    const count = (wanted: Filters) => entries.filter((one) => (!wanted.brands?.length || (one.brand !== null && wanted.brands.includes(one.brand)))
      && (!wanted.attributes['colour'] || ((one.attributes['colour'] ?? []) as string[]).some((colour) => wanted.attributes['colour']!.includes(colour)))
      && (wanted.category === undefined || one.categoryIds.includes(wanted.category)) && (wanted.inStock === undefined || one.inStock === wanted.inStock)
      && (wanted.priceFrom === undefined || (one.priceRange['EUR'] !== undefined && one.priceRange['EUR'].from >= wanted.priceFrom))).length;

    const { hits, facets } = narrow(entries, chosen({}), { currency: 'EUR', facets: ['brand', 'attr.colour', 'category', 'in_stock'] });

    expect(hits).toHaveLength(count(chosen({})));
    for (const { name, values } of facets) {
      for (const { value, count: counted } of values) {
        const alone = { brand: { brands: [value] }, 'attr.colour': { colours: [value] }, category: { category: value }, in_stock: { inStock: value === 'true' } }[name]!;
        expect(counted).toBe(count(chosen(alone)));
      }
    }
  }), { numRuns: 2_000, seed: 20_261_121 });
});

test('words that stand together in the title, and all of the words, are worth more than one of them twice', () => {
  const index = new KeywordIndex();
  index.put('both', texts('side table in oak'));
  index.put('apart', texts('table with a drawer at the side'));
  index.put('one', texts('table table lamp'));

  expect(ranked(index, 'side table')).toEqual(['both', 'apart', 'one']);
});

test('a word with thousands of synonyms is asked for with some, the own ones of the shop first', () => {
  const groups = Array.from({ length: 500 }, (_none, at) => ['lamp', `gizmo ${at}`, `gadget ${at} x`]);
  const [lamp, oak, rug] = askedFor(['lamp', 'oak', 'rug'], new Synonyms(groups), () => 1);

  expect([lamp!.instead.flatMap(({ terms }) => terms).length, lamp!.instead[0]]).toEqual([200, { terms: ['gizmo', '0'], weight: 0.5 }]);
  expect([oak, rug]).toEqual([{ terms: ['oak'], least: 1, instead: [] }, { terms: ['rug'], least: 1, instead: [] }]);
});

test.each([['lamp', 'lamp', 0], ['lamp', 'lmap', 1], ['lamp', 'lamps', 1], ['lamp', 'clamp', 1], ['lamp', 'vase', 3]])('%s and %s are %i edits apart, counted to two', (a, b, distance) => {
  expect(editDistance(a, b, 2)).toBe(distance);
});

const packed = (documents: readonly string[][]) => {
  const pack = new DocumentPack();
  for (const document of documents) pack.add(document);
  return pack.packed();
};

test('a model places words of the same company near each other, and the same catalogue gives the same model, in a thread as well', () => {
  const documents = Array.from({ length: 200 }, (_none, at) => [['sofa', 'couch', `s${at % 23}`], ['spade', 'rake', `t${at % 23}`], ['pan', 'skillet', `u${at % 23}`]][at % 3]!);
  const training = { dimensions: 8, minDocuments: 2, maxTerms: 100, rounds: 4, seed: 1 };
  const [model, again] = [trainSemanticModel(documents, training)!, trainSemanticModel(unpacked(packed(documents)), training)!];
  const near = (a: string, b: string) => cosine(vectorOf(model, [a])!, vectorOf(model, [b])!);

  expect(model.basis).toEqual(again.basis);
  expect(vectorOf(model, ['unheard'])).toBeNull();
  expect(near('sofa', 'couch')).toBeGreaterThan(0.9);
  expect(Math.abs(near('sofa', 'rake'))).toBeLessThan(0.1);
  expect(trainSemanticModel([['a']], training)).toBeNull();
});

test('documents are packed and unpacked as they were, empty ones too', () => {
  const documents = [['oak', 'lamp', 'oak'], [], Array.from({ length: 3_000 }, (_none, at) => `word ${at % 700}`), ['lamp']];

  expect(unpacked(packed(documents))).toEqual(documents);
});

const said = (words: string[]) => {
  const frequency = new Map(words.map((word, at) => [word, words.length - at]));
  return { frequency, nearest: (word: string, edits: number) => words.find((other) => editDistance(word, other, edits) <= edits) };
};
test.each([
  [['sidetable'], ['side table'], ['side']], [['tea', 'pott'], ['tea', 'pot'], ['tea']], [['cup', 'board'], ['cupboard'], null], [['the', 'tabel'], ['the', 'table'], null], [['oak'], null, null], [['xylqqq'], null, null], [['oak', 'xylqqq'], null, ['oak']],
])('%j that finds nothing may have meant %j, or %j', (words, spelling, fewer) => {
  const vocabulary = said(['oak', 'side', 'table', 'tea', 'pot', 'cupboard']);

  expect([otherSpelling(words, vocabulary), fewerWords(words, vocabulary)]).toEqual([spelling, fewer]);
});

const day = 86_400_000;
test('another name of a category is taken by what stands in it, and by nothing else', async () => {
  const at = new Date(0);
  const category = (id: string, name: string, parentId: string | null = null): Category => ({ id, name, slug: id, description: '', parentId, ancestors: parentId === null ? [] : [parentId], position: 0, version: 1, createdAt: at, updatedAt: at });
  const treeOf = (structure: number, ...categories: Category[]) => new CategoryTree(categories, { structure, labels: 0, words: {}, languages: [] }, new Languages([], 'en'));
  const product = (id: string, ...categoryIds: string[]) => ({ id, name: id, description: '', brand: null, categoryIds, attributes: {}, visible: true, visibleIn: [], version: 1, inStock: true, updatedAt: at }) as unknown as Product;
  const products = [product('a', 'chairs'), product('b', 'lamps'), product('c')];
  const [put, heard]: [string[], string[]] = [[], []];
  let tree = treeOf(1, category('seats', 'Seats'), category('chairs', 'Chairs', 'seats'), category('lamps', 'Lamps'));
  const follower = new CatalogueFollower({
    catalog: { categoryTree: () => Promise.resolve(tree), changesSince: async function* changes() { yield { found: products, resume: START }; } },
    engine: { put: ({ id }: { id: string }, { category: words }: Texts) => put.push(`${id}: ${words}`) } as never, tongues: { hear: (language: string) => heard.push(language) } as never, models: { info: () => Promise.resolve(null) } as never,
  });
  const follow = async () => { follower.lookAgain(); await follower.catchUp(); return put.splice(0); };

  expect(await follow()).toEqual(['a: Seats Chairs', 'b: Lamps', 'c: ']);
  tree = treeOf(2, category('seats', 'Sitting'), category('chairs', 'Chairs', 'seats'), category('lamps', 'Lamps'), category('new', 'New'));
  expect(await follow()).toEqual(['a: Sitting Chairs']);
  tree = treeOf(3, category('seats', 'Sitting'), category('chairs', 'Chairs'), category('lamps', 'Lamps'));
  expect([await follow(), await follow(), heard]).toEqual([['a: Chairs'], [], []]);
});

describe('who follows the changes of the catalogue', () => {
  const at = (ms: number) => new Date(20 * day + ms);
  /** `id@ms` was changed then; what is looked at is what was committed until then. */
  const follow = async (rows: string[], from: Cursor, { now = 0, failsAt = -1 } = {}) => {
    const all = rows.map((row) => ({ id: row.split('@')[0]!, updatedAt: at(Number(row.split('@')[1])) })).sort((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime());
    const read = (after: Date, id: string, limit: number) => Promise.resolve(all.filter((row) => row.updatedAt > after || (id !== '' && row.updatedAt.getTime() === after.getTime() && row.id > id)).slice(0, limit));
    let [seen, last, pages] = [[] as string[], from, 0];
    for await (const { found, resume } of changesSince(read, from, { now: () => at(now), step: 2 })) {
      if (pages++ === failsAt) break;
      seen = [...seen, ...found.map(({ id }) => id)];
      last = resume;
    }
    return { seen, last };
  };

  test.each([
    ['a full step that is the last', ['a@-200', 'b@-100'], -1], ['a step that is not full', ['a@-100'], -1], ['a failure after a full step', ['a@-200', 'b@-100', 'c@-50'], 1],
  ])('finds what was changed before and commits after %s, however late the next look is', async (_case, rows, failsAt) => {
    const first = await follow(rows, START, { failsAt });
    const second = await follow([...rows, 'late@-150'], first.last, { now: 3_600_000 });
    expect([first.seen.includes('late'), second.seen.includes('late')]).toEqual([false, true]);
  });

  test('reads nothing again that was settled, whatever the number of steps', async () => {
    const rows = ['a@-9000', 'b@-8000', 'c@-7000', 'd@-6000'];
    const first = await follow(rows, START);
    expect([first.seen, (await follow(rows, first.last)).seen, (await follow([], START)).last]).toEqual([['a', 'b', 'c', 'd'], [], START]);
  });
});
