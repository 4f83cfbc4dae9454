import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { openImportWorld, type ImportWorld } from './import-world.js';

let world: ImportWorld;
beforeAll(async () => {
  world = await openImportWorld('export');
  const headers = world.keys.secret;
  const category = async (name: string, parentId?: string) => (await world.call('post', '/categories', { headers, body: { name, ...(parentId && { parentId }) } })).body.data.id as string;
  const living = await category('Living');
  const chairs = await category('Chairs > Stools | Benches', living);
  const sale = await category('Sale');
  const product = async (body: object) => {
    const reply = await world.call('post', '/products', { headers, body: { description: '', status: 'active', ...body } });
    if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  };
  await product({
    name: '=HYPERLINK("http://evil.example")', slug: 'formula', description: '  Two lines,\r\n"quoted", and a tail  ', brand: '@brand', categoryIds: [chairs, sale],
    attributes: { colour: 'red', width: 12.5, washable: false, sizes: ['S', 40], empty: '', minus: '-1' }, customFields: { kept: true }, images: [{ url: '/a.png', alt: 'A' }],
    sustainability: { recycledPercent: 12.5, carbonFootprint: { productionGrams: 4000, packagingGrams: 0 }, ecoMetrics: { sustainableMaterials: ['cork'], carbonOffset: false } },
    variants: [
      { sku: 'F-1', options: { size: 'S', count: 4 }, barcode: '0012', weightGrams: 5200, quantityRule: { minimum: 6, step: 3 }, prices: [{ currency: 'EUR', base: 12_950, sale: 9_900, wholesale: 8_005 }, { currency: 'JPY', base: 21_000 }, { currency: 'KWD', base: 4_125 }] },
      { sku: 'F-2', options: { size: 'M' }, prices: [] },
    ],
  });
  await product({ name: 'Draft', slug: 'a-draft', status: 'draft', categoryIds: [], variants: [{ sku: 'D-1', prices: [{ currency: 'EUR', base: 100 }] }] });
  await product({ name: 'Archived', slug: 'archived', status: 'archived', categoryIds: [sale], externalRef: 'ERP-7', variants: [{ sku: 'A-1', prices: [] }] });
  await product({ name: 'Active without a price', slug: 'no-price', categoryIds: [sale], attributes: { width: 'broad' }, variants: [{ sku: 'N-1', prices: [{ currency: 'GBP', base: 100 }] }] });
  await product({ name: 'Waiting', slug: 'waiting', status: 'pending_review', categoryIds: [], variants: [{ sku: 'W-1', prices: [] }] });
});
afterAll(() => world.close());
afterEach(() => expect(world.defects.splice(0)).toEqual([]));

const stored = async () => Object.fromEntries(await Promise.all(['products', 'variants', 'product_slugs', 'categories', 'price_history', 'stock_levels', 'outbox'].map(async (name) =>
  [name, await world.connection.collection(name).find().sort({ _id: 1 }).toArray()])));
const rowsOf = (ndjson: string) => ndjson.trim().split('\n').map((line) => JSON.parse(line) as { category: string[]; status: string });

test.each(['csv', 'ndjson'] as const)('what was exported as %s changes nothing when it is imported', async (format) => {
  const file = world.files.written(`export.${format}`, await world.exported(format));
  const before = await stored();

  expect(await world.imported(file)).toMatchObject({ rows: 6, created: 0, updated: 0, unchanged: 6, errors: 0 });
  expect(await stored()).toEqual(before);
});

test.each(['csv', 'ndjson'] as const)('another shop takes the %s over with all prices, categories and attributes', async (format) => {
  const other = await openImportWorld(`other-${format}`);
  try {
    const content = await world.exported(format);
    expect(await other.imported(other.files.written(`moved.${format}`, content))).toMatchObject({ rows: 6, created: 6, errors: 0 });

    const moved = rowsOf(await other.exported('ndjson'));
    expect(moved).toEqual(rowsOf(await world.exported('ndjson')).map(({ 'attributes.empty': _blank, ...row }: Record<string, unknown> & { category: string[]; status: string }) => ({
      ...row,
      // what has no category gets one, or nobody would find it; what has no price waits for it as a draft
      category: row.category.length > 0 ? row.category : ['Uncategorised'], status: row.status === 'pending_review' ? 'draft' : row.status,
    })));
    expect(await other.variant('F-1')).toMatchObject({
      prices: [{ currency: 'EUR', base: 12_950, sale: 9_900, wholesale: 8_005 }, { currency: 'JPY', base: 21_000 }, { currency: 'KWD', base: 4_125 }],
      options: { size: 'S', count: 4 }, barcode: '0012', weightGrams: 5200, quantityRule: { minimum: 6, step: 3 }, productName: '=HYPERLINK("http://evil.example")',
    });
    expect((await other.product({ slug: 'formula' }))!['sustainability']).toEqual({ recycledPercent: 12.5, carbonFootprint: { productionGrams: 4000, packagingGrams: 0 }, ecoMetrics: { carbonOffset: false } });
    expect(await other.variant('F-2')).toMatchObject({ footprint: { productionGrams: 4000, packagingGrams: 0 } });
    expect((await other.product({ slug: 'formula' }))!['attributes']).toEqual({ colour: 'red', width: 12.5, washable: false, sizes: ['S', 40], minus: '-1' });
  } finally {
    await other.close();
  }
});

test('a spreadsheet finds no formula in the CSV', async () => {
  const rows = parse(await world.exported('csv'), { columns: true }) as Array<Record<string, string>>;

  expect(rows).toHaveLength(6);
  expect(rows.flatMap((row) => Object.values(row)).filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
  expect(rows[0]).toMatchObject({
    sku: 'F-1', name: '\'=HYPERLINK("http://evil.example")', brand: '\'@brand', category: 'Living > Chairs \\> Stools \\| Benches', also_in: 'Sale', price: '129.50', currency: 'EUR',
    'price.JPY': '21000', 'price.KWD': '4.125', 'attributes.width:number': '12.5', 'attributes.sizes:json': '["S",40]', 'attributes.minus': '\'-1', 'options.count:number': '4',
  });
});

test('the answer is a stream: chunked, packed when the client can unpack, and cut off when it leaves', async () => {
  const server = world.api.get('/healthz');
  const { port } = (server as unknown as { app: { address(): AddressInfo } }).app.address();
  const request = get({ port, path: '/api/v1/products/export?format=ndjson', headers: { ...world.headers, ...world.keys.secret, 'accept-encoding': 'gzip' } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);

  expect(response.headers).toMatchObject({ 'content-type': 'application/x-ndjson; charset=utf-8', 'content-encoding': 'gzip', 'transfer-encoding': 'chunked', 'content-disposition': 'attachment; filename="products.ndjson"' });
  const lines = gunzipSync(Buffer.concat(chunks)).toString().trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { sku: string }).sku)).toEqual(['F-1', 'F-2', 'D-1', 'A-1', 'N-1', 'W-1']);
  expect((await world.call('get', '/products/export?format=xml', { headers: world.keys.secret })).status).toBe(400);
});
