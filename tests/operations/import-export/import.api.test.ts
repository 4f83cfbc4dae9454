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
