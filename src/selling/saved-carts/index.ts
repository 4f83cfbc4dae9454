import type { Connection } from 'mongoose';
import type { Clock } from '../../shared/clock.js';
import type { CartService, QuoteDeps } from '../cart/index.js';
import { SavedCartRepository } from './saved-carts.repository.js';
import { savedCartRoutes } from './saved-carts.routes.js';
import { SavedCartService } from './saved-carts.service.js';

export function createSavedCarts({ connection, now, carts, quoting }: { connection: Connection; now: Clock; carts: CartService; quoting: QuoteDeps }) {
  const saved = new SavedCartRepository(connection);
  return { personalData: saved.personalData, routes: savedCartRoutes({ saved: new SavedCartService({ saved, carts, now }), quoting }) };
}
