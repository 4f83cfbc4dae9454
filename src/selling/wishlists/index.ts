import type { Connection } from 'mongoose';
import { WishlistRepository } from './wishlists.repository.js';
import { wishlistRoutes } from './wishlists.routes.js';
import { WishlistService, type WishlistDeps } from './wishlists.service.js';

export function createWishlists({ connection, ...deps }: Omit<WishlistDeps, 'wishlists'> & { connection: Connection }) {
  const service = new WishlistService({ ...deps, wishlists: new WishlistRepository(connection) });
  return { routes: wishlistRoutes(service) };
}
