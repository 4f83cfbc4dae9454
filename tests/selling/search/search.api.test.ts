import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

type Wanted = { name: string; price?: number; brand?: string; attributes?: object; categoryIds?: string[]; description?: string; status?: string; stock?: number };
let made = 0;
async function product({ name, price = 1000, stock = 5, status = 'active', ...rest }: Wanted): Promise<string> {
  made += 1;
  const sku = `S-${made}`;
  const created = await shop.call('post', '/products', { headers: shop.keys.secret, body: { name, status, description: '', categoryIds: [], variants: [{ sku, prices: [{ currency: 'EUR', base: price }] }], ...rest } });
  expect(created.status).toBe(201);
  if (stock > 0) await shop.restock(sku, stock);
  return created.body.data.id as string;
}
const category = async (name: string, parentId?: string) => (await shop.call('post', '/categories', { headers: shop.keys.secret, body: { name, ...(parentId && { parentId }) } })).body.data as { id: string };
/** Changes are seen within a second. */
const settled = () => new Promise((resolve) => { setTimeout(resolve, 600); });
const find = async (query: string, headers = {}) => {
  const answer = await shop.call('get', `/search?${query}`, { headers });
  expect(answer.status).toBe(200);
  return answer.body.data;
};
const names = (data: { items: Array<{ name: string }> }) => data.items.map(({ name }) => name);

test('the title counts more than the description, plural and case do not, and what says nothing of it is not there', async () => {
  await product({ name: 'Walnut side tables' });
  await product({ name: 'Oak lamp', description: 'Stands on every side table.' });
  await product({ name: 'Wool blanket' });
  await settled();

  expect(names(await find('q=Side+TABLE'))).toEqual(['Walnut side tables', 'Oak lamp']);
});

test('a spelling mistake is put right and told', async () => {
  await product({ name: 'Porcelain teapot' });
  await settled();

  const found = await find('q=porcelian+teepot');

  expect(names(found)).toEqual(['Porcelain teapot']);
  expect(found.correctedTo).toBe('porcelain teapot');
  expect((await find('q=porcelain+teapot')).correctedTo).toBeUndefined();
});

test('facets count what there would be with everything else still chosen', async () => {
  const textiles = await category('Textiles');
  const towels = await category('Towels', textiles.id);
  await product({ name: 'Linen towel', brand: 'Nord', attributes: { colour: 'white' }, categoryIds: [towels.id], price: 1500 });
  await product({ name: 'Linen towel striped', brand: 'Nord', attributes: { colour: 'blue' }, categoryIds: [towels.id], price: 2500 });
  await product({ name: 'Linen towel plain', brand: 'Sued', attributes: { colour: 'white' }, categoryIds: [textiles.id], price: 3500, stock: 0 });
  await settled();

  const found = await find(`q=linen+towel&brand=Nord&attr.colour=white&facets=brand,attr.colour,category,in_stock`);

  const facet = (name: string) => found.facets.find((one: { name: string }) => one.name === name).values.map(({ value, count, selected }: { value: string; count: number; selected: boolean }) => [value, count, selected]);
  expect(names(found)).toEqual(['Linen towel']);
  expect(facet('brand')).toEqual([['Nord', 1, true], ['Sued', 1, false]]);
  expect(facet('attr.colour')).toEqual([['blue', 1, false], ['white', 1, true]]);
  expect(facet('category')).toEqual([[textiles.id, 1, false], [towels.id, 1, false]].sort());
  expect(facet('in_stock')).toEqual([['true', 1, false]]);
  expect((await find(`q=linen&category=${textiles.id}`)).total).toBe(3);
  expect((await find(`q=linen&category=${towels.id}&price[gte]=2000`)).total).toBe(1);
  expect(names(await find('q=linen&sort=-price'))).toEqual(['Linen towel plain', 'Linen towel striped', 'Linen towel']);
});

test('drafts are for staff: neither found, counted, suggested nor used to put a word right', async () => {
  await product({ name: 'Zeppelin ornament', brand: 'Hidden', status: 'draft' });
  await settled();

  expect(await find('q=zeppelin&facets=brand')).toMatchObject({ items: [], total: 0, facets: [{ name: 'brand', values: [] }] });
  expect((await shop.call('get', '/search/suggestions?q=zepp')).body.data).toEqual({ queries: [], products: [] });
  expect((await find('q=zeppelim')).correctedTo).toBeUndefined();
  expect(names(await find('q=zeppelin', shop.keys.secret))).toEqual(['Zeppelin ornament']);
});

test('a change is found within a second: another name, sold out, archived', async () => {
  const id = await product({ name: 'Copper kettle' });
  await settled();
  expect(names(await find('q=kettle'))).toEqual(['Copper kettle']);

  await shop.call('patch', `/products/${id}`, { headers: shop.keys.secret, body: { name: 'Copper saucepan' } });
  await settled();
  expect([(await find('q=kettle')).total, names(await find('q=saucepan'))]).toEqual([0, ['Copper saucepan']]);

  await shop.restock(`S-${made}`, -5);
  await settled();
  expect((await find('q=saucepan&in_stock=true')).total).toBe(0);

  await shop.call('delete', `/products/${id}`, { headers: shop.keys.secret });
  await settled();
  expect((await find('q=saucepan')).total).toBe(0);
});

test('suggestions complete the last word in the company of the others, also when it is misspelt', async () => {
  await product({ name: 'Bamboo cutting board' });
  await product({ name: 'Bamboo curtain' });
  await product({ name: 'Steel curling iron' });
  await settled();

  const suggestions = async (q: string) => (await shop.call('get', `/search/suggestions?q=${q}`)).body.data;
  expect((await suggestions('bamboo+cu')).queries.sort()).toEqual(['bamboo curtain', 'bamboo cutting']);
  const mistyped = await suggestions('bambo+curt');
  expect([mistyped.queries, mistyped.products[0].name]).toEqual([['bamboo curtain'], 'Bamboo curtain']);
});

test('without words everything matches, newest first; pages do not overlap', async () => {
  const all = await find('per_page=100');
  const pages = [await find('per_page=5&page=1'), await find('per_page=5&page=2')];

  expect(pages.flatMap(names)).toEqual(names(all).slice(0, 10));
  expect(pages[0].total).toBe(all.total);
});

test.each([
  ['facets=price_of_gold', '#/query/facets'], ['sort=magic', '#/query/sort'], ['q=x&per_page=101', '#/query/per_page'], ['price[gte]=-1', '#/query/price[gte]'], ['unknown=1', '#/query/unknown'],
])('refuses %s', async (query, pointer) => {
  const refused = await shop.call('get', `/search?${query}`);

  expect(refused.status).toBe(400);
  expect(refused.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
});

test('a search that finds nothing shows what comes nearest and says what was done', async () => {
  const room = await category('Washrooms');
  await product({ name: 'Ceramic soap dispenser', price: 2500, categoryIds: [room.id] });
  await product({ name: 'Hidden dishwasher', status: 'draft' });
  await settled();
  const recovered = async (query: string) => {
    const { items, total, recovery } = await find(query);
    expect([items, total]).toEqual([[], 0]);
    return recovery && { ...recovery, items: names(recovery) };
  };

  expect(await recovered('q=soapdispenser')).toEqual({ by: 'spelling', words: 'soap dispenser', items: ['Ceramic soap dispenser'] });
  expect(await recovered('q=dis+penser')).toEqual({ by: 'spelling', words: 'dispenser', items: ['Ceramic soap dispenser'] });
  expect(await recovered('q=despencor')).toEqual({ by: 'spelling', words: 'dispenser', items: ['Ceramic soap dispenser'] });
  expect(await recovered('q=ceramically+xylqqq')).toEqual({ by: 'relaxed', words: 'ceramic', items: ['Ceramic soap dispenser'] });
  expect(await recovered('q=soap+dispenser+under+5+euros')).toEqual({ by: 'relaxed', withoutPrice: true, items: ['Ceramic soap dispenser'] });
  expect(await recovered(`q=xylqqq&category=${room.id}`)).toEqual({ by: 'popular', items: ['Ceramic soap dispenser'] });
  expect((await recovered('q=dishwasher'))?.items).not.toContain('Hidden dishwasher');
  expect((await find('q=soap+dispenser')).recovery).toBeUndefined();
});

test('searches, and what they led to, are counted once by words and day, without anybody in it', async () => {
  await product({ name: 'Juniper wreath' });
  await settled();
  const { headers: shopper } = await givenUser(shop);
  const { headers: refuser } = await givenUser(shop);
  await shop.call('put', '/customers/me/consents', { headers: refuser, body: { consents: [{ purpose: 'analytics', granted: false, version: '1' }] } }).expect(200);
  const events = (list: object[], headers = {}) => shop.call('post', '/search/events', { body: { events: list }, headers });
  const searched = await Promise.all([{}, {}, shopper].map((headers) => find('q=Juniper+WREATHS!', headers)));
  const [first, second] = searched.map(({ searchId }) => searchId as string);

  const uncounted = await Promise.all([find('q=juniper+wreath&page=2'), find('q=juniper+wreath', { 'sec-gpc': '1' }), find('q=juniper+wreath', { dnt: '1' }), find('q=juniper+wreath', shop.keys.secret), find('')]);
  expect(uncounted.map(({ searchId }) => searchId)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  const refused = await find('q=juniper+wreaths', refuser);
  for (let n = 0; n < 3; n++) await find('q=gobbledygook+thing');
  for (let n = 0; n < 3; n++) await find('q=ada@example.com');
  await find('q=rarest');

  const click = { searchId: first, type: 'click', position: 3 };
  await Promise.all(Array.from({ length: 20 }, () => events([click, click, { searchId: second, type: 'click', position: 2 }, { searchId: first, type: 'purchase' }]).expect(202)));
  expect((await events([{ ...click, searchId: second }], { 'sec-gpc': '1' })).body.data).toEqual({ accepted: 0 });
  await events([{ searchId: refused.searchId, type: 'click' }], refuser).expect(202);
  const forged = await events([click, { ...click, searchId: `${first!.slice(0, -3)}abc` }, { ...click, searchId: 'x' }]).expect(400);
  expect(forged.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(['#/body/events/1/searchId', '#/body/events/2/searchId']);
  await shop.container.search.flushAnalytics();
  // on another day, or told by another process, it is still the same search
  await events([click]).expect(202);

  const { items } = (await shop.call('get', '/search/reports/queries', { headers: shop.keys.secret }).expect(200)).body.data;
  const by = (words: string) => items.find((one: { words: string }) => one.words === words);
  expect(by('juniper wreaths')).toEqual({
    words: 'juniper wreaths', searches: 3, withoutResults: 0, clicked: 2, addedToCart: 0, purchased: 1, withoutResultsShare: 0, clickThrough: 0.6667, conversion: 0.3333, averagePosition: 2.5,
  });
  expect([by('gobbledygook thing').withoutResults, by('(withheld)').searches, by('rarest'), by('juniper wreath')]).toEqual([3, 3, undefined, undefined]);
  const without = (await shop.call('get', '/search/reports/queries?by=without_results&limit=1', { headers: shop.keys.secret })).body.data.items;
  expect(without.map(({ words, withoutResultsShare }: { words: string; withoutResultsShare: number }) => [words, withoutResultsShare])).toEqual([['(withheld)', 1]]);

  const report = (await shop.call('get', '/search/reports', { headers: shop.keys.secret }).expect(200)).body.data;
  expect(report.days).toHaveLength(1);
  expect([report.clicked, report.purchased, report.searches]).toEqual([2, 1, report.days[0].searches]);
  expect((await shop.call('get', '/search/reports?from=2026-01-01&to=2025-01-01', { headers: shop.keys.secret })).status).toBe(400);
  const kept = JSON.stringify([await shop.connection.collection('search_tallies').find().toArray(), await shop.connection.collection('search_outcomes').find().toArray()]);
  expect(kept).not.toMatch(/ada|searcher|[0-9a-f]{24}/);
});

test.each(['SearchOutcome', 'SearchTally'])('what was searched and clicked while %s could not be written is kept, and counts once with the next write', async (name) => {
  const words = `hemlock ${name.toLowerCase()}`;
  const model = shop.connection.model(name);
  const bulkWrite = model.bulkWrite.bind(model);
  await shop.container.search.flushAnalytics();

  model.bulkWrite = () => Promise.reject(new Error('the database is away'));
  const searched = await Promise.all([1, 2, 3].map(() => find(`q=${words}`)));
  await shop.call('post', '/search/events', { body: { events: searched.map(({ searchId }) => ({ searchId, type: 'click', position: 1 })) } }).expect(202);
  await expect(shop.container.search.flushAnalytics()).rejects.toThrow('the database is away');
  model.bulkWrite = bulkWrite;
  // its own timer may have tried as well
  shop.defects.splice(0);

  const { items } = (await shop.call('get', '/search/reports/queries', { headers: shop.keys.secret }).expect(200)).body.data;
  expect(items.find((one: { words: string }) => one.words === words)).toMatchObject({ searches: 3, clicked: 3 });
});

test('a trained model finds by meaning, and the answer says so', async () => {
  const rooms = ['sofa couch cushion living', 'frying pan skillet stove kitchen', 'duvet pillow sheet bedroom', 'spade trowel rake garden'];
  await Promise.all(Array.from({ length: 60 }, (_none, at) => {
    const words = rooms[at % 4]!.split(' ');
    return product({ name: `${words[at % 3]} ${at}`, description: words.join(' '), stock: 0 });
  }));
  expect((await find('q=skillet')).mode).toBe('keyword');

  expect(await shop.container.search.train()).toBe(true);
  shop.container.search.lookAgain();
  const found = await find('q=skillet&per_page=100');

  expect(found.mode).toBe('hybrid');
  expect(names(found).filter((name) => name.startsWith('skillet'))).toHaveLength(5);
  expect(names(found).slice(0, 5).every((name) => name.startsWith('skillet'))).toBe(true);
  expect(names(found).some((name) => name.startsWith('pan'))).toBe(true);
  expect(names(found).some((name) => name.startsWith('spade'))).toBe(false);
});
