import { gunzipSync } from 'node:zlib';
import { urlsOf, mapIndex, mapParts, robots, type MapEntry } from '../../../src/selling/seo/sitemap.js';

const site = { url: 'https://shop.example', name: 'Shop', language: 'en' };
const entry = (number: number, slugs: Record<string, string> = {}): MapEntry =>
  ({ id: number.toString(16).padStart(24, '0'), slug: `product-${number}`, updatedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, number % 86_400)), slugs });

test('500,000 addresses make ten full files, each in order and complete, with flat memory', async () => {
  async function* pages() { for (let number = 1; number <= 500_000; number++) yield entry(number); }
  const seen: Array<{ urls: number; bytes: number; first: string; last: string }> = [];
  let most = 0;
  const before = process.memoryUsage().rss;

  for await (const { gzip, urls, bytes } of mapParts(site, 'products', pages())) {
    const text = gunzipSync(gzip).toString();
    expect(text.length).toBe(bytes);
    const [first, last] = [text.indexOf('<loc>'), text.lastIndexOf('<loc>')].map((at) => text.slice(at, text.indexOf('</loc>', at) + 6));
    seen.push({ urls, bytes, first: first!, last: last! });
    most = Math.max(most, gzip.length);
  }

  expect(seen.map(({ urls }) => urls)).toEqual(Array(10).fill(50_000));
  expect(seen.every(({ bytes }) => bytes <= 50_000_000)).toBe(true);
  expect(seen.map(({ first }) => first)).toEqual(Array.from({ length: 10 }, (_, part) => `<loc>https://shop.example/products/product-${part * 50_000 + 1}</loc>`));
  expect(seen.at(-1)!.last).toBe('<loc>https://shop.example/products/product-500000</loc>');
  expect(most).toBeLessThan(5_000_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
});

test('a file ends before its bytes are too many, and a page is never divided', async () => {
  const parts = [];
  for await (const part of mapParts(site, 'products', Array.from({ length: 10 }, (_, n) => entry(n, { de: `produkt-${n}`, fr: `produit-${n}` })), { urls: 100, bytes: 4000 })) parts.push(part);

  expect(parts.length).toBeGreaterThan(1);
  expect(parts.every(({ bytes, gzip }) => bytes <= 4000 && gunzipSync(gzip).length === bytes)).toBe(true);
  expect(parts.every(({ urls }) => urls % 3 === 0)).toBe(true);
  expect(parts.reduce((sum, { urls }) => sum + urls, 0)).toBe(30);
  const few = [];
  for await (const part of mapParts(site, 'products', Array.from({ length: 10 }, (_, n) => entry(n, { de: `produkt-${n}` })), { urls: 5, bytes: 50_000_000 })) few.push(part.urls);
  expect(few).toEqual([4, 4, 4, 4, 4]);
});

test('every language has its own address, and each names all of them', () => {
  const urls = urlsOf(site, 'products', entry(1, { de: 'stühle & tische' }));
  const links = '<xhtml:link rel="alternate" hreflang="en" href="https://shop.example/products/product-1"/>'
    + '<xhtml:link rel="alternate" hreflang="de" href="https://shop.example/de/products/st%C3%BChle%20%26%20tische"/>'
    + '<xhtml:link rel="alternate" hreflang="x-default" href="https://shop.example/products/product-1"/>';
  expect(urls).toEqual([
    `<url><loc>https://shop.example/products/product-1</loc><lastmod>2026-01-01T00:00:01.000Z</lastmod>${links}</url>\n`,
    `<url><loc>https://shop.example/de/products/st%C3%BChle%20%26%20tische</loc><lastmod>2026-01-01T00:00:01.000Z</lastmod>${links}</url>\n`,
  ]);
  expect(urlsOf(site, 'products', entry(2))).toEqual(['<url><loc>https://shop.example/products/product-2</loc><lastmod>2026-01-01T00:00:02.000Z</lastmod></url>\n']);
});

test('the index names the files, and robots.txt names the index', () => {
  expect(mapIndex(site, [{ name: 'products-1', lastModified: new Date('2026-01-02T03:04:05Z') }, { name: 'categories-1', lastModified: null }])).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    + '<sitemap><loc>https://shop.example/sitemaps/products-1.xml.gz</loc><lastmod>2026-01-02T03:04:05.000Z</lastmod></sitemap>\n'
    + '<sitemap><loc>https://shop.example/sitemaps/categories-1.xml.gz</loc></sitemap>\n</sitemapindex>\n',
  );
  expect(robots(site).split('\n')).toEqual(expect.arrayContaining(['User-agent: *', 'Disallow: /api/', 'Sitemap: https://shop.example/sitemap.xml']));
});
