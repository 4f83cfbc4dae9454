import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedEngine, trainingTerms } from '../../../src/selling/search/embedded-engine.js';
import { startProxy, type Proxy } from '../../../scripts/proof/proxy.js';
import type { SearchEngine, SearchRequest } from '../../../src/selling/search/engine.js';
import { documentOf, SHAPE } from '../../../src/selling/search/opensearch/index-shape.js';
import { OpenSearchEngine } from '../../../src/selling/search/opensearch/opensearch-engine.js';
import { SearchServer } from '../../../src/selling/search/opensearch/search-server.js';
import { trainSemanticModel } from '../../../src/selling/search/semantic-model.js';
import { startSearchNode } from '../../support/search-node/index.js';
import { openShop, type Shop } from '../../support/shop.js';
import { ask, manyWithAnswers, product, type Product } from './ask-every.js';

/** One suite for both engines. The server is a real one where Java is; without it its half is skipped, and says so. */
const node = await startSearchNode();
const missing = 'missing' in node ? node.missing : null;
const server = 'missing' in node ? null : new SearchServer({ url: node.url, username: '', password: '', timeoutMs: 20_000 });
afterAll(async () => {
  await server?.close();
  if (!('missing' in node)) await node.stop();
});

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
  const engine = new OpenSearchEngine({ server: server!, alias: index, language: embedded });
  const change = async (product: Product) => {
    embedded.put(product.entry, product.texts);
    version += 1;
    await server!.write(index, [writeOf(product)], { isAlias: false });
    await server!.refresh(index);
  };
  return { engine, embedded, change };
}

const SHELF = [
  product('Walnut side tables', { brand: 'Nord', categoryIds: ['rooms', 'tables'], createdAt: new Date(9_000) }), product('Oak lamp', { brand: 'Sued', body: 'Stands on every side table.' }), product('Wool blanket', { brand: 'Nord' }),
  product('Porcelain teapot', { brand: 'Sued', categoryIds: ['kitchen'] }), product('Bamboo cutting board'), product('Bamboo curtain'), product('Steel curling iron'),
  product('Zeppelin ornament', { visible: false, status: 'draft', brand: 'Hidden' }), product('Wholesale gadget', { visible: false, visibleIn: ['b2b'] }),
];
/** What is said and written in several ways. */
const WORDS = [
  product('Linen sofa'), product('Velvet couch'), product('Nightstand in ash'), product('Porcelain teapot'), product('Walden tent', { body: 'Has a porch.' }), product('Torch'), product('Stühle aus Eiche'), product('stühle klein'), product('Stuhle alt'),
  product('의자 세트'), product('革靴 メンズ'), product('ワイヤレスイヤホン 黒'), product('รองเท้าผ้าใบ'), product('Ähre'), product('Zeppelin ornament', { visible: false, status: 'draft' }),
];
const idOf = (name: string, products: readonly Product[] = SHELF) => products.find(({ entry }) => entry.name === name)!.entry.id;
const nameOf = new Map([...SHELF, ...WORDS].map(({ entry }) => [entry.id, entry.name]));

const engines = [['embedded', fillEmbedded, null], ['opensearch', fillServer, missing]] as const;
describe.each(engines.map(([name, fill, why]) => ({ title: why === null ? name : `${name} (skipped: ${why})`, fill, why })))('$title', ({ fill, why }) => {
  const check = why === null ? test : test.skip;
  let shelf: Filled;
  let words: Filled;
  beforeAll(async () => {
    if (why !== null) return;
    shelf = await fill(SHELF);
    words = await fill(WORDS);
  });
  const found = async (wanted: Partial<SearchRequest>) => (await shelf.engine.search(ask(wanted))).ids.map((id) => nameOf.get(id));
  const meant = async (wanted: Partial<SearchRequest>) => (await words.engine.search(ask(wanted))).ids.map((id) => nameOf.get(id));

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

  check('what is said for a word finds it too, behind what says the word itself: the usual groups and those of the shop, as long as they are there', async () => {
    expect([await meant({ text: 'couch' }), await meant({ text: 'Sofas' }), await meant({ text: 'settee' })]).toEqual([['Velvet couch', 'Linen sofa'], ['Linen sofa', 'Velvet couch'], expect.arrayContaining(['Linen sofa', 'Velvet couch'])]);
    expect([await meant({ text: 'night stand' }), await meant({ text: 'velvet settee' })]).toEqual([['Nightstand in ash'], ['Velvet couch', 'Linen sofa']]);
    expect((await words.engine.search(ask({ text: 'settee' }))).correctedTo).toBeUndefined();
    expect((await words.engine.suggest({ text: 'settee', audience: 'public', take: 5 })).ids).toHaveLength(2);

    words.embedded.learn([['divan', 'sofa'], ['tea maker', 'teapot'], ['gizmo', 'zeppelin']]);
    expect([await meant({ text: 'divan' }), await meant({ text: 'tea makers' }), await meant({ text: 'gizmo' }), await meant({ text: 'gizmo', audience: 'staff' })]).toEqual([['Linen sofa'], ['Porcelain teapot'], [], ['Zeppelin ornament']]);
    words.embedded.learn([]);
    expect([await meant({ text: 'divan' }), await meant({ text: 'couch' })]).toEqual([[], ['Velvet couch', 'Linen sofa']]);
  });

  check('a word that only descriptions say is no mistake', async () => {
    expect(await words.engine.search(ask({ text: 'porch' }))).toMatchObject({ ids: [idOf('Walden tent', WORDS)], total: 1 });
    expect((await words.engine.search(ask({ text: 'porch' }))).correctedTo).toBeUndefined();
    expect(await words.engine.search(ask({ text: 'torhc' }))).toMatchObject({ ids: [idOf('Torch', WORDS)], correctedTo: 'torch' });
  });

  check('what stands within a run of letters without blanks is found', async () => {
    expect([await meant({ text: '靴' }), await meant({ text: '革靴' }), await meant({ text: 'イヤホン' }), await meant({ text: 'ﾜｲﾔﾚｽ' }), await meant({ text: 'รองเท้า' }), await meant({ text: '鞄' }), await meant({ text: 'カメラ' })])
      .toEqual([['革靴 メンズ'], ['革靴 メンズ'], ['ワイヤレスイヤホン 黒'], ['ワイヤレスイヤホン 黒'], ['รองเท้าผ้าใบ'], [], []]);
    expect(await words.engine.suggest({ text: 'ワイヤ', audience: 'public', take: 5 })).toEqual({ queries: ['ワイヤレスイヤホン'], ids: [idOf('ワイヤレスイヤホン 黒', WORDS)] });
  });

  check('words are shown as they are mostly written, and names sorted from a to z', async () => {
    expect((await words.engine.suggest({ text: 'STUH', audience: 'public', take: 5 })).queries).toEqual(['stühle']);
    expect((await words.engine.suggest({ text: '의', audience: 'public', take: 5 })).queries).toEqual(['의자']);
    expect((await words.engine.search(ask({ text: 'Stuhel klien' }))).correctedTo).toBe('stühle klein');
    expect(words.embedded.otherwise(['stuhlexx'], 'public')).toEqual({ spelling: ['stühle'], fewer: ['stühle'] });
    const named = await meant({ sort: 'name' });
    expect(named.slice(0, 10)).toEqual(['Ähre', 'Linen sofa', 'Nightstand in ash', 'Porcelain teapot', 'Stuhle alt', 'Stühle aus Eiche', 'stühle klein', 'Torch', 'Velvet couch', 'Walden tent']);
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
    const { products, cases } = manyWithAnswers();
    const { engine } = await fill(products);
    for (const { request, answer } of cases) {
      const { ids, total, facets } = await engine.search(request);
      expect({ request, ids, total, facets }).toEqual({ request, ...answer });
    }

    // Rules on as many hits: what is pinned is found however deep it lies, and the pages are those of one order.
    for (const text of ['lamp', '']) {
      const all = (await engine.search(ask({ text, take: 4_000 }))).ids;
      const [pinned, last] = [all[2_500]!, all[all.length - 1]!];
      const arrangement = { pins: [{ id: pinned, position: 1 }, { id: last, position: 3 }], factorOf: () => 1 };
      const page = async (skip: number, take: number) => (await engine.search(ask({ text, arrangement, skip, take }))).ids;
      const expected = all.filter((id) => id !== pinned && id !== last);
      expected.unshift(pinned);
      expected.splice(2, 0, last);
      const pages = [await page(0, 100), await page(100, 850), await page(950, 100), await page(1_050, 1_500)];
      expect({ text, pages: pages.flat() }).toEqual({ text, pages: expected.slice(0, 2_550) });
    }
  }, 120_000);
});

describe(missing === null ? 'a shop on a real search server' : `a shop on a real search server (skipped: ${missing})`, () => {
  const check = missing === null ? test : test.skip;
  let shop: Shop;
  let network: Proxy;
  const halt = new AbortController();
  let worker: Promise<void> = Promise.resolve();
  const failures: unknown[] = [];
  beforeAll(async () => {
    if ('missing' in node) return;
    network = await startProxy(Number(new URL(node.url).port));
    shop = await openShop({ env: { SEARCH_ENGINE: 'opensearch', SEARCH_URL: `http://127.0.0.1:${network.port}`, SEARCH_INDEX_PREFIX: 'shop', SEARCH_TIMEOUT_MS: '5000' } });
    const { everyMs, run } = shop.container.schedules.find(({ name }) => name === 'index-search')!;
    // as the worker does it
    worker = (async () => { while (!halt.signal.aborted) { await run(halt.signal).catch((error: unknown) => { failures.push(error); }); await pause(everyMs, undefined, { signal: halt.signal }).catch(() => {}); } })();
  }, 60_000);
  afterAll(async () => { halt.abort(); await worker; await shop?.container.search.close(); await shop?.close(); await network?.stop(); });

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
    const first = await server!.behind(`shop-products-v${SHAPE}`);
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
    const asked = await server!.behind(`shop-products-v${SHAPE}`);
    expect([asked.length, first.includes(asked[0]!)]).toEqual([1, false]);
  }, 150_000);

  check('a server that was emptied is filled again by itself', async () => {
    for (const index of await server!.behind(`shop-products-v${SHAPE}`)) await server!.drop(index);
    expect((await find('q=linen')).degraded).toBe(true);
    for (let tries = 0; tries < 60 && (await find('q=linen')).degraded; tries++) await pause(500);
    expect(await find('q=lanterns+chandeliers')).toEqual(served('Brass thing'));
    expect(failures.splice(0)).toEqual([]);
  }, 90_000);

  check('a server that is gone is answered for within the same request, and the answer says so; when it is back, it is asked again and knows what happened meanwhile', async () => {
    await create('Granite mortar');
    await settled('q=granite+mortar', served('Granite mortar'));
    network.set({ blackHole: true });
    expect(await find('q=granite+mortar')).toEqual({ names: ['Granite mortar'], degraded: true, header: 'search' });
    network.set({ down: true });
    for (let n = 0; n < 5; n++) expect(await find('q=granite+mortar')).toEqual({ names: ['Granite mortar'], degraded: true, header: 'search' });
    await create('Granite pestle');
    network.heal();
    await settled('q=pestle', served('Granite pestle'));
    expect(shop.defects.splice(0)).toEqual([]);
    failures.length = 0;
  }, 90_000);
});
