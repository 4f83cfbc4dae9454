import { arranged } from '../../../src/selling/search/arrangement.js';
import type { SearchEntry } from '../../../src/selling/search/search.js';
import { openShop, type Shop } from '../../support/shop.js';

const entry = (id: string, brand: string | null = null): SearchEntry => ({
  id, visible: true, status: 'active', name: id, categoryIds: [], brand, attributes: {}, priceRange: {}, inStock: true, rating: { average: 0, count: 0 }, createdAt: new Date(0),
});
const order = (pins: Record<string, number>, factors: Record<string, number>) =>
  arranged(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => entry(id)), { pins: Object.entries(pins).map(([id, position]) => ({ id, position })), factorOf: ({ id }) => factors[id] ?? 1 }).map(({ id }) => id).join('');

test.each([
  ['nothing moves without rules', {}, {}, 'abcdef'], ['a pin takes its place', { e: 2 }, {}, 'aebcdf'], ['two pins stand side by side', { e: 2, f: 3 }, {}, 'aefbcd'], ['a pin beyond the end is last', { a: 40 }, {}, 'bcdefa'],
  ['place 6 boosted by 3 competes as place 2, behind who stands there', {}, { f: 1 / 3 }, 'abfcde'], ['place 1 buried by 4 competes as place 4', {}, { a: 4 }, 'bcadef'], ['a pin that is not found leaves no gap', { x: 1, e: 1 }, {}, 'eabcdf'], ['pins stand above moves', { d: 1 }, { a: 100 }, 'dbcefa'],
])('%s', (_name, pins, factors, expected) => {
  expect(order(pins, factors)).toBe(expected);
});

let shop: Shop;
const ids: Record<string, string> = {};
let made = 0;
beforeAll(async () => {
  shop = await openShop();
  for (const [name, brand, status] of [['Oak desk', 'Nord', 'active'], ['Oak desk large', 'Sued', 'active'], ['Oak desk small', 'West', 'active'], ['Brass lamp', 'Nord', 'active'], ['Hidden stool', 'Nord', 'draft']] as const) {
    const created = await shop.call('post', '/products', { headers: shop.keys.secret, body: { name, brand, status, description: '', categoryIds: [], variants: [{ sku: `R-${made += 1}`, prices: [{ currency: 'EUR', base: 1000 * made }] }] } });
    ids[name] = created.body.data.id;
  }
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const find = async (query: string) => (await shop.call('get', `/search?${query}`)).body.data;
const names = (data: { items: Array<{ name: string }> }) => data.items.map(({ name }) => name);
const rule = (body: object) => ({ name: 'A rule', ...body });
const make = (body: object, headers = shop.keys.secret) => shop.call('post', '/search-rules', { headers, body: rule(body) });
const forget = (id: string) => shop.call('delete', `/search-rules/${id}`, { headers: shop.keys.secret });

test('a pin shows what the words do not find, but nothing hidden and nothing that the filters leave out; its end ends it', async () => {
  const plain = names(await find('q=oak+desk'));
  const { body: { data: saved }, status } = await make({ action: 'pin', when: { words: 'Desks of OAK', match: 'within' }, target: { productIds: [ids['Hidden stool'], ids['Brass lamp']] } });

  expect(status).toBe(201);
  expect(names(await find('q=oak+desk'))).toEqual(['Brass lamp', ...plain]);
  expect(await find('q=large+oak+desk')).toMatchObject({ total: plain.length + 1, items: [{ name: 'Brass lamp' }, { name: 'Oak desk large' }, {}, {}] });
  expect(names(await find('q=oak+desk&price[gte]=1000&price[lte]=3000'))).toEqual(plain);
  expect(names(await find('q=oak+desk&sort=price'))).not.toContain('Brass lamp');
  expect(names(await find('q=lamp'))).toEqual(['Brass lamp']);

  const { id, version: _v, createdAt: _c, updatedAt: _u, ...terms } = saved;
  const ended = await shop.call('put', `/search-rules/${id}`, { headers: { ...shop.keys.secret, 'if-match': '"1"' }, body: { ...terms, when: { ...terms.when, endsAt: '2020-01-01T00:00:00.000Z' } } });
  expect([ended.status, ended.body.data.version]).toEqual([200, 2]);
  expect(names(await find('q=oak+desk'))).toEqual(plain);
  expect((await shop.call('delete', `/search-rules/${id}`, { headers: { ...shop.keys.secret, 'if-match': '"1"' } })).status).toBe(412);
  expect((await forget(id)).status).toBe(200);
  expect((await forget(id)).status).toBe(404);
  expect(await shop.count('audit_entries', { action: /^search_rule\./ })).toBe(3);
});

test('boost and bury move brands by their place, and a rule for one channel is not felt in another', async () => {
  const plain = names(await find('q=oak+desk'));
  const boosted = await make({ action: 'boost', when: {}, target: { brands: [plain[2] === 'Oak desk' ? 'Nord' : plain[2] === 'Oak desk large' ? 'Sued' : 'West'] }, factor: 10 });
  const elsewhere = await make({ action: 'bury', when: { channel: 'outlet' }, target: { productIds: [ids['Oak desk']] }, factor: 100 });

  expect(names(await find('q=oak+desk'))).toEqual([plain[2], plain[0], plain[1]]);

  const preview = await shop.call('post', '/search-rules/preview', { headers: shop.keys.secret, body: { words: 'oak desk', channel: 'outlet' } });
  expect(preview.body.data.items.at(-1)).toEqual({ id: ids['Oak desk'], name: 'Oak desk', place: 3, placeWithout: plain.indexOf('Oak desk') + 1 });
  expect(preview.body.data.rules).toEqual(['A rule', 'A rule']);
  await Promise.all([forget(boosted.body.data.id), forget(elsewhere.body.data.id)]);
});

test('a draft is tried before it is saved, and saves nothing', async () => {
  const before = await shop.count('search_rules');
  const tried = await shop.call('post', '/search-rules/preview', { headers: shop.keys.secret, body: { words: 'oak desk', limit: 1, rule: rule({ action: 'pin', when: { words: 'oak desk' }, target: { productIds: [ids['Brass lamp']] } }) } });

  expect(tried.body.data).toEqual({ items: [{ id: ids['Brass lamp'], name: 'Brass lamp', place: 1, placeWithout: null }], total: 4, rules: ['A rule'] });
  expect(await shop.count('search_rules')).toBe(before);
});

test.each([
  ['a pin for everything', { action: 'pin', when: {}, target: { productIds: ['6'.repeat(24)] } }], ['a pin of a brand', { action: 'pin', when: { words: 'x' }, target: { brands: ['B'] } }], ['no target', { action: 'boost', when: {}, target: {} }],
  ['an end before the start', { action: 'boost', when: { startsAt: '2026-02-01T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' }, target: { brands: ['B'] } }], ['a factor of 1', { action: 'boost', when: {}, target: { brands: ['B'] }, factor: 1 }],
])('%s is refused, and nothing is kept', async (_name, body) => {
  const before = await shop.count('search_rules');

  expect((await make(body)).status).toBe(400);
  expect(await shop.count('search_rules')).toBe(before);
});

test('rules are for staff', async () => {
  expect((await make({ action: 'boost', when: {}, target: { brands: ['B'] } }, shop.headers)).status).toBe(401);
  expect((await shop.call('get', '/search-rules')).status).toBe(401);
});

test('what the shop says for one thing finds it as long as the group is there', async () => {
  const group = (words: unknown, id = '', headers = {}) => shop.call(id === '' ? 'post' : 'put', `/search-synonyms${id}`, { headers: { ...shop.keys.secret, ...headers }, body: { words } });
  const found = async (q: string) => names(await find(`q=${q}`)).sort();
  expect([await found('light'), await found('writing+bureau')]).toEqual([['Brass lamp'], []]);

  const made = await group(['Bureau', 'desk']);
  expect([made.status, made.headers['location'], made.body.data]).toMatchObject([201, `/api/v1/search-synonyms/${made.body.data.id}`, { words: ['Bureau', 'desk'], version: 1 }]);
  expect(await found('BUREAU')).toEqual(['Oak desk', 'Oak desk large', 'Oak desk small']);
  expect(await found('large+bureau')).toEqual(['Oak desk', 'Oak desk large', 'Oak desk small']);
  expect(names(await find('q=large+bureau'))[0]).toBe('Oak desk large');

  const path = `/${made.body.data.id}`;
  for (const [words, pointer] of [[['desk'], '#/body/words'], [['desk', 'Desks'], '#/body/words/1'], [['desk', 'the'], '#/body/words/1'], [['desk', 'a thing to write long letters on'], '#/body/words/1'], ['desk', '#/body/words']] as const) {
    const refused = await group(words, path);
    expect([words, refused.status, refused.body.errors[0].pointer]).toEqual([words, 400, pointer]);
  }
  expect((await group(['bureau', 'lamp'], path, { 'if-match': '"7"' })).status).toBe(412);
  expect((await shop.call('get', `/search-synonyms${path}`, { headers: shop.keys.secret })).body.data.words).toEqual(['Bureau', 'desk']);
  expect((await group(['bureau', 'lamp'], path, { 'if-match': '"1"' })).body.data).toMatchObject({ words: ['bureau', 'lamp'], version: 2 });
  expect(await found('bureau')).toEqual(['Brass lamp']);

  expect((await shop.call('get', '/search-synonyms', { headers: shop.keys.secret })).body.data.items).toHaveLength(1);
  expect((await shop.call('delete', `/search-synonyms${path}`, { headers: shop.keys.secret })).status).toBe(200);
  expect([await found('bureau'), (await shop.call('delete', `/search-synonyms${path}`, { headers: shop.keys.secret })).status]).toEqual([[], 404]);
  expect(await shop.count('audit_entries', { action: /^search_synonyms\./ })).toBe(3);
});
