import type { Orders } from '../../fulfilment/orders/index.js';
import type { CartService, QuoteDeps } from '../cart/index.js';
import { reorderRoutes } from './reorder.routes.js';
import { ReorderService } from './reorder.service.js';

export function createReorder({ orders, carts, quoting }: { orders: Orders['service']; carts: CartService; quoting: QuoteDeps }) {
  return { routes: reorderRoutes({ reorders: new ReorderService({ orders, carts }), quoting }) };
}
