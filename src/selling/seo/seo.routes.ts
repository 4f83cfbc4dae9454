import { etagOf } from '../../shared/http/etag.js';
import type { Reply } from '../../shared/http/reply.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { FeedName } from './feeds.js';
import type { FeedQuery, FeedService } from './feeds.service.js';
import { document, feedParams, feedQuery, mapParams, metadataAnswer, newsQuery, problemsAnswer, productQuery, refParams, resolveAnswer, resolveQuery } from './seo.schemas.js';
import type { SeoService } from './seo.service.js';
import { robots } from './sitemap.js';
import type { SitemapService } from './sitemap.service.js';
import type { Storefront } from './storefront.js';

const read = { method: 'get', tag: 'SEO', access: { scope: 'catalog:read', staff: 'products:read' } } as const;
const open = { method: 'get', tag: 'SEO', access: 'public' } as const;
const XML = 'application/xml; charset=utf-8';
/** Kept by whoever asks, and asked again by its tag. */
const text = (content: string, contentType: string, minutes: number): Reply =>
  ({ status: 200, bytes: { etag: etagOf(1, content), body: Buffer.from(content), gzip: null }, contentType, headers: forMinutes(minutes) });
const forMinutes = (minutes: number) => ({ 'Cache-Control': `public, max-age=${minutes * 60}` });

export function seoRoutes({ seo, feeds }: { seo: SeoService; feeds: FeedService }): Route[] {
  return [
    defineRoute({
      ...read, path: '/products/:idOrSlug/seo', summary: 'What the head of a product page says', params: refParams, query: productQuery,
      description: 'Title, description, canonical address, Open Graph and JSON-LD, made of what the API shows of the product; its own SEO fields count first.',
      responses: { 200: metadataAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => ({ status: 200, body: success('The metadata.', await seo.product(params.idOrSlug, query, caller)) }),
    }),
    defineRoute({
      ...read, path: '/categories/:idOrSlug/seo', summary: 'What the head of a category page says', params: refParams,
      responses: { 200: metadataAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('The metadata.', await seo.category(params.idOrSlug, caller)) }),
    }),
    defineRoute({
      ...read, path: '/seo/resolve', summary: 'What a path of the storefront stands for', query: resolveQuery,
      description: 'A slug that was renamed is answered with status 301 and the path of today, in one step.',
      responses: { 200: resolveAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ query }, { caller }) => ({ status: 200, body: success('The page.', await seo.resolve(query.path, caller)) }),
    }),
    defineRoute<object, FeedQuery>({
      method: 'get', tag: 'SEO', access: { permission: 'products:write' }, path: '/seo/feed-problems', summary: 'What is left out of the product feeds, and why', query: feedQuery, patient: true,
      responses: { 200: problemsAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }) => ({ status: 200, body: success('What feeds would be refused for.', await feeds.problems(query)) }),
    }),
  ];
}

/** Where crawlers look for them. */
export function crawlerRoutes({ maps, feeds, site }: { maps: SitemapService; feeds: FeedService; site: Storefront }): Route[] {
  return [
    defineRoute({
      ...open, path: '/robots.txt', summary: 'What crawlers may read', responses: { 200: document, ...problems(400) }, produces: ['text/plain'],
      handle: async () => text(robots(site), 'text/plain; charset=utf-8', 60),
    }),
    defineRoute({
      ...open, path: '/sitemap.xml', summary: 'The map of all pages', responses: { 200: document, ...problems(400, 503) }, produces: ['application/xml'],
      handle: async () => text(await maps.index(), XML, 5),
    }),
    defineRoute({
      ...open, path: '/sitemaps/:file', summary: 'A part of the map', params: mapParams, responses: { 200: document, ...problems(400, 404) }, produces: ['application/gzip'],
      handle: async ({ params }) => {
        const { gzip, etag } = await maps.file(params.file.replace('.xml.gz', ''));
        return { status: 200, bytes: { etag, body: gzip, gzip: null }, contentType: 'application/gzip', headers: forMinutes(5) };
      },
    }),
    defineRoute({
      ...open, path: '/feeds/new.rss', summary: 'The newest products as RSS', query: newsQuery, responses: { 200: document, ...problems(400) }, produces: ['application/rss+xml'],
      handle: async ({ query }) => text(await feeds.news(query), 'application/rss+xml; charset=utf-8', 10),
    }),
    defineRoute<{ name: FeedName }, FeedQuery>({
      ...open, path: '/feeds/:name', summary: 'All products as Google (XML, TSV) or Meta (CSV) read them', params: feedParams, query: feedQuery, patient: true,
      description: 'Made while it is read: prices and stock are of this minute. What the specifications would refuse is left out; GET /seo/feed-problems tells what.',
      responses: { 200: document, ...problems(400, 503) }, produces: ['application/xml', 'text/tab-separated-values', 'text/csv'],
      handle: async ({ params, query }) => ({ status: 200, ...await feeds.feed(params.name, query), headers: forMinutes(10) }),
    }),
  ];
}
