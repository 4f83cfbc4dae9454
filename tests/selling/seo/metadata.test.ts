import { categoryMetadata, cutAtWord, headHtml, isGtin, plainText, productMetadata, scriptJson, type ProductFacts } from '../../../src/selling/seo/metadata.js';
import { schemaOrgProblems } from './schema-org.js';

const site = { url: 'https://shop.example', name: 'Shop', language: 'en' };
const place = { site, mediaUrl: 'https://cdn.example', breadcrumb: [{ slug: 'seats', name: 'Seats' }] };
const product = (given: Partial<ProductFacts> = {}): ProductFacts => ({
  slug: 'oak-chair', name: 'Oak chair', description: '<p>A chair &amp; more.</p>', brand: 'Holz', images: [{ url: '/media/a.jpg' }], seo: {}, rating: { average: 4.5, count: 2 },
  variants: [{ sku: 'OAK-1', price: { amount: 1999, currency: 'EUR' }, available: 3, barcode: '4006381333931' }], ...given,
});

test('a product says its price, its stock and its rating as schema.org asks', () => {
  const { jsonLd, canonical, openGraph, title, description } = productMetadata(product(), place);

  expect(jsonLd.flatMap((node) => schemaOrgProblems(node))).toEqual([]);
  expect(jsonLd[0]).toMatchObject({
    '@type': 'Product', sku: 'OAK-1', gtin13: '4006381333931', image: ['https://cdn.example/media/a.jpg'],
    offers: { price: '19.99', priceCurrency: 'EUR', availability: 'https://schema.org/InStock' }, aggregateRating: { ratingValue: 4.5, reviewCount: 2 },
  });
  expect(jsonLd[1]).toMatchObject({ itemListElement: [{ name: 'Shop' }, { name: 'Seats', item: 'https://shop.example/categories/seats' }, { name: 'Oak chair', item: canonical }] });
  expect([title, description, openGraph['product:price:amount']]).toEqual(['Oak chair', 'A chair & more.', '19.99']);
});

test.each([
  ['none left', { available: 0 }, 'OutOfStock'], ['more to come', { available: 0, backorderable: { kind: 'backorder' } }, 'BackOrder'],
  ['not out yet', { available: 0, backorderable: { kind: 'preorder' } }, 'PreOrder'], ['there and more to come', { available: 1, backorderable: { kind: 'preorder' } }, 'InStock'],
] as const)('%s is told as such', (_case, stock, expected) => {
  const { jsonLd: [node] } = productMetadata(product({ variants: [{ sku: 'A', price: { amount: 1, currency: 'KWD' }, ...stock }] }), place);
  expect(node).toMatchObject({ offers: { price: '0.001', availability: `https://schema.org/${expected}` } });
});

test('several variants are told from the lowest to the highest price; one without a price is left out', () => {
  const variant = (sku: string, amount: number | null) => ({ sku, price: amount === null ? null : { amount, currency: 'JPY' }, available: 1 });
  const { jsonLd: [node] } = productMetadata(product({ variants: [variant('B', 900), variant('A', 80), variant('C', null)], rating: { average: 0, count: 0 } }), place);
  expect(node).toMatchObject({ offers: { '@type': 'AggregateOffer', lowPrice: '80', highPrice: '900', offerCount: 2 } });
  expect(node).not.toHaveProperty('aggregateRating');
  expect(schemaOrgProblems(node!)).toEqual([]);
});

test('nothing that somebody wrote ends the script or an attribute', () => {
  const evil = '</script><script>alert(1)</script><!--"\'>&\u2028';
  const html = headHtml(productMetadata(product({ name: evil, description: evil, brand: evil, seo: { title: evil, description: evil, keywords: [evil] } }), place));

  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html.match(/<\/script>/g)).toHaveLength(2);
  expect(html).not.toContain('<!--');
  expect(html).not.toMatch(/alert\(1\)<\/script/);
  const scripts = [...html.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/g)].map(([, json]) => JSON.parse(json!) as Record<string, unknown>);
  expect(scripts[0]).toMatchObject({ name: evil, brand: { name: evil } });
  expect(JSON.parse(scriptJson(evil))).toBe(evil);
});

test('texts are cut at a word and read without markup', () => {
  expect(cutAtWord('One two three', 20)).toBe('One two three');
  expect(cutAtWord('One two, three four', 12)).toBe('One two…');
  expect(cutAtWord('x'.repeat(30), 10)).toBe(`${'x'.repeat(9)}…`);
  expect([...cutAtWord('😀'.repeat(30), 10)]).toHaveLength(10);
  expect(plainText('<style>p{}</style><b>1 &lt; 2</b>\n\n and <script>x()</script>3')).toBe('1 < 2 and 3');
});

test('own texts of a product count before made ones', () => {
  expect(productMetadata(product({ seo: { title: 'T', description: 'D', keywords: ['k'] } }), place)).toMatchObject({ title: 'T', description: 'D', keywords: ['k'], openGraph: { 'og:title': 'T' } });
});

test('a category tells the way to it', () => {
  const breadcrumb = [{ slug: 'home', name: 'Home' }, { slug: 'seats', name: 'Seats' }];
  const { jsonLd, canonical } = categoryMetadata({ slug: 'seats', name: 'Seats', description: '', breadcrumb }, place);
  expect(jsonLd.flatMap((node) => schemaOrgProblems(node))).toEqual([]);
  expect(canonical).toBe('https://shop.example/categories/seats');
  expect(jsonLd[1]).toMatchObject({ itemListElement: [{ position: 1, name: 'Shop' }, { position: 2, name: 'Home' }, { position: 3, name: 'Seats' }] });
});

test('a GTIN has one of four lengths and the right check digit', () => {
  expect(['96385074', '012345678905', '4006381333931', '10614141000415'].map(isGtin)).toEqual([true, true, true, true]);
  expect(['4006381333932', '123', '', '400638133393X', '4006381333931 '].map(isGtin)).toEqual([false, false, false, false, false]);
});
