import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedEngine, trainingTerms } from '../../../src/selling/search/embedded-engine.js';
import type { SearchEngine, SearchRequest } from '../../../src/selling/search/engine.js';
import type { Texts } from '../../../src/selling/search/keyword-index.js';
import { documentOf } from '../../../src/selling/search/opensearch/index-shape.js';
import { OpenSearchEngine } from '../../../src/selling/search/opensearch/opensearch-engine.js';
import { SearchServer } from '../../../src/selling/search/opensearch/search-server.js';
import { SORTS, type Filters, type SearchEntry } from '../../../src/selling/search/search.js';
import { trainSemanticModel } from '../../../src/selling/search/semantic-model.js';
import { startSearchNode } from '../../support/search-node/index.js';
import { openShop, type Shop } from '../../support/shop.js';

/** One suite for both engines. The server is a real one where Java is; without it its half is skipped, and says so. */
const node = await startSearchNode();
const missing = 'missing' in node ? node.missing : null;
const server = 'missing' in node ? null : new SearchServer({ url: node.url, username: '', password: '', timeoutMs: 20_000 });
afterAll(async () => {
  await server?.close();
  if (!('missing' in node)) await node.stop();
});

type Product = { entry: SearchEntry; texts: Texts };
type Filled = { engine: SearchEngine; embedded: EmbeddedEngine; change(product: Product): Promise<void> };

const embeddedOf = (products: readonly Product[]): EmbeddedEngine => {
  const engine = new EmbeddedEngine();
  for (const { entry, texts } of products) engine.put(entry, texts);
  return engine;
};

async function fillEmbedded(products: readonly Product[]): Promise<Filled> {
  const engine = embeddedOf(products);
  return { engine, embedded: engine, change: async ({ entry, texts }) => { engine.put(entry, texts); } };
}

let indexes = 0;
async function fillServer(products: readonly Product[]): Promise<Filled> {
  const index = `conformance-${indexes += 1}`;
  let version = 1;
  const writeOf = ({ entry, texts }: Product) => ({ id: entry.id, version, document: documentOf(entry, texts) });
  await server!.createIndex(index);
  for (let at = 0; at < products.length; at += 2_000) await server!.write(index, products.slice(at, at + 2_000).map(writeOf), { isAlias: false });
  await server!.refresh(index);
  const embedded = embeddedOf(products);
  const engine = new OpenSearchEngine({ server: server!, alias: index, understand: embedded.understand.bind(embedded), correct: embedded.correct.bind(embedded) });
  const change = async (product: Product) => {
    embedded.put(product.entry, product.texts);
    version += 1;
    await server!.write(index, [writeOf(product)], { isAlias: false });
    await server!.refresh(index);
  };
  return { engine, embedded, change };
}

let made = 0;
function product(name: string, { body = '', attribute = '', ...entry }: Partial<SearchEntry> & { body?: string; attribute?: string } = {}): Product {
  made += 1;
  const id = entry.id ?? made.toString(16).padStart(24, '0');
  return {
    entry: { visible: true, status: 'active', name, categoryIds: [], brand: null, attributes: {}, priceRange: {}, inStock: true, rating: { average: 0, count: 0 }, createdAt: new Date(made * 1_000), ...entry, id },
    texts: { title: name, brand: entry.brand ?? '', category: '', attribute, body },
  };
}

const ask = (wanted: Partial<SearchRequest>): SearchRequest => ({ text: '', filters: { attributes: {} }, facets: [], currency: 'EUR', audience: 'public', sort: 'relevance', skip: 0, take: 50, ...wanted });

const SHELF = [
  product('Walnut side tables', { brand: 'Nord', categoryIds: ['rooms', 'tables'], createdAt: new Date(9_000) }), product('Oak lamp', { brand: 'Sued', body: 'Stands on every side table.' }), product('Wool blanket', { brand: 'Nord' }),
  product('Porcelain teapot', { brand: 'Sued', categoryIds: ['kitchen'] }), product('Bamboo cutting board'), product('Bamboo curtain'), product('Steel curling iron'),
  product('Zeppelin ornament', { visible: false, status: 'draft', brand: 'Hidden' }), product('Wholesale gadget', { visible: false, visibleIn: ['b2b'] }),
];
const idOf = (name: string) => SHELF.find(({ entry }) => entry.name === name)!.entry.id;
const nameOf = new Map(SHELF.map(({ entry }) => [entry.id, entry.name]));

const engines = [['embedded', fillEmbedded, null], ['opensearch', fillServer, missing]] as const;
describe.each(engines.map(([name, fill, why]) => ({ title: why === null ? name : `${name} (skipped: ${why})`, fill, why })))('$title', ({ fill, why }) => {
  const check = why === null ? test : test.skip;
  let shelf: Filled;
  beforeAll(async () => { if (why === null) shelf = await fill(SHELF); });
  const found = async (wanted: Partial<SearchRequest>) => (await shelf.engine.search(ask(wanted))).ids.map((id) => nameOf.get(id));

  check('the title counts more than the description, plural and case do not, and a word that says nothing finds nothing', async () => {
    expect(await found({ text: 'Side TABLE' })).toEqual(['Walnut side tables', 'Oak lamp']);
    expect(await found({ text: 'the' })).toEqual([]);
    expect(await found({ text: 'spaceship' })).toEqual([]);
    expect((await shelf.engine.search(ask({ text: 'side table' }))).mode).toBe('keyword');
  });

  check('a spelling mistake is put right and told', async () => {
    expect(await shelf.engine.search(ask({ text: 'porcelian teepot' }))).toMatchObject({ ids: [idOf('Porcelain teapot')], total: 1, correctedTo: 'porcelain teapot' });
    expect((await shelf.engine.search(ask({ text: 'porcelain teapot' }))).correctedTo).toBeUndefined();
  });

  check('drafts are for staff, and what a channel sells for that channel: neither found, counted, suggested nor used for spelling', async () => {
    expect(await shelf.engine.search(ask({ text: 'zeppelin', facets: ['brand'] }))).toMatchObject({ ids: [], total: 0, facets: [{ name: 'brand', values: [] }] });
    expect((await shelf.engine.search(ask({ text: 'zeppelim' }))).correctedTo).toBeUndefined();
    expect(await shelf.engine.suggest({ text: 'zepp', audience: 'public', take: 5 })).toEqual({ queries: [], ids: [] });
    expect(await found({ text: 'zeppelin', audience: 'staff' })).toEqual(['Zeppelin ornament']);
    expect([await found({ text: 'gadget' }), await found({ text: 'gadget', audience: 'channel:other' }), await found({ text: 'gadget', audience: 'channel:b2b' })]).toEqual([[], [], ['Wholesale gadget']]);
  });

  check('suggestions complete the last word in the company of the others, also when it is misspelt', async () => {
    const suggest = (text: string) => Promise.resolve(shelf.engine.suggest({ text, audience: 'public', take: 5 }));
    expect([...(await suggest('bamboo cu')).queries].sort()).toEqual(['bamboo curtain', 'bamboo cutting']);
    expect(await suggest('bambo curt')).toEqual({ queries: ['bamboo curtain'], ids: [idOf('Bamboo curtain'), idOf('Bamboo cutting board')] });
    expect((await suggest('curtian')).queries).toEqual(['curtain']);
    expect(await suggest('cu.*')).toMatchObject({ queries: expect.arrayContaining(['cutting']) });
    expect(await suggest('"')).toEqual({ queries: [], ids: [] });
  });

  check('rules pin what the words do not find, and move by place; filters and audience stand above them', async () => {
    const pin = { pins: [{ id: idOf('Wool blanket'), position: 1 }, { id: idOf('Zeppelin ornament'), position: 1 }], factorOf: () => 1 };
    expect(await found({ text: 'side table', arrangement: pin })).toEqual(['Wool blanket', 'Walnut side tables', 'Oak lamp']);
    expect(await found({ text: 'side table', arrangement: pin, filters: { attributes: {}, brands: ['Sued'] } })).toEqual(['Oak lamp']);
    expect(await found({ text: 'side table', arrangement: pin, sort: 'name' })).toEqual(['Oak lamp', 'Walnut side tables']);
    expect(await found({ text: 'side table', arrangement: { pins: [], factorOf: ({ brand }) => (brand === 'Nord' ? 5 : 1) } })).toEqual(['Oak lamp', 'Walnut side tables']);
    expect(await found({ text: 'side table', arrangement: { pins: [], factorOf: ({ categoryIds }) => (categoryIds.includes('tables') ? 5 : 1) }, skip: 1, take: 1 })).toEqual(['Walnut side tables']);
    expect(await found({ arrangement: pin, take: 2 })).toEqual(['Wool blanket', 'Walnut side tables']);
  });

  check('a change replaces what was known', async () => {
    const { entry } = SHELF[1]!;
    await shelf.change({ entry: { ...entry, name: 'Oak lantern' }, texts: { ...SHELF[1]!.texts, title: 'Oak lantern', body: '' } });
    expect([await found({ text: 'lamp' }), await found({ text: 'lantern' })]).toEqual([[], ['Oak lamp']]);
    await shelf.change(SHELF[1]!);
    expect(await found({ text: 'lamp' })).toEqual(['Oak lamp']);
  });

  check('with a model it finds by meaning, and says so', async () => {
    const rooms = ['sofa couch cushion living', 'frying pan skillet stove kitchen', 'duvet pillow sheet bedroom', 'spade trowel rake garden'].map((words) => words.split(' '));
    const products = Array.from({ length: 60 }, (_none, at) => product(`${rooms[at % 4]![Math.floor(at / 4) % 3]!} ${at}`, { body: rooms[at % 4]!.join(' ') }));
    const { engine, embedded } = await fill(products);
    const model = trainSemanticModel(products.map(({ texts }) => trainingTerms(texts)));
    await embedded.takeOver(model!, (async function* texts() { for (const { entry, texts: said } of products) yield { id: entry.id, texts: said }; })());

    const { ids, mode } = await engine.search(ask({ text: 'skillet', take: 100 }));
    const names = ids.map((id) => products.find(({ entry }) => entry.id === id)!.entry.name);
    expect(mode).toBe('hybrid');
    expect(names.slice(0, 5).every((name) => name.startsWith('skillet'))).toBe(true);
    expect([names.some((name) => name.startsWith('pan')), names.some((name) => name.startsWith('spade'))]).toEqual([true, false]);
  });

  check('hits, order and facets equal asking every product, on 10,000 products and 200 searches', async () => {
    many ??= manyWithAnswers();
    const { engine } = await fill(many.products);
    for (const { request, answer } of many.cases) {
      const { ids, total, facets } = await engine.search(request);
      expect({ request, ids, total, facets }).toEqual({ request, ...answer });
    }
  }, 120_000);
});

/** Asked once, for all engines. */
let many: ReturnType<typeof manyWithAnswers> | undefined;
function manyWithAnswers() {
  const random = randomly(20_261_121);
  const products = catalogueOf(10_000, random);
  const entries = products.map(({ entry }) => ({ entry, values: new Map(FACETS.map((facet) => [facet, valuesOf(entry, facet)])) }));
  return { products, cases: Array.from({ length: 200 }, () => { const request = randomRequest(random); return { request, answer: askEvery(entries, request) }; }) };
}

type Random = (below: number) => number;
function randomly(seed: number): Random {
  let state = seed;
  return (below) => { state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0; return (state >>> 8) % below; };
}
const some = <T>(random: Random, values: readonly T[], most: number): T[] => [...new Set(Array.from({ length: random(most + 1) }, () => values[random(values.length)]!))];
const BRANDS = Array.from({ length: 70 }, (_none, at) => `Brand ${at}`);
const COLOURS = ['red', 'green', 'blue', 'dark "red"', 'a.b*', 'größe/x=1'];
const FACETS = ['brand', 'category', 'attr.colour', 'in_stock', 'attr.size'];
const CATEGORIES = ['c1', 'c2', 'c3', 'c4'];

function catalogueOf(count: number, random: Random): Product[] {
  return Array.from({ length: count }, (_none, at) => {
    const colour = some(random, COLOURS, 2);
    const from = 1 + random(500);
    return product(`${['lamp', 'table', 'chair'][random(3)]!} ${at}`, {
      visible: random(10) > 0, ...(random(3) > 0 && { brand: BRANDS[random(70)]! }), categoryIds: some(random, CATEGORIES, 2), inStock: random(2) === 0, createdAt: new Date(random(5_000)),
      attributes: { ...(colour.length > 0 && { colour }), ...(random(2) === 0 && { size: random(5) }) }, priceRange: random(5) === 0 ? {} : { EUR: { from, to: from + 10 } }, rating: { average: random(50) / 10, count: random(20) },
    });
  });
}

function randomRequest(random: Random): SearchRequest {
  const colour = some(random, COLOURS, 2);
  const filters: Filters = {
    attributes: { ...(colour.length > 0 && { colour }), ...(random(4) === 0 && { size: ['3'] }) }, ...(random(2) === 0 && { brands: some(random, BRANDS, 3) }), ...(random(3) === 0 && { category: CATEGORIES[random(4)]! }),
    ...(random(3) === 0 && { inStock: random(2) === 0 }), ...(random(3) === 0 && { priceFrom: random(400) }), ...(random(3) === 0 && { priceTo: 100 + random(400) }),
  };
  return ask({ filters, facets: FACETS, sort: SORTS[random(SORTS.length)]!, audience: random(3) === 0 ? 'staff' : 'public', skip: random(3) * 20, take: 20 });
}

function valuesOf(entry: SearchEntry, facet: string): string[] {
  if (facet === 'category') return [...entry.categoryIds];
  if (facet === 'brand') return entry.brand === null ? [] : [entry.brand];
  if (facet === 'in_stock') return [String(entry.inStock)];
  return [entry.attributes[facet.slice(5)] ?? []].flat().map(String);
}

/** By nothing but the words of the contract: every filter, every value of every facet, every order, one product after the other. */
function askEvery(products: ReadonlyArray<{ entry: SearchEntry; values: ReadonlyMap<string, string[]> }>, { filters, facets, sort, audience, skip, take }: SearchRequest) {
  const wanted: Record<string, readonly string[]> = {
    ...(filters.category !== undefined && { category: [filters.category] }), ...(filters.brands && filters.brands.length > 0 && { brand: filters.brands }), ...(filters.inStock !== undefined && { in_stock: [String(filters.inStock)] }),
    ...Object.fromEntries(Object.entries(filters.attributes).map(([name, chosen]) => [`attr.${name}`, chosen])),
  };
  const { priceFrom = 0, priceTo = Infinity } = filters;
  const isPriced = filters.priceFrom !== undefined || filters.priceTo !== undefined;
  const seen = products.filter(({ entry }) => (entry.visible || audience === 'staff') && (!isPriced || (entry.priceRange['EUR'] !== undefined && entry.priceRange['EUR'].from >= priceFrom && entry.priceRange['EUR'].from <= priceTo)));
  const passing = (but?: string) => seen.filter(({ values }) => Object.entries(wanted).every(([facet, chosen]) => facet === but || values.get(facet)!.some((value) => chosen.includes(value))));
  const hits = passing().map(({ entry }) => entry);
  const price = (entry: SearchEntry, none: number) => entry.priceRange['EUR']?.from ?? none;
  const newest = (a: SearchEntry, b: SearchEntry) => b.createdAt.getTime() - a.createdAt.getTime();
  const orders = {
    relevance: newest, '-createdAt': newest, price: (a: SearchEntry, b: SearchEntry) => price(a, 1e9) - price(b, 1e9), '-price': (a: SearchEntry, b: SearchEntry) => price(b, -1) - price(a, -1),
    '-rating': (a: SearchEntry, b: SearchEntry) => b.rating.average - a.rating.average || b.rating.count - a.rating.count, name: (a: SearchEntry, b: SearchEntry) => (a.name < b.name ? -1 : Number(a.name > b.name)),
  };
  hits.sort((a, b) => orders[sort](a, b) || (a.id < b.id ? -1 : 1));
  const counted = facets.map((name) => {
    const chosen = wanted[name] ?? [];
    const counts = new Map<string, number>(chosen.map((value) => [value, 0]));
    for (const { values } of passing(name)) for (const value of values.get(name)!) counts.set(value, (counts.get(value) ?? 0) + 1);
    const all = [...counts].map(([value, count]) => ({ value, count, selected: chosen.includes(value) })).sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
    return { name, values: all.filter(({ selected }, at) => at < 50 || selected) };
  });
  return { ids: hits.slice(skip, skip + take).map(({ id }) => id), total: hits.length, facets: counted };
}

describe(missing === null ? 'a shop on a real search server' : `a shop on a real search server (skipped: ${missing})`, () => {
  const check = missing === null ? test : test.skip;
  let shop: Shop;
  const line = networkTo(node);
  const halt = new AbortController();
  let worker: Promise<void> = Promise.resolve();
  const failures: unknown[] = [];
  beforeAll(async () => {
    if ('missing' in node) return;
    await line.mend();
    shop = await openShop({ env: { SEARCH_ENGINE: 'opensearch', SEARCH_URL: `http://127.0.0.1:${line.port()}`, SEARCH_INDEX_PREFIX: 'shop', SEARCH_TIMEOUT_MS: '5000' } });
    const { everyMs, run } = shop.container.schedules.find(({ name }) => name === 'index-search')!;
    // as the worker does it
    worker = (async () => { while (!halt.signal.aborted) { await run(halt.signal).catch((error: unknown) => { failures.push(error); }); await pause(everyMs, undefined, { signal: halt.signal }).catch(() => {}); } })();
  }, 60_000);
  afterAll(async () => { halt.abort(); await worker; await shop?.container.search.close(); await shop?.close(); await line.cut(); });

  let sold = 0;
  const create = async (name: string, rest: object = {}) => {
    sold += 1;
    const created = await shop.call('post', '/products', { headers: shop.keys.secret, body: { name, status: 'active', description: '', categoryIds: [], variants: [{ sku: `E-${sold}`, prices: [{ currency: 'EUR', base: 1000 }] }], ...rest } });
    return created.body.data.id as string;
  };
  const find = async (query: string) => {
    const { body: { data }, headers } = await shop.call('get', `/search?${query}`).expect(200);
    return { names: data.items.map(({ name }: { name: string }) => name) as string[], degraded: data.degraded ?? false, header: headers['x-degraded'] };
  };
  const served = (...names: string[]) => ({ names, degraded: false, header: undefined });
  /** A change may take two seconds, on a machine that does nothing else. */
  const settled = async (query: string, expected: unknown) => {
    for (const until = Date.now() + 20_000; Date.now() < until && JSON.stringify(await find(query)) !== JSON.stringify(expected);) await pause(100);
    expect(await find(query)).toEqual(expected);
  };

  check('finds what was made, changed and archived', async () => {
    const id = await create('Copper kettle');
    await settled('q=kettle', served('Copper kettle'));

    await shop.call('patch', `/products/${id}`, { headers: shop.keys.secret, body: { name: 'Copper saucepan' } });
    await shop.restock(`E-${sold}`, 5);
    await settled('q=saucepan&in_stock=true', served('Copper saucepan'));
    await settled('q=kettle', served());

    await shop.call('delete', `/products/${id}`, { headers: shop.keys.secret });
    await settled('q=saucepan', served());
  }, 60_000);

  check('another name of a category is found on everything in it', async () => {
    const category = await shop.call('post', '/categories', { headers: shop.keys.secret, body: { name: 'Lanterns' } });
    await create('Brass thing', { categoryIds: [category.body.data.id] });
    await settled('q=lanterns', served('Brass thing'));

    await shop.call('put', `/categories/${category.body.data.id}`, { headers: { ...shop.keys.secret, 'if-match': category.headers['etag']! }, body: { name: 'Chandeliers' } }).expect(200);
    await settled('q=chandeliers', served('Brass thing'));
  }, 60_000);

  check('no search fails, is empty or is answered by another engine while the index is made anew twice and products change', async () => {
    for (let n = 0; n < 15; n++) await create(`Linen towel ${n}`);
    const total = async (query: string) => (await shop.call('get', `/search?${query}`)).body.data.total as number;
    for (let tries = 0; tries < 200 && await total('q=linen+towel') < 15; tries++) await pause(100);
    const first = await server!.behind('shop-products-v1');
    let isOver = false;
    const answers: Array<{ total: number; degraded: boolean }> = [];
    const searching = Array.from({ length: 3 }, async () => {
      while (!isOver) {
        await pause(10);
        const { body: { data }, status } = await shop.call('get', '/search?q=linen+towel');
        answers.push(status === 200 ? { total: data.total, degraded: data.degraded ?? false } : { total: -status, degraded: true });
      }
    });
    const told: number[] = [];
    const rebuilt = await shop.container.search.indexer!.rebuild({ onProgress: (done, of) => { told.push(done / of); } });
    const added = create('Linen towel extra');
    await shop.container.search.indexer!.rebuild();
    await added;
    for (let tries = 0; tries < 200 && await total('q=linen+towel') < 16; tries++) await pause(100);
    isOver = true;
    await Promise.all(searching);

    expect(answers.length).toBeGreaterThan(20);
    expect(answers.filter(({ total, degraded }) => degraded || (total !== 15 && total !== 16))).toEqual([]);
    expect(await total('q=linen+towel')).toBe(16);
    expect([told.at(-1), rebuilt.documents]).toEqual([1, await shop.count('products') - 1]);
    const asked = await server!.behind('shop-products-v1');
    expect([asked.length, first.includes(asked[0]!)]).toEqual([1, false]);
  }, 150_000);

  check('a server that was emptied is filled again by itself', async () => {
    for (const index of await server!.behind('shop-products-v1')) await server!.drop(index);
    expect((await find('q=linen')).degraded).toBe(true);
    for (let tries = 0; tries < 60 && (await find('q=linen')).degraded; tries++) await pause(500);
    expect(await find('q=lanterns+chandeliers')).toEqual(served('Brass thing'));
    expect(failures.splice(0)).toEqual([]);
  }, 90_000);

  check('a server that is gone is answered for within the same request, and the answer says so; when it is back, it is asked again and knows what happened meanwhile', async () => {
    await create('Granite mortar');
    await settled('q=granite+mortar', served('Granite mortar'));
    await line.cut();
    for (let n = 0; n < 5; n++) expect(await find('q=granite+mortar')).toEqual({ names: ['Granite mortar'], degraded: true, header: 'search' });
    await create('Granite pestle');
    await line.mend();
    await settled('q=pestle', served('Granite pestle'));
    expect(shop.defects.splice(0)).toEqual([]);
    failures.length = 0;
  }, 90_000);
});

/** A network that can be cut, between a shop and the server. */
function networkTo(target: typeof node) {
  const sockets = new Set<Socket>();
  let port = 0;
  const proxy = createServer((from) => {
    const to = connect(Number(new URL('missing' in target ? 'http://localhost:1' : target.url).port), '127.0.0.1');
    for (const [one, other] of [[from, to], [to, from]] as const) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => { sockets.delete(one); other.destroy(); }).pipe(other);
    }
  });
  return {
    port: () => port,
    async mend(): Promise<void> {
      proxy.listen(port, '127.0.0.1');
      await once(proxy, 'listening');
      ({ port } = proxy.address() as AddressInfo);
    },
    async cut(): Promise<void> {
      const closed = proxy.listening ? once(proxy, 'close') : null;
      proxy.close(() => {});
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
