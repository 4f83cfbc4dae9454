import type { Connection } from 'mongoose';
import { noPromotions, quoteCart, type QuoteDeps } from '../cart/index.js';
import type { CheckoutDeps } from '../checkout/index.js';
import { OrderEditRepository } from './order-edits.repository.js';
import { orderEditRoutes } from './order-edits.routes.js';
import { OrderEditService, type OrderEditDeps } from './order-edits.service.js';

type Deps = Omit<OrderEditDeps, 'edits' | 'quoteShipping'> & { connection: Connection; findOffers: CheckoutDeps['findOffers']; quoting: QuoteDeps; shipping: CheckoutDeps['shipping'] };

export function createOrderEdits({ connection, findOffers, quoting, shipping, ...deps }: Deps) {
  const quoteShipping: OrderEditDeps['quoteShipping'] = async (order, { items, shippingAddress: address }, code) => {
    const { currency, userId, email } = order;
    const offers = await findOffers(items.map(({ sku }) => sku), currency, await quoting.buyerOf({ userId }));
    const lineItems = items.map(({ id, sku, quantity, unitPrice, productId, name }) => ({ id, sku, quantity, unitPrice, productId, name }));
    const quote = await quoteCart({ currency, userId, email, lineItems }, offers, { ...quoting, promote: noPromotions }, { address, method: code });
    const chosen = quote.method ?? await shipping.resolve(code, quote.delivery);
    return { method: { code: chosen.code, name: chosen.name, price: chosen.price }, charge: quote.shipping };
  };
  const service = new OrderEditService({ ...deps, quoteShipping, edits: new OrderEditRepository(connection) });
  return { service, routes: orderEditRoutes(service) };
}
