import { decimalOf, type Money } from '../../shared/money.js';
import { withoutTags } from '../../shared/rich-text.js';
import { absolute, addressOf, homeOf, type Storefront } from './storefront.js';

/** What results show of a title and a description before they cut it themselves. */
const TITLE_LENGTH = 60;
const DESCRIPTION_LENGTH = 160;

type Label = Readonly<{ slug: string; name: string }>;
type Stocked = Readonly<{ available: number; backorderable?: Readonly<{ kind: 'backorder' | 'preorder' }> }>;
/** What the API shows; the metadata say nothing else. */
export type ProductFacts = Readonly<{
  slug: string; name: string; description: string; brand: unknown; images: ReadonlyArray<{ url: string }>; seo: Readonly<{ title?: string; description?: string; keywords?: readonly string[] }>;
  rating: Readonly<{ average: number; count: number }>;
  variants: ReadonlyArray<Stocked & Readonly<{ sku: string; price: Money | null; barcode?: string }>>;
}>;
export type CategoryFacts = Label & Readonly<{ description: string; breadcrumb: readonly Label[]; seo?: Readonly<{ title?: string; description?: string }> }>;
export type JsonLd = Readonly<Record<string, unknown>>;
export type Metadata = Readonly<{
  title: string; description: string; canonical: string; keywords?: readonly string[];
  alternates: ReadonlyArray<{ language: string; url: string }>; openGraph: Readonly<Record<string, string>>; jsonLd: readonly JsonLd[];
}>;
type Place = Readonly<{ site: Storefront; mediaUrl: string; language?: string; slugs?: Readonly<Record<string, string>>; breadcrumb?: readonly Label[] }>;

/** At most so many characters, ended at a word. */
export function cutAtWord(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const head = characters.slice(0, length - 1).join('');
  const end = head.search(/\s\S*$/u);
  return `${(end > length / 2 ? head.slice(0, end) : head).replace(/(?<![\s,;:.–-])[\s,;:.–-]+$/u, '')}…`;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
/** What is read of a description that may hold markup. */
export const plainText = (text: string): string => withoutTags(text)
  .replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (_all, name: string) => ENTITIES[name]!).replace(/\s+/gu, ' ').trim();

export function productMetadata(product: ProductFacts, place: Place): Metadata {
  const { site, mediaUrl, language } = place;
  const canonical = addressOf(site, 'products', product.slug, language);
  const images = product.images.map(({ url }) => absolute(url, mediaUrl));
  const head = headOf(product.seo, product.name, product.description);
  const priced = product.variants.find(({ price }) => price !== null);
  return {
    ...head, canonical, ...(product.seo.keywords?.length && { keywords: product.seo.keywords }), alternates: alternatesOf(site, 'products', place.slugs ?? { [site.language]: product.slug }),
    openGraph: {
      ...openGraphOf(head, canonical, site, 'product', language), ...(images[0] !== undefined && { 'og:image': images[0] }),
      ...(priced?.price && { 'product:price:amount': decimalOf(priced.price), 'product:price:currency': priced.price.currency }),
    },
    jsonLd: [productJsonLd(product, { canonical, images, description: head.description }), breadcrumbJsonLd(site, place.breadcrumb ?? [], { name: product.name, url: canonical }, language)],
  };
}

export function categoryMetadata(category: CategoryFacts, { site, language, slugs }: Place): Metadata {
  const canonical = addressOf(site, 'categories', category.slug, language);
  const head = headOf(category.seo ?? {}, category.name, category.description);
  const above = category.breadcrumb.slice(0, -1);
  return {
    ...head, canonical, alternates: alternatesOf(site, 'categories', slugs ?? { [site.language]: category.slug }), openGraph: openGraphOf(head, canonical, site, 'website', language),
    jsonLd: [
      { '@context': 'https://schema.org', '@type': 'CollectionPage', name: category.name, url: canonical, ...(head.description !== '' && { description: head.description }) },
      breadcrumbJsonLd(site, above, { name: category.name, url: canonical }, language),
    ],
  };
}

/** With one language there is nothing to choose from. */
export function alternatesOf(site: Storefront, kind: 'products' | 'categories', slugs: Readonly<Record<string, string>>): Array<{ language: string; url: string }> {
  const languages = Object.keys(slugs);
  if (languages.length < 2) return [];
  const usual = slugs[site.language];
  return [
    ...languages.map((language) => ({ language, url: addressOf(site, kind, slugs[language]!, language) })),
    ...(usual === undefined ? [] : [{ language: 'x-default', url: addressOf(site, kind, usual) }]),
  ];
}

function headOf(seo: { title?: string; description?: string }, name: string, text: string) {
  return { title: seo.title || cutAtWord(name, TITLE_LENGTH), description: seo.description || cutAtWord(plainText(text), DESCRIPTION_LENGTH) };
}

const openGraphOf = (head: { title: string; description: string }, url: string, site: Storefront, type: string, language = site.language): Record<string, string> =>
  ({ 'og:type': type, 'og:title': head.title, 'og:description': head.description, 'og:url': url, 'og:site_name': site.name, 'og:locale': language.replace('-', '_') });

/** schema.org knows no kind of number but these lengths. */
const gtinOf = (barcode: string | undefined): Record<string, string> => (barcode !== undefined && isGtin(barcode) ? { [`gtin${barcode.length}`]: barcode } : {});

/** GS1 General Specifications, 7.9: weights 3 and 1 from the right, up to the next ten. */
export function isGtin(code: string): boolean {
  if (!/^(?:\d{8}|\d{12,14})$/.test(code)) return false;
  const digits = [...code].map(Number).reverse();
  return digits.reduce((sum, digit, at) => sum + digit * (at % 2 === 0 ? 1 : 3), 0) % 10 === 0;
}

export function availabilityOf({ available, backorderable }: Stocked): 'InStock' | 'PreOrder' | 'BackOrder' | 'OutOfStock' {
  if (available > 0) return 'InStock';
  if (backorderable) return backorderable.kind === 'preorder' ? 'PreOrder' : 'BackOrder';
  return 'OutOfStock';
}

const nameOfBrand = (brand: unknown): string | null => (typeof brand === 'string' && brand !== '' ? brand : null);

function productJsonLd(product: ProductFacts, { canonical, images, description }: { canonical: string; images: readonly string[]; description: string }): JsonLd {
  const brand = nameOfBrand(product.brand);
  const [only, ...more] = product.variants;
  return {
    '@context': 'https://schema.org', '@type': 'Product', name: product.name, url: canonical, ...(description !== '' && { description }), ...(images.length > 0 && { image: images }),
    ...(brand !== null && { brand: { '@type': 'Brand', name: brand } }), ...(only && more.length === 0 && { sku: only.sku, ...gtinOf(only.barcode) }),
    ...offersOf(product, canonical),
    ...(product.rating.count > 0 && { aggregateRating: { '@type': 'AggregateRating', ratingValue: product.rating.average, reviewCount: product.rating.count, bestRating: 5, worstRating: 1 } }),
  };
}

function offersOf({ variants }: ProductFacts, url: string): JsonLd {
  const offers = variants.flatMap((variant) => (variant.price === null ? [] : [{
    '@type': 'Offer', sku: variant.sku, url, price: decimalOf(variant.price), priceCurrency: variant.price.currency, availability: `https://schema.org/${availabilityOf(variant)}`, ...gtinOf(variant.barcode),
  }]));
  if (offers.length < 2) return offers.length === 0 ? {} : { offers: offers[0] };
  const prices = variants.flatMap(({ price }) => price ?? []).sort((a, b) => a.amount - b.amount);
  return { offers: {
    '@type': 'AggregateOffer', lowPrice: decimalOf(prices[0]!), highPrice: decimalOf(prices.at(-1)!), priceCurrency: prices[0]!.currency, offerCount: offers.length, offers,
  } };
}

function breadcrumbJsonLd(site: Storefront, above: readonly Label[], last: { name: string; url: string }, language?: string): JsonLd {
  const steps = [{ name: site.name, url: `${homeOf(site, language)}/` }, ...above.map(({ name, slug }) => ({ name, url: addressOf(site, 'categories', slug, language) })), last];
  return {
    '@context': 'https://schema.org', '@type': 'BreadcrumbList',
    itemListElement: steps.map(({ name, url }, index) => ({ '@type': 'ListItem', position: index + 1, name, item: url })),
  };
}

const attribute = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);
/** Inside a script no text may end it or begin a comment, whatever it says. */
export const scriptJson = (value: unknown): string => JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.codePointAt(0)!.toString(16).padStart(4, '0')}`);

/** Ready for the head of a page. */
export function headHtml({ title, description, canonical, keywords, alternates, openGraph, jsonLd }: Metadata): string {
  return [
    `<title>${attribute(title)}</title>`, `<meta name="description" content="${attribute(description)}">`, `<link rel="canonical" href="${attribute(canonical)}">`,
    ...(keywords ? [`<meta name="keywords" content="${attribute(keywords.join(', '))}">`] : []),
    ...alternates.map(({ language, url }) => `<link rel="alternate" hreflang="${attribute(language)}" href="${attribute(url)}">`),
    ...Object.entries(openGraph).map(([name, value]) => `<meta property="${attribute(name)}" content="${attribute(value)}">`),
    ...jsonLd.map((data) => `<script type="application/ld+json">${scriptJson(data)}</script>`),
  ].join('\n');
}
