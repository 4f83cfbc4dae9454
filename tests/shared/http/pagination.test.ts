import Joi from 'joi';
import { Schema, Types } from 'mongoose';
import { findPage } from '../../../src/shared/db/page.js';
import { encodeCursor, pageParams, type PageQuery } from '../../../src/shared/http/pagination.js';
import { defineRoute } from '../../../src/shared/http/route.js';
import { pageOf, problems, success } from '../../../src/shared/http/schemas.js';
import { openMiniApp, type MiniApp } from '../../support/mini-app.js';

type Row = { name: string; rank: number | null; at: Date };
const schema = new Schema<Row>({ name: String, rank: Number, at: Date }, { versionKey: false });
let app: MiniApp;
beforeAll(async () => {
  app = await openMiniApp({ routes: ({ connection }) => {
    const rows = connection.model<Row>('PagedRow', schema, 'paged_rows');
    return [defineRoute<object, PageQuery>({
      method: 'get', path: '/rows', summary: 'Lists rows', tag: 'Test', access: { scope: 'cart:read' },
      query: Joi.object({ ...pageParams(['name', 'rank', 'createdAt']) }), responses: { 200: pageOf(Joi.any()), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await findPage(rows, { filter: { name: { $ne: 'hidden' } }, query, paths: { createdAt: 'at' }, fallbackSort: '-createdAt' });
        return { status: 200, body: success('The rows.', { ...page, items: page.items.map(({ _id, name, rank }) => ({ id: _id.toHexString(), name, rank })) }) };
      },
    })];
  } });
});
afterAll(() => app.close());
const rows = () => app.connection.model<Row>('PagedRow');
const insert = (names: string[], more: (n: number) => Partial<Row> = () => ({})) =>
  rows().insertMany(names.map((name, n) => ({ name, rank: n % 3, at: new Date(1_700_000_000_000 + n * 1000), ...more(n) })));
beforeEach(async () => { await rows().deleteMany({}); });

type Page = { items: Array<{ id: string; name: string; rank: number | null }>; total: number | null; pages: number | null; current_page: number | null; per_page: number; next_cursor?: string | null };
const page = async (query: string) => (await app.call('get', `/rows?${query}`).expect(200)).body.data as Page;
const names = (count: number, prefix = 'r') => Array.from({ length: count }, (_none, n) => `${prefix}${String(n).padStart(3, '0')}`);

test('pages have totals, and the one after the last is empty', async () => {
  await insert([...names(45), 'hidden']);

  expect(await page('per_page=20')).toMatchObject({ total: 45, pages: 3, current_page: 1, per_page: 20, items: { length: 20 } });
  expect((await page('per_page=20&page=3')).items).toHaveLength(5);
  expect((await page('page=99')).items).toEqual([]);
  expect((await page('')).per_page).toBe(20);
  await app.call('get', '/rows?per_page=101').expect(400);
});

test('every sort is the same each time it is read: ties are broken by id', async () => {
  await insert(names(30), () => ({ rank: 1, at: new Date(0) }));
  for (const sort of ['rank', '-rank', 'rank,-createdAt', '-createdAt']) {
    const seen = (await Promise.all([1, 2, 3].map((n) => page(`sort=${sort}&per_page=10&page=${n}`)))).flatMap(({ items }) => items.map(({ name }) => name));
    expect(new Set(seen).size).toBe(30);
  }
  expect((await page('sort=name&per_page=2')).items.map(({ name }) => name)).toEqual(['r000', 'r001']);
  expect((await page('sort=-name&per_page=2')).items.map(({ name }) => name)).toEqual(['r029', 'r028']);
});

/** Walks to the end while `between` disturbs, and answers what was seen. */
async function walk(query: string, between: (step: number) => Promise<unknown> = async () => {}) {
  const seen: string[] = [];
  let cursor: string | null = '';
  for (let step = 0; cursor !== null; step++) {
    const found: Page = await page(`${query}&cursor=${cursor}`);
    expect([found.total, found.pages, found.current_page]).toEqual([null, null, null]);
    seen.push(...found.items.map(({ name }) => name));
    await between(step);
    cursor = found.next_cursor ?? null;
  }
  return seen;
}

test.each(['sort=name', 'sort=-name', 'sort=rank', 'sort=-rank,name', 'sort=rank,-createdAt', ''])('a cursor walk (%s) under inserts and removals skips nothing and shows nothing twice', async (sort) => {
  const all = names(57);
  await insert(all);
  const removed: string[] = [];

  const seen = await walk(`${sort}&per_page=5`, async (step) => {
    await insert([`a${step}`, `r0${step}x`, `z${step}`], (n) => ({ rank: n, at: new Date(1_700_000_000_000 + step * 4000 + n) }));
    const victim = all[step * 3 + 1]!;
    if (step < 5) { removed.push(victim); await rows().deleteOne({ name: victim }); }
  });

  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((name) => all.includes(name)).concat(removed).filter((name, at, list) => list.indexOf(name) === at).sort()).toEqual(all);
});

test('a walk in either direction passes rows that lack the sort key', async () => {
  await insert(names(20), (n) => (n % 4 === 0 ? { rank: null } : { rank: n }));

  for (const sort of ['rank', '-rank']) expect((await walk(`sort=${sort}&per_page=3`)).sort()).toEqual(names(20));
});

test.each(['rank', '-rank'])('a walk by %s starts at its cursor in the index', async (sort) => {
  await insert(names(600), (n) => ({ rank: n % 50 === 0 ? null : n }));
  await rows().collection.createIndex({ rank: 1, _id: 1 });
  const before = (await page(`sort=${sort}&per_page=100&cursor=`)).next_cursor!;
  const after = (await page(`sort=${sort}&per_page=100&cursor=${before}`)).next_cursor!;
  await app.connection.db!.command({ profile: 2 });

  expect((await page(`sort=${sort}&per_page=10&cursor=${after}`)).items).toHaveLength(10);

  await app.connection.db!.command({ profile: 0 });
  const [last] = await app.connection.collection('system.profile').find({ ns: `${app.connection.name}.paged_rows` }).sort({ ts: -1 }).limit(1).toArray();
  expect(last!['keysExamined']).toBeLessThan(30);
  await rows().collection.dropIndexes();
});

test.each([
  { _case: 'garbage', cursor: 'not-a-cursor' }, { _case: 'another sort order', cursor: encodeCursor('name', ['r', new Types.ObjectId().toHexString()]) },
  { _case: 'an operator', cursor: encodeCursor('-createdAt', [{ $gt: '' }, 'x']) }, { _case: 'too few values', cursor: encodeCursor('-createdAt', ['x']) },
  { _case: 'null', cursor: Buffer.from('null').toString('base64url') }, { _case: 'wrong types', cursor: encodeCursor('-createdAt', ['no date', 'no id']) },
])('a cursor of $_case is refused', async ({ cursor }) => {
  await insert(names(3));

  expect((await app.call('get', `/rows?cursor=${cursor}`).expect(400)).body.code).toBe('bad_cursor');
  expect(app.defects).toEqual([]);
});
