import { createGzip } from 'node:zlib';
import { alternatesOf } from './metadata.js';
import { addressOf, type PageKind, type Storefront } from './storefront.js';

/** What search engines take in one file: 50,000 addresses, 50 MB. https://www.sitemaps.org/protocol.html */
export const MAX_URLS = 50_000;
export const MAX_BYTES = 50_000_000;
const OPENING = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n';
const CLOSING = '</urlset>\n';
/** Each write goes through another thread. */
const WRITE_BYTES = 262_144;

/** One page in each of its languages. */
export type MapEntry = Readonly<{ id: string; slug: string; updatedAt: Date; slugs: Readonly<Record<string, string>> }>;
export type MapPart = Readonly<{ gzip: Buffer; urls: number; bytes: number; lastModified: Date | null; lastId: string | null }>;
export type Limits = Readonly<{ urls: number; bytes: number }>;

export const xml = (text: string): string => text.replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '').replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

/** Every language has its address, and names all the others. */
export function urlsOf(site: Storefront, kind: PageKind, { slug, updatedAt, slugs }: MapEntry): string[] {
  const all = { [site.language]: slug, ...slugs };
  const links = alternatesOf(site, kind, all).map(({ language, url }) => `<xhtml:link rel="alternate" hreflang="${xml(language)}" href="${xml(url)}"/>`).join('');
  return Object.entries(all).map(([language, own]) => `<url><loc>${xml(addressOf(site, kind, own, language))}</loc><lastmod>${updatedAt.toISOString()}</lastmod>${links}</url>\n`);
}

/** Cuts any number of pages into files; only what is compressed of one of them is held. Yields one part at least. */
export async function* mapParts(site: Storefront, kind: PageKind, pages: AsyncIterable<MapEntry> | Iterable<MapEntry>, limits: Limits = { urls: MAX_URLS, bytes: MAX_BYTES }): AsyncGenerator<MapPart> {
  let part = new PartWriter();
  for await (const page of pages) {
    const urls = urlsOf(site, kind, page);
    const text = urls.join('');
    const size = Buffer.byteLength(text);
    if (part.urls > 0 && (part.urls + urls.length > limits.urls || part.bytes + size + CLOSING.length > limits.bytes)) {
      yield await part.end();
      part = new PartWriter();
    }
    await part.add(text, { size, urls: urls.length, page });
  }
  yield await part.end();
}

class PartWriter {
  urls = 0;
  bytes = OPENING.length;
  private lastModified: Date | null = null;
  private lastId: string | null = null;
  private heldBytes = 0;
  private readonly held: string[] = [];
  private readonly zip = createGzip();
  private readonly chunks: Buffer[] = [];
  private readonly done = new Promise<void>((resolve, reject) => { this.zip.on('end', resolve).on('error', reject); });

  constructor() {
    this.zip.on('data', (chunk: Buffer) => { this.chunks.push(chunk); });
    this.zip.write(OPENING);
  }

  async add(text: string, { size, urls, page }: { size: number; urls: number; page: MapEntry }): Promise<void> {
    this.urls += urls;
    this.bytes += size;
    this.lastId = page.id;
    if (this.lastModified === null || page.updatedAt > this.lastModified) this.lastModified = page.updatedAt;
    this.held.push(text);
    this.heldBytes += size;
    if (this.heldBytes >= WRITE_BYTES) await this.flush();
  }

  private async flush(): Promise<void> {
    const text = this.held.splice(0).join('');
    this.heldBytes = 0;
    if (!this.zip.write(text)) await new Promise((resolve) => { this.zip.once('drain', resolve); });
  }

  async end(): Promise<MapPart> {
    await this.flush();
    this.zip.end(CLOSING);
    await this.done;
    const { urls, lastModified, lastId } = this;
    return { gzip: Buffer.concat(this.chunks), urls, bytes: this.bytes + CLOSING.length, lastModified, lastId };
  }
}

export const mapIndex = (site: Storefront, parts: ReadonlyArray<{ name: string; lastModified: Date | null }>): string => [
  '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n',
  ...parts.map(({ name, lastModified }) => `<sitemap><loc>${xml(`${site.url}/sitemaps/${name}.xml.gz`)}</loc>${lastModified ? `<lastmod>${lastModified.toISOString()}</lastmod>` : ''}</sitemap>\n`),
  '</sitemapindex>\n',
].join('');

/** Answers that differ with who asks, and steps of buying, are of no use to a search engine. */
export const robots = (site: Storefront): string => ['User-agent: *', ...['/api/', '/admin', '/graphql', '/docs', '/metrics', '/cart', '/checkout', '/account', '/search?'].map((path) => `Disallow: ${path}`), '', `Sitemap: ${site.url}/sitemap.xml`, ''].join('\n');
