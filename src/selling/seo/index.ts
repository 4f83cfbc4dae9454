import type { Connection } from 'mongoose';
import type { Clock } from '../../shared/clock.js';
import type { Schedule } from '../../shared/schedule.js';
import type { Catalog } from '../catalog/index.js';
import { FeedService } from './feeds.service.js';
import { crawlerRoutes, seoRoutes } from './seo.routes.js';
import { SeoService } from './seo.service.js';
import type { Limits } from './sitemap.js';
import { SitemapRepository } from './sitemap.repository.js';
import { SitemapService } from './sitemap.service.js';
import type { Storefront } from './storefront.js';

type Deps = {
  connection: Connection; now: Clock; catalog: Catalog; market: Readonly<{ defaultCurrency: string; defaultCountry: string }>;
  config: Readonly<{ site: Storefront; mediaUrl: string; limits?: Limits }>;
};
const REFRESH_EVERY_MS = 300_000;

export function createSeo({ connection, now, catalog, market, config: { site, mediaUrl, limits } }: Deps) {
  const maps = new SitemapService({ maps: new SitemapRepository(connection), catalog, site, now, ...(limits && { limits }) });
  const feeds = new FeedService({ catalog, site, mediaUrl, market });
  const seo = new SeoService({ catalog, site, mediaUrl });
  const schedules: Schedule[] = [{ name: 'refreshSitemap', everyMs: REFRESH_EVERY_MS, run: (stop) => maps.refresh(stop) }];
  return { routes: seoRoutes({ seo, feeds }), rootRoutes: crawlerRoutes({ maps, feeds, site }), schedules, refreshMap: maps.refresh.bind(maps) };
}
