import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { givenUser } from '../../support/given.js';
import { openImportWorld, writeProducts, type ImportWorld } from './import-world.js';

let world: ImportWorld;
beforeAll(async () => { world = await openImportWorld('api'); });
afterAll(() => world.close());
afterEach(() => expect(world.defects.splice(0)).toEqual([]));

const CSV = 'sku,slug,name,category,price,currency,stock\nUP-1,up-1,Up One,Uploads,5.00,EUR,3\nUP-2,up-2,,Uploads,5.00,EUR,3\nUP-3,up-3,Up Three,Uploads,,,\n';
const ESCI = '{"asin":"B000000001","title":"Kindle","price":29.97,"category":["Electronics"]}\n{"asin":"B000000002","title":"Case","price":null,"category":[]}\n';

const upload = (content: string | Buffer | null, fields: Record<string, string> = {}, { name = 'products.csv', headers = world.keys.secret as Record<string, string> } = {}) => {
  const request = world.api.post('/api/v1/products/import').set({ ...world.headers, ...headers });
  for (const [field, value] of Object.entries(fields)) request.field(field, value);
  return content === null ? request : request.attach('file', Buffer.from(content), name);
};
const jobAt = (location: string) => world.api.get(location).set({ ...world.headers, ...world.keys.secret });
const leftBehind = async () => ({
  uploads: await world.count('uploads.files'), chunks: await world.count('uploads.chunks'),
  files: readdirSync(join(tmpdir(), 'kontor-uploads')).filter((name) => name.startsWith('job-')).length,
});

test('an upload becomes a job, and the job tells what became of every row', async () => {
  const accepted = await upload(CSV);
  expect(accepted.status).toBe(202);
  const location = String(accepted.headers['location']);
  expect(location).toBe(`/api/v1/jobs/${String(accepted.body.data.jobId)}`);
  expect((await jobAt(location)).body.data).toMatchObject({ type: 'products.import', state: 'queued', result: null });

  expect(await world.container.jobs.runDue()).toBe(1);

  const { body: { data: job } } = await jobAt(location);
  expect(job).toMatchObject({ state: 'succeeded', progress: { done: 3 }, result: { rows: 3, created: 2, active: 1, draft: 1, errors: 1, firstErrors: [{ line: 3, field: 'name', code: 'required' }] } });
  expect((await world.call('get', '/products/up-1')).body.data).toMatchObject({ inStock: true, price: { from: { amount: 500, currency: 'EUR' } } });
  expect(await leftBehind()).toEqual({ uploads: 0, chunks: 0, files: 0 });
  const [entry] = await world.connection.collection('audit_entries').find({ action: 'products.import_requested' }).toArray();
  expect(entry).toMatchObject({ subject: `job:${String(job.id)}`, after: { name: 'products.csv', dryRun: false } });
});

test('gzipped NDJSON of another shop, by a preset and by a mapping of one\'s own', async () => {
  const first = await upload(gzipSync(ESCI), { mapping: 'esci', dry_run: 'true' }, { name: 'feed.jsonl.gz' });
  const own = { key: 'asin', name: 'title', price: { field: 'price', currency: 'GBP' }, categoryPath: 'category' };
  const second = await upload(ESCI, { mapping: JSON.stringify(own), format: 'ndjson', stock: '9' }, { name: 'blob' });
  await world.container.jobs.runDue();

  expect((await jobAt(String(first.headers['location']))).body.data.result).toMatchObject({ rows: 2, created: 2, active: 1, draft: 1, uncategorised: 1 });
  expect((await jobAt(String(second.headers['location']))).body.data.result).toMatchObject({ rows: 2, created: 2, active: 1 });
  expect((await world.variant('B000000001'))!['prices']).toEqual([{ currency: 'GBP', base: 2997 }]);
  expect(await world.level('B000000001')).toEqual({ onHand: 9, reserved: 0 });
});

test.each([
  { _case: 'no file', content: null, fields: {}, code: 'file_required' },
  { _case: 'an empty file', content: '', fields: {}, code: 'file_required' },
  { _case: 'a picture', content: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), fields: {}, code: 'not_a_product_file' },
  { _case: 'a packed picture', content: gzipSync(Buffer.from('89504e470d0a1a0a0000000d', 'hex')), fields: {}, code: 'not_a_product_file' },
  { _case: 'an unknown preset', content: CSV, fields: { mapping: 'shopify' }, code: 'invalid_mapping' },
  { _case: 'a mapping without its name', content: CSV, fields: { mapping: '{"key":"sku"}' }, code: 'invalid_mapping' },
  { _case: 'an unknown field', content: CSV, fields: { dryrun: 'true' }, code: 'invalid_request' },
  { _case: 'a negative stock', content: CSV, fields: { stock: '-1' }, code: 'invalid_request' },
])('refuses $_case, and keeps nothing of it', async ({ content, fields, code }) => {
  const jobs = await world.count('jobs');
  const before = readdirSync(join(tmpdir(), 'kontor-uploads')).length;

  const reply = await upload(content, fields as Record<string, string>);

  expect([reply.status, reply.body.code]).toEqual([400, code]);
  expect(await world.count('jobs')).toBe(jobs);
  expect(await world.count('uploads.files')).toBe(0);
  expect(readdirSync(join(tmpdir(), 'kontor-uploads'))).toHaveLength(before);
});

test('only who may import may upload, and only who sees drafts may export', async () => {
  const [customer, operator] = [await givenUser(world), await givenUser(world, { roles: ['operations'] })];

  expect((await upload(CSV, {}, { headers: {} })).status).toBe(401);
  expect((await upload(CSV, {}, { headers: customer.headers })).status).toBe(403);
  expect((await world.call('get', '/products/export')).status).toBe(401);
  expect((await world.call('get', '/products/export', { headers: customer.headers })).status).toBe(403);
  expect(await world.count('jobs', { state: 'queued' })).toBe(0);
  expect((await upload(CSV, { dry_run: 'true' }, { headers: operator.headers })).status).toBe(202);
  await world.container.jobs.runDue();
});

test('a file that cannot be read fails its job with the reason, and is gone', async () => {
  const { headers } = await upload('[{"sku":"A"}]', {}, { name: 'rows' });
  await world.container.jobs.runDue();

  expect((await jobAt(String(headers['location']))).body.data).toMatchObject({ state: 'failed', error: { code: 'unsupported_format' } });
  expect(await leftBehind()).toEqual({ uploads: 0, chunks: 0, files: 0 });
});

test('a worker that stops half way hands the job on, and nothing is done twice', async () => {
  const file = await writeProducts(world.files.path('long.csv'), 2_400);
  const { headers } = await world.api.post('/api/v1/products/import').set({ ...world.headers, ...world.keys.secret }).attach('file', file);
  const stop = new AbortController();
  const watch = setInterval(() => {
    void world.count('variants', { sku: /^GEN-/ }).then((done) => { if (done >= 500) stop.abort(); });
  }, 20);
  await world.container.jobs.runDue(stop.signal);
  clearInterval(watch);
  const half = (await jobAt(String(headers['location']))).body.data;
  expect([half.state, half.result]).toEqual(['queued', null]);
  expect(await world.count('variants', { sku: /^GEN-/ })).toBeLessThan(2_400);

  await world.container.jobs.runDue();

  const done = (await jobAt(String(headers['location']))).body.data;
  expect(done).toMatchObject({ state: 'succeeded', result: { rows: 2_400, errors: 0, active: 2_400 } });
  expect(await world.count('variants', { sku: /^GEN-/ })).toBe(2_400);
  expect(await world.count('products', { slug: /^generated-/ })).toBe(1_200);
  expect(await world.violations()).toEqual([]);
  expect(await leftBehind()).toEqual({ uploads: 0, chunks: 0, files: 0 });
});

describe('translations', () => {
  const send = (content: string, name: string) => world.api.post('/api/v1/translations/import').set({ ...world.headers, ...world.keys.secret }).attach('file', Buffer.from(content), name);
  const imported = async (content: string, name = 'words.csv') => {
    const accepted = await send(content, name);
    expect(accepted.status).toBe(202);
    await world.container.jobs.runDue();
    return (await jobAt(String(accepted.headers['location']))).body.data;
  };
  const exported = async (query: string) => (await world.api.get(`/api/v1/translations/export?${query}`).set({ ...world.headers, ...world.keys.secret }).buffer(true).parse((res, done) => {
    const chunks: Buffer[] = [];
    res.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => done(null, Buffer.concat(chunks).toString()));
  })).body as string;
  const rowsOf = (text: string) => text.trim().split('\n').map((row) => JSON.parse(row) as Record<string, unknown>);

  test('what is exported blank is filled in, imported, and found the same the second time', async () => {
    const tail = randomBytes(4).toString('hex');
    const made = async (path: string, body: object) => String((await world.call('post', path, { headers: world.keys.secret, body })).body.data.id);
    const [id, category] = [await made('/products', { name: `Word ${tail}`, status: 'active' }), await made('/categories', { name: `Words ${tail}` })];
    const blank = rowsOf(await exported('language=de&format=ndjson'));
    expect(blank.find((row) => row['id'] === id)).toEqual({ kind: 'product', id, language: 'de', source_name: `Word ${tail}`, source_description: '', name: null, description: null, slug: null, seo_title: null, seo_description: null, seo_keywords: null });
    expect(blank.find((row) => row['id'] === category)).toMatchObject({ kind: 'category', source_name: `Words ${tail}` });

    const header = 'kind,id,language,name,description,slug,seo_title,seo_keywords\n';
    const filled = `${header}product,${id},de,"Wort, eins",'=Formel,wort-${tail},Titel,eins | zwei\nproduct,${id},de-ch,Wort CH,,,,\n`
      + `product,${'0'.repeat(24)},de,Nirgends,,,,\nproduct,nonsense,deutsch!,X,,Nein,,\nproduct,${id},en,X,,,,\nproduct,${id},fr,,,,,\n`;
    const job = await imported(filled);
    expect(job).toMatchObject({ state: 'succeeded', result: { rows: 6, translated: 2, unchanged: 0, blank: 1, errors: 3 } });
    expect(job.result.firstErrors.map(({ line, field, code }: Record<string, unknown>) => [line, field, code])).toEqual([
      [4, null, 'product_not_found'], [5, 'id', 'string_hex'], [5, 'id', 'string_length'], [5, 'language', 'string_pattern_name'], [5, 'slug', 'string_pattern_name'], [6, null, 'usual_language'],
    ]);
    expect((await world.call('get', `/products/${id}`, { headers: { 'accept-language': 'de' } })).body.data).toMatchObject({ name: 'Wort, eins', description: '=Formel', slug: `wort-${tail}`, seo: { title: 'Titel', keywords: ['eins', 'zwei'] } });

    const csv = await exported('format=csv');
    expect(csv).toContain(`product,${id},de,Word ${tail},,"Wort, eins",'=Formel,wort-${tail},Titel,,eins | zwei\n`);
    const mine = (text: string) => text.split('\n').filter((row, at) => at === 0 || row.includes(id)).join('\n');
    expect((await imported(mine(csv))).result).toEqual({ rows: 2, translated: 0, unchanged: 2, blank: 0, errors: 0, firstErrors: [] });
    expect((await imported(mine(`{}\n${await exported('format=ndjson')}`), 'words.ndjson')).result).toMatchObject({ rows: 3, unchanged: 2, blank: 1 });
    expect(rowsOf(await exported('language=de&kind=category&format=ndjson')).every(({ kind }) => kind === 'category')).toBe(true);
    expect(await leftBehind()).toEqual({ uploads: 0, chunks: 0, files: 0 });
  });

  test('a file without our columns says so once, and who may not import may not', async () => {
    expect((await imported('name\nX\n')).state).toBe('failed');
    expect((await world.api.post('/api/v1/translations/import').set(world.headers).attach('file', Buffer.from('id,language\n'), 'x.csv')).status).toBe(401);
    expect((await world.api.get('/api/v1/translations/export').set(world.headers)).status).toBe(401);
  });
});
