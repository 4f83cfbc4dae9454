import type { Connection } from 'mongoose';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { Invariant } from '../../shared/invariant.js';
import type { Schedule } from '../../shared/schedule.js';
import { AlertService, type AlertDeps } from './alerts.service.js';
import { Shelves, type ShelfDeps } from './shelves.js';
import { stopRoutes } from './stop.routes.js';
import { WatchRepository } from './watches.repository.js';
import { WishlistRepository } from './wishlists.repository.js';
import { wishlistRoutes } from './wishlists.routes.js';
import { WishlistService, type WishlistDeps } from './wishlists.service.js';

type Deps = Omit<WishlistDeps, 'wishlists' | 'watches' | 'shelves' | 'guestTtlDays'> & Omit<AlertDeps, 'watches' | 'shelves' | 'policy'> & ShelfDeps & {
  connection: Connection; config: AlertDeps['policy'] & Readonly<{ ttlDays: number }>;
};

const TELL_EVERY_MS = 2_000;
const idsIn = (data: Readonly<Record<string, unknown>>): string[] => {
  const many = data['productIds'];
  return [...(Array.isArray(many) ? many.filter((id) => typeof id === 'string') : []), ...(typeof data['productId'] === 'string' ? [data['productId']] : [])];
};

export function createWishlists({ connection, config, shelvesOf, offersOf, ...deps }: Deps) {
  const wishlists = new WishlistRepository(connection);
  const watches = new WatchRepository(connection);
  const shelves = new Shelves({ shelvesOf, offersOf });
  const service = new WishlistService({ ...deps, wishlists, watches, shelves, guestTtlDays: config.ttlDays });
  const alerts = new AlertService({ ...deps, watches, shelves, policy: config });

  const subscribers: Subscriber[] = [{
    // Not order.created: a sale neither lowers a price nor brings anything back, and selling out is told by the catalogue.
    name: 'wishlists.alerts', on: ['price.changed', 'products.imported', 'product.published', 'product.stock_crossed', 'stock.changed'], handle: ({ data }) => alerts.hear(idsIn(data)),
  }];
  const schedules: Schedule[] = [{ name: 'tellWishers', everyMs: TELL_EVERY_MS, run: (stop) => alerts.run(stop) }];
  const names = { once: 'wishlists.each_alert_once', watched: 'wishlists.watches_are_the_lists' };
  const invariants: Invariant[] = [
    { name: names.once, check: async () => (await watches.findMiscounted()).map(({ id, alerts: counted, rows }) => ({ invariant: names.once, subject: `watch:${id}`, detail: `was told ${counted} times, ${rows} alerts exist` })) },
    { name: names.watched, check: async () => (await watches.findUnlikeLists()).map(({ _id, difference }) => ({ invariant: names.watched, subject: `user:${_id.userId}`, detail: `${_id.productId} ${_id.sku}: watched ${difference} times more than wished` })) },
  ];
  return {
    personalData: [wishlists.personalData, ...watches.personalData], routes: wishlistRoutes(service, alerts), rootRoutes: stopRoutes(alerts), subscribers, schedules, invariants,
    merge: service.merge.bind(service), hear: alerts.hear.bind(alerts), tell: alerts.run.bind(alerts),
  };
}
