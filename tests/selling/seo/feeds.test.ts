import { FEED_FORMS, feedItems, problemsOf, type FeedProduct } from '../../../src/selling/seo/feeds.js';

const market = { site: { url: 'https://shop.example', name: 'Shop', language: 'en' }, mediaUrl: 'https://cdn.example', country: 'DE', currency: 'EUR', language: 'de', categoryPath: () => 'Home > Seats' };
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const product = (variant: object = {}, given: object = {}): FeedProduct => ({
  language: 'de', id: 'a'.repeat(24), slug: 'oak-chair', name: 'Oak "chair"', description: 'Good\tand\nold', brand: 'Holz', categories: [], images: [{ url: '/a.jpg' }, { url: 'https://x.example/b.jpg' }], seo: {}, rating: { average: 0, count: 0 },
  variants: [{ sku: 'OAK-1', options: { colour: 'brown' }, price: eur(1999), compareAtPrice: eur(2499), available: 0, barcode: '4006381333931', ...variant }], ...given,
});
const only = (variant: object = {}, given: object = {}) => feedItems(product(variant, given), market)[0]!;

test('an item has the fields of the specifications in their forms', () => {
  const item = only();
  expect(problemsOf(item)).toEqual([]);
  const cells = FEED_FORMS['google.tsv'].item(item).replace('\n', '').split('\t');
  expect(Object.fromEntries(FEED_FORMS['google.tsv'].opening().trim().split('\t').map((name, at) => [name, cells[at]]))).toEqual({
    id: 'OAK-1', title: 'Oak "chair"', description: 'Good and old', link: 'https://shop.example/de/products/oak-chair?currency=EUR&country=DE', image_link: 'https://cdn.example/a.jpg',
    additional_image_link: 'https://x.example/b.jpg', availability: 'out_of_stock', availability_date: '', price: '24.99 EUR', sale_price: '19.99 EUR', brand: 'Holz', gtin: '4006381333931', mpn: '',
    condition: 'new', item_group_id: 'a'.repeat(24), product_type: 'Home > Seats', color: 'brown', size: '', material: '', pattern: '', identifier_exists: 'yes',
  });
  expect(FEED_FORMS['meta.csv'].item(item)).toContain('"Oak ""chair""","Good and old"');
  expect(FEED_FORMS['meta.csv'].item(item)).toContain('"out of stock"');
  expect(FEED_FORMS['google.xml'].item(item)).toContain('<g:additional_image_link>https://x.example/b.jpg</g:additional_image_link><g:availability>out_of_stock</g:availability><g:price>24.99 EUR</g:price>');
});

test.each([
  ['no price in the currency', { price: null, compareAtPrice: undefined }, {}, 'price'], ['a price of nothing', { price: eur(0), compareAtPrice: undefined }, {}, 'price'],
  ['a wrong check digit', { barcode: '4006381333932' }, {}, 'gtin'], ['no picture', {}, { images: [] }, 'imageLink'],
  ['too long an id', { sku: 'x'.repeat(51) }, {}, 'id'], ['too long a brand', {}, { brand: 'x'.repeat(71) }, 'brand'],
  ['a preorder without a date', { backorderable: { kind: 'preorder' } }, {}, 'availabilityDate'],
  ['a backorder without a date', { available: 0, backorderable: { kind: 'backorder' } }, {}, 'availabilityDate'],
] as const)('%s is refused', (_case, variant, given, field) => {
  expect(problemsOf(only(variant, given)).map((problem) => problem.field)).toEqual([field]);
});

test('a long name is cut, a preorder with its date is taken, and options tell variants apart', () => {
  expect(problemsOf(only({}, { name: 'long '.repeat(60) }))).toEqual([]);
  expect(only({ backorderable: { kind: 'preorder', shipsAt: '2026-12-01T00:00:00Z' } })).toMatchObject({ availability: 'preorder', availabilityDate: '2026-12-01T00:00:00.000Z' });
  const both = feedItems(product({}, { variants: [product().variants[0], { ...product().variants[0], sku: 'OAK-2', options: { colour: 'black' } }] }), market);
  expect(both.map(({ title, link }) => [title, link.split('&').at(-1)])).toEqual([['Oak "chair" brown', 'sku=OAK-1'], ['Oak "chair" black', 'sku=OAK-2']]);
});
