import type { Connection } from 'mongoose';
import { WishlistRepository } from './wishlists.repository.js';
import { wishlistRoutes } from './wishlists.routes.js';
import { WishlistService, type WishlistDeps } from './wishlists.service.js';

export function createWishlists({ connection, ...deps }: Omit<WishlistDeps, 'wishlists'> & { connection: Connection }) {
  const wishlists = new WishlistRepository(connection);
  const service = new WishlistService({ ...deps, wishlists });
  return { personalData: wishlists.personalData, routes: wishlistRoutes(service) };
}
