import { gunzipSync } from 'node:zlib';
import { openCatalogWorld, type Json } from '../catalog/catalog-world.js';
import { schemaOrgProblems } from './schema-org.js';

let world: Awaited<ReturnType<typeof openCatalogWorld>>;
let chair: Json;
let category: Json;
beforeAll(async () => {
  world = await openCatalogWorld({ env: { STOREFRONT_URL: 'https://shop.example/' } });
  category = await world.given.category({ name: 'Seats' });
  chair = await world.given.product({ name: 'Oak chair', sku: 'OAK', categoryIds: [category['id']], images: [{ url: 'https://pics.example/oak.jpg' }], brand: 'Holz' });
  await world.given.product({ name: 'Draft', sku: 'DRAFT', status: 'draft' });
  await world.given.product({ name: 'Elsewhere', sku: 'OUTLET', channels: ['outlet'], images: [{ url: 'https://pics.example/o.jpg' }] });
  await world.given.product({ name: 'No picture', sku: 'BARE' });
});
afterAll(() => world.close());
afterEach(() => expect(world.defects.splice(0)).toEqual([]));

const page = async (path: string) => world.api.get(path);
const part = async (name: string) => gunzipSync((await world.api.get(`/sitemaps/${name}.xml.gz`).buffer(true).parse((res, done) => {
  const chunks: Buffer[] = [];
  res.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => done(null, Buffer.concat(chunks)));
})).body as Buffer).toString();
const addresses = (text: string) => [...text.matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, address]) => address);

describe('the map', () => {
  test('before it is made crawlers are asked to wait', async () => {
    const reply = await page('/sitemap.xml');
    expect([reply.status, reply.headers['retry-after'], reply.body.code]).toEqual([503, '60', 'sitemap_not_ready']);
  });

  test('it has what everybody may see and nothing else, with the time of the last change', async () => {
    expect(await world.container.seo.refreshMap()).toBe(2);
    const index = await page('/sitemap.xml');
    expect(index.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(addresses(index.text)).toEqual(['https://shop.example/sitemaps/categories-1.xml.gz', 'https://shop.example/sitemaps/products-1.xml.gz']);
    const products = await part('products-1');
    expect(addresses(products).sort()).toEqual(['https://shop.example/products/no-picture', 'https://shop.example/products/oak-chair']);
    expect(products).toContain(`<loc>https://shop.example/products/oak-chair</loc><lastmod>${chair['updatedAt']}</lastmod>`);
    expect(addresses(await part('categories-1'))).toEqual(['https://shop.example/categories/seats']);
  });

  test('only what changed is made again: an archived product is gone, a new one is there', async () => {
    world.clock.offsetMs = 60_000;
    expect(await world.container.seo.refreshMap()).toBeLessThanOrEqual(1);
    world.clock.offsetMs = 120_000;
    expect(await world.container.seo.refreshMap()).toBeLessThanOrEqual(1);
    const other = await world.given.product({ name: 'New chair' });
    const gone = await world.given.product({ name: 'Gone chair' });
    await world.asStaff('delete', `/products/${gone['id'] as string}`);
    await world.asStaff('patch', `/products/${other['id'] as string}`, { body: { slug: 'newer-chair' } });

    expect(await world.container.seo.refreshMap()).toBe(1);
    expect(addresses(await part('products-1')).sort()).toEqual(['newer-chair', 'no-picture', 'oak-chair'].map((slug) => `https://shop.example/products/${slug}`));
    expect((await page('/sitemaps/products-7.xml.gz')).body.code).toBe('sitemap_not_found');
  });

  test('robots.txt names it and keeps crawlers out of the API', async () => {
    const { text, headers } = await page('/robots.txt');
    expect(text).toContain('Sitemap: https://shop.example/sitemap.xml');
    expect(text).toContain('Disallow: /api/');
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  });
});

describe('metadata', () => {
  test('a product page says what the API says', async () => {
    const view = (await world.call('get', '/products/oak-chair')).body.data as Json;
    const { status, body: { data } } = await world.call('get', '/products/oak-chair/seo');
    expect(status).toBe(200);
    expect((data.jsonLd as Json[]).flatMap((node) => schemaOrgProblems(node))).toEqual([]);
    expect(data.jsonLd[0].offers).toMatchObject({ price: '19.99', priceCurrency: view['variants'][0].price.currency, availability: 'https://schema.org/OutOfStock' });
    expect(data.jsonLd[1].itemListElement.map(({ name }: Json) => name)).toEqual(['Kontor', 'Seats', 'Oak chair']);
    expect(data).toMatchObject({ title: 'Oak chair', canonical: 'https://shop.example/products/oak-chair' });
    const warehouse = await world.given.warehouse();
    await world.setStock('OAK', warehouse['id'] as string, 5);
    expect((await world.call('get', '/products/oak-chair/seo')).body.data.jsonLd[0].offers.availability).toBe('https://schema.org/InStock');
  });

  test('a draft has none for the public, and a category has some', async () => {
    expect((await world.call('get', '/products/draft/seo')).status).toBe(404);
    expect((await world.call('get', `/categories/${category['id'] as string}/seo`)).body.data).toMatchObject({ canonical: 'https://shop.example/categories/seats' });
    expect((await world.call('get', '/categories/none/seo')).body.code).toBe('category_not_found');
  });
});

describe('feeds', () => {
  test('Google and Meta read what is for sale to everybody, with its price and its stock', async () => {
    const tsv = await world.api.get('/feeds/google.tsv?country=DE');
    expect(tsv.headers['content-type']).toBe('text/tab-separated-values; charset=utf-8');
    const [head, ...lines] = tsv.text.trim().split('\n').map((line: string) => line.split('\t'));
    expect(lines).toHaveLength(1);
    expect(Object.fromEntries(head!.map((name: string, at: number) => [name, lines[0]![at]]))).toMatchObject({ id: 'OAK', price: '19.99 EUR', availability: 'in_stock', product_type: 'Seats', link: 'https://shop.example/products/oak-chair?currency=EUR&country=DE' });
    expect((await world.api.get('/feeds/meta.csv')).text).toContain('"OAK","Oak chair"');
    expect((await world.api.get('/feeds/google.xml')).text).toMatch(/<g:id>OAK<\/g:id>.*<\/channel><\/rss>\n$/s);
    expect((await world.api.get('/feeds/google.tsv?currency=USD')).text.trim().split('\n')).toHaveLength(1);
    expect((await world.api.get('/feeds/other.csv')).status).toBe(400);
  });

  test('what was sold out a moment ago is sold out in the feed', async () => {
    const [warehouse] = (await world.asStaff('get', '/warehouses')).body.data.items as Json[];
    await world.setStock('OAK', warehouse!['id'] as string, -5);
    expect((await world.api.get('/feeds/google.tsv')).text).toContain('\tout_of_stock\t');
  });

  test('staff see what is left out and why', async () => {
    const { data } = (await world.asStaff('get', '/seo/feed-problems')).body;
    expect(data).toMatchObject({ checked: 3, refused: 2 });
    expect(data.items.find(({ sku }: Json) => sku === 'BARE')).toEqual({ sku: 'BARE', problems: [{ field: 'imageLink', problem: 'is required' }] });
    expect((await world.call('get', '/seo/feed-problems')).status).toBe(401);
  });

  test('the newest products come as RSS', async () => {
    const { text, headers } = await page('/feeds/new.rss');
    expect(headers['content-type']).toBe('application/rss+xml; charset=utf-8');
    expect([...text.matchAll(/<item><title>([^<]*)/g)].map(([, title]) => title)).toEqual(['New chair', 'No picture', 'Oak chair']);
  });
});

describe('in several languages', () => {
  beforeAll(async () => {
    const said = async (path: string, body: object) => { const reply = await world.asStaff('put', path, { body }); if (reply.status !== 200) throw new Error(JSON.stringify(reply.body)); };
    await said(`/products/${chair['id'] as string}/translations/de`, { name: 'Eichenstuhl', description: 'Ein Stuhl.', slug: 'eichenstuhl' });
    await said(`/products/${chair['id'] as string}/translations/ar`, { name: 'كرسي', slug: 'كرسي' });
    await said(`/categories/${category['id'] as string}/translations/de`, { name: 'Sitzmöbel', slug: 'sitzmoebel' });
  });
  const german = { headers: { 'accept-language': 'de-CH' } };
  const arabic = encodeURIComponent('كرسي');

  test('the map has every language of a page, and each names all of them', async () => {
    world.clock.offsetMs += 60_000;
    await world.container.seo.refreshMap();
    const products = await part('products-1');
    const entry = products.split('\n').find((row) => row.includes('<loc>https://shop.example/de/products/eichenstuhl</loc>'))!;
    expect([...entry.matchAll(/hreflang="([^"]*)" href="([^"]*)"/g)].map(([, language, href]) => [language, href])).toEqual([
      ['en', 'https://shop.example/products/oak-chair'], ['de', 'https://shop.example/de/products/eichenstuhl'], ['ar', `https://shop.example/ar/products/${arabic}`], ['x-default', 'https://shop.example/products/oak-chair'],
    ]);
    expect(addresses(products)).toContain(`https://shop.example/ar/products/${arabic}`);
    expect(addresses(products).filter((address) => address!.includes('no-picture'))).toEqual(['https://shop.example/products/no-picture']);
    expect(addresses(await part('categories-1'))).toEqual(['https://shop.example/categories/seats', 'https://shop.example/de/categories/sitzmoebel']);
  });

  test('metadata say what the page says, in its language, and where the others are', async () => {
    const { data } = (await world.call('get', '/products/eichenstuhl/seo', german)).body;
    expect(data).toMatchObject({ title: 'Eichenstuhl', description: 'Ein Stuhl.', canonical: 'https://shop.example/de/products/eichenstuhl', openGraph: { 'og:locale': 'de' } });
    expect(data.alternates.map(({ language }: Json) => language)).toEqual(['en', 'de', 'ar', 'x-default']);
    expect(data.jsonLd[1].itemListElement.map(({ name, item }: Json) => [name, item])).toEqual([
      ['Kontor', 'https://shop.example/de/'], ['Sitzmöbel', 'https://shop.example/de/categories/sitzmoebel'], ['Eichenstuhl', 'https://shop.example/de/products/eichenstuhl'],
    ]);
    expect((data.jsonLd as Json[]).flatMap((node) => schemaOrgProblems(node))).toEqual([]);
    expect(data.html).toContain('<link rel="alternate" hreflang="de" href="https://shop.example/de/products/eichenstuhl">');
    expect((await world.call('get', '/products/oak-chair/seo')).body.data).toMatchObject({ title: 'Oak chair', canonical: 'https://shop.example/products/oak-chair' });
    expect((await world.call('get', `/categories/${category['id'] as string}/seo`, german)).body.data).toMatchObject({ title: 'Sitzmöbel', canonical: 'https://shop.example/de/categories/sitzmoebel' });
  });

  test('a path leads to the page of its language in one step, whatever it was called', async () => {
    await world.asStaff('put', `/products/${chair['id'] as string}/translations/de`, { body: { name: 'Eichenstuhl', description: 'Ein Stuhl.', slug: 'stuhl-aus-eiche' } });
    await world.asStaff('put', `/categories/${category['id'] as string}`, { body: { name: 'Seats', slug: 'seating' } });
    const resolved = async (path: string) => { const { data } = (await world.call('get', `/seo/resolve?path=${encodeURIComponent(path)}`)).body; return [data.status, data.path]; };
    expect(await resolved('/de/products/stuhl-aus-eiche')).toEqual([200, '/de/products/stuhl-aus-eiche']);
    expect(await resolved('/de/products/eichenstuhl')).toEqual([301, '/de/products/stuhl-aus-eiche']);
    expect(await resolved('/de/products/oak-chair')).toEqual([301, '/de/products/stuhl-aus-eiche']);
    expect(await resolved('/products/eichenstuhl')).toEqual([301, '/products/oak-chair']);
    expect(await resolved('/en/products/oak-chair')).toEqual([301, '/products/oak-chair']);
    expect(await resolved('/categories/seats')).toEqual([301, '/categories/seating']);
    expect(await resolved(`/ar/products/${arabic}`)).toEqual([200, `/ar/products/${arabic}`]);
  });

  test('feeds are in the language and the currency that they are asked in', async () => {
    const { text } = await world.api.get('/feeds/google.tsv?country=CH&language=de-CH');
    const [head, ...lines] = text.trim().split('\n').map((line: string) => line.split('\t'));
    const row = Object.fromEntries(head!.map((name: string, at: number) => [name, lines.find(([id]) => id === 'OAK')![at]]));
    expect(row).toMatchObject({ title: 'Eichenstuhl', description: 'Ein Stuhl.', link: 'https://shop.example/de/products/stuhl-aus-eiche?currency=EUR&country=CH', product_type: 'Sitzmöbel' });
    expect((await page('/feeds/new.rss?language=de')).text).toContain('<title>Eichenstuhl</title><link>https://shop.example/de/products/stuhl-aus-eiche</link>');
    expect((await page('/feeds/new.rss?language=de')).text).toContain('<title>No picture</title><link>https://shop.example/products/no-picture</link>');
  });
});

test('a refusal speaks the language that is asked for; its code stays', async () => {
  const reply = await world.call('get', '/products/nowhere', { headers: { 'accept-language': 'de-AT, en;q=0.5' } });
  expect([reply.status, reply.headers['content-language']]).toEqual([404, 'de']);
  expect(reply.headers['vary']).toContain('Accept-Language');
  expect(reply.body).toMatchObject({ code: 'product_not_found', error: 'Dieses Produkt gibt es nicht.', detail: 'Dieses Produkt gibt es nicht.', product: 'nowhere' });
  const english = await world.call('get', '/products/nowhere');
  expect([english.body.detail, english.headers['content-language']]).toEqual(['There is no such product.', undefined]);
});
