import { decimalOf, type Money } from '../../shared/money.js';
import { availabilityOf, cutAtWord, isGtin, plainText, type ProductFacts } from './metadata.js';
import { xml } from './sitemap.js';
import { absolute, addressOf, type Storefront } from './storefront.js';

/** One thing that can be bought, in the words that Google's and Meta's specifications share. */
export type FeedItem = Readonly<{
  id: string; itemGroupId: string; title: string; description: string; link: string; imageLink: string; additionalImageLinks: readonly string[];
  availability: 'in_stock' | 'out_of_stock' | 'preorder' | 'backorder'; availabilityDate?: string; price: Money | null; salePrice?: Money;
  brand: string | null; gtin: string | null; productType: string; attributes: Readonly<Record<string, string>>;
}>;
type FeedVariant = ProductFacts['variants'][number] & Readonly<{
  options: Readonly<Record<string, unknown>>; compareAtPrice?: Money; backorderable?: Readonly<{ kind: 'backorder' | 'preorder'; shipsAt?: Date | string }>; image?: Readonly<{ url: string }>;
}>;
export type FeedProduct = Omit<ProductFacts, 'variants'> & Readonly<{
  /** Of its words, where that is not the usual one. */
  language?: string;
  id: string; categories: ReadonlyArray<{ id: string; name: string }>; variants: readonly FeedVariant[] }>;
export type FeedMarket = Readonly<{ site: Storefront; mediaUrl: string; country: string; currency: string; language: string; categoryPath: (product: FeedProduct) => string }>;
export type FieldProblem = Readonly<{ field: string; problem: string }>;

/** For these the feeds want to know from when on it is there. */
const DATED: ReadonlySet<string> = new Set(['preorder', 'backorder']);
const AVAILABILITY = { InStock: 'in_stock', OutOfStock: 'out_of_stock', PreOrder: 'preorder', BackOrder: 'backorder' } as const;
/** https://support.google.com/merchants/answer/7052112 and Meta's catalogue fields; where they differ, the narrower one. */
const LENGTHS = { id: 50, itemGroupId: 50, title: 150, description: 5000, link: 2000, imageLink: 2000, brand: 70, productType: 750 } as const;
const MORE_IMAGES = 10;
/** Options that both know by name. */
const KNOWN_OPTIONS: Readonly<Record<string, string>> = { color: 'color', colour: 'color', farbe: 'color', size: 'size', groesse: 'size', material: 'material', pattern: 'pattern' };

export function feedItems(product: FeedProduct, market: FeedMarket): FeedItem[] {
  const { site, mediaUrl, country, currency } = market;
  const link = `${addressOf(site, 'products', product.slug, product.language)}?${new URLSearchParams({ currency, country }).toString()}`;
  const images = product.images.map(({ url }) => absolute(url, mediaUrl));
  const several = product.variants.length > 1;
  return product.variants.map((variant) => {
    const all = variant.image ? [absolute(variant.image.url, mediaUrl), ...images] : images;
    const options = Object.entries(variant.options).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
    const availability = AVAILABILITY[availabilityOf(variant)];
    const shipsAt = variant.backorderable?.shipsAt;
    return {
      id: variant.sku, itemGroupId: product.id, link: several ? `${link}&sku=${encodeURIComponent(variant.sku)}` : link,
      title: cutAtWord(several && options.length > 0 ? `${product.name} ${options.map(([, value]) => value).join(' ')}` : product.name, LENGTHS.title),
      description: cutAtWord(plainText(product.description) || product.name, LENGTHS.description),
      imageLink: all[0] ?? '', additionalImageLinks: [...new Set(all)].slice(1, 1 + MORE_IMAGES), availability,
      ...(DATED.has(availability) && shipsAt !== undefined && { availabilityDate: new Date(shipsAt).toISOString() }),
      price: variant.compareAtPrice ?? variant.price, ...(variant.compareAtPrice && variant.price && { salePrice: variant.price }),
      brand: typeof product.brand === 'string' && product.brand !== '' ? product.brand : null, gtin: variant.barcode ?? null, productType: market.categoryPath(product),
      attributes: Object.fromEntries(options.flatMap(([name, value]) => (KNOWN_OPTIONS[name] === undefined ? [] : [[KNOWN_OPTIONS[name], value.slice(0, 100)]]))),
    };
  });
}

/** Everything for which the item would be refused; nothing: it is taken. */
export function problemsOf(item: FeedItem): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const refuse = (field: string, problem: string) => { problems.push({ field, problem }); };
  for (const field of ['id', 'title', 'description', 'link', 'imageLink'] as const) if (item[field] === '') refuse(field, 'is required');
  for (const [field, most] of Object.entries(LENGTHS)) if ([...String(item[field as keyof FeedItem] ?? '')].length > most) refuse(field, `is longer than ${most} characters`);
  for (const field of ['link', 'imageLink'] as const) if (item[field] !== '' && !/^https?:\/\/[^\s]+$/.test(item[field])) refuse(field, 'is no address');
  if (item.price === null) refuse('price', 'is required: it is not sold in this currency');
  else if (item.price.amount <= 0) refuse('price', 'must be above zero');
  if (item.salePrice && item.price && item.salePrice.amount >= item.price.amount) refuse('salePrice', 'must be below the price');
  if (item.gtin !== null && !isGtin(item.gtin)) refuse('gtin', 'is no GTIN: its length or its check digit is wrong');
  if (DATED.has(item.availability) && item.availabilityDate === undefined) refuse('availabilityDate', 'is required for what cannot be delivered yet');
  return problems;
}

const priceText = (price: Money | null | undefined): string => (price ? `${decimalOf(price)} ${price.currency}` : '');
type Columns = ReadonlyArray<readonly [name: string, value: (item: FeedItem) => string]>;
const shared: Columns = [
  ['id', ({ id }) => id], ['title', ({ title }) => title], ['description', ({ description }) => description], ['link', ({ link }) => link],
  ['image_link', ({ imageLink }) => imageLink], ['additional_image_link', ({ additionalImageLinks }) => additionalImageLinks.join(',')],
];
const details: Columns = [
  ['price', ({ price }) => priceText(price)], ['sale_price', ({ salePrice }) => priceText(salePrice)], ['brand', ({ brand }) => brand ?? ''], ['gtin', ({ gtin }) => gtin ?? ''],
  ['mpn', ({ gtin, id }) => (gtin === null ? id : '')], ['condition', () => 'new'], ['item_group_id', ({ itemGroupId }) => itemGroupId], ['product_type', ({ productType }) => productType],
  ...['color', 'size', 'material', 'pattern'].map((name) => [name, ({ attributes }: FeedItem) => attributes[name] ?? ''] as const),
];
/** Google writes in_stock, Meta "in stock", and takes "available for order" for what is to come. */
const META_AVAILABILITY = { in_stock: 'in stock', out_of_stock: 'out of stock', preorder: 'preorder', backorder: 'available for order' } as const;
const googleColumns: Columns = [
  ...shared, ['availability', ({ availability }) => availability], ['availability_date', ({ availabilityDate = '' }) => availabilityDate], ...details,
  ['identifier_exists', ({ gtin, brand }) => (gtin === null && brand === null ? 'no' : 'yes')],
];
const metaColumns: Columns = [...shared, ['availability', ({ availability }) => META_AVAILABILITY[availability]], ...details];

const tsvCell = (text: string): string => text.replace(/[\t\r\n]+/g, ' ');
/** RFC 4180; read by a machine that wants the text as it is, so nothing stands in front of it. */
const csvCell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const cells = (columns: Columns, item: FeedItem, write: (text: string) => string, between: string): string => `${columns.map(([, value]) => write(value(item))).join(between)}\n`;
/** One element for each further picture. */
const valuesOf = (name: string, text: string): readonly string[] => (text === '' ? [] : name === 'additional_image_link' ? text.split(',') : [text]);

export type FeedForm = Readonly<{ contentType: string; opening: (market: FeedMarket) => string; item: (item: FeedItem) => string; closing: string }>;
export const FEED_FORMS = {
  'google.xml': {
    contentType: 'application/xml; charset=utf-8', closing: '</channel></rss>\n',
    opening: ({ site }) => `<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>${xml(site.name)}</title><link>${xml(site.url)}</link><description>${xml(site.name)}</description>\n`,
    item: (item) => `<item>${googleColumns.flatMap(([name, value]) => valuesOf(name, value(item)).map((text) => `<g:${name}>${xml(text)}</g:${name}>`)).join('')}</item>\n`,
  },
  'google.tsv': {
    contentType: 'text/tab-separated-values; charset=utf-8', opening: () => `${googleColumns.map(([name]) => name).join('\t')}\n`, item: (item) => cells(googleColumns, item, tsvCell, '\t'), closing: '',
  },
  'meta.csv': { contentType: 'text/csv; charset=utf-8', opening: () => `${metaColumns.map(([name]) => name).join(',')}\n`, item: (item) => cells(metaColumns, item, csvCell, ','), closing: '' },
} as const satisfies Record<string, FeedForm>;
export type FeedName = keyof typeof FEED_FORMS;

type News = Readonly<{ language?: string; slug: string; name: string; createdAt: Date | string; description?: string }>;
/** RSS 2.0 of what is new. */
export function newsFeed(site: Storefront, mapUrl: string, products: readonly News[], language: string): string {
  const items = products.map(({ slug, name, description = '', createdAt, language: own }) => {
    const link = xml(addressOf(site, 'products', slug, own));
    return `<item><title>${xml(name)}</title><link>${link}</link><guid isPermaLink="true">${link}</guid><pubDate>${new Date(createdAt).toUTCString()}</pubDate><description>${xml(cutAtWord(plainText(description), 500))}</description></item>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>${xml(site.name)}</title><link>${xml(site.url)}</link><description>${xml(site.name)}</description>`
    + `<language>${xml(language)}</language><atom:link href="${xml(mapUrl)}" rel="self" type="application/rss+xml"/>\n${items.join('')}</channel></rss>\n`;
}
