import type { Connection } from 'mongoose';
import { allocate, zero } from '../../shared/money.js';
import { feesOn, noPromotions, quoteCart, type QuoteDeps } from '../cart/index.js';
import type { CheckoutDeps } from '../checkout/index.js';
import { OrderEditRepository } from './order-edits.repository.js';
import { orderEditRoutes } from './order-edits.routes.js';
import { OrderEditService, type OrderEditDeps } from './order-edits.service.js';

type Deps = Omit<OrderEditDeps, 'edits' | 'quoteShipping' | 'quoteFees'> & { connection: Connection; findOffers: CheckoutDeps['findOffers']; quoting: QuoteDeps; shipping: CheckoutDeps['shipping'] };

export function createOrderEdits({ connection, findOffers, quoting, shipping, ...deps }: Deps) {
  const quoteShipping: OrderEditDeps['quoteShipping'] = async (order, { items, shippingAddress: address }, code) => {
    const { currency, userId, email } = order;
    const offers = await findOffers(items.map(({ sku }) => sku), currency, await quoting.buyerOf({ userId }));
    const lineItems = items.map(({ id, sku, quantity, unitPrice, productId, name }) => ({ id, sku, quantity, unitPrice, productId, name }));
    const quote = await quoteCart({ currency, userId, email, lineItems }, offers, { ...quoting, promote: noPromotions }, { address, method: code });
    const chosen = quote.method ?? await shipping.resolve(code, quote.delivery);
    return { method: { code: chosen.code, name: chosen.name, price: chosen.price }, charge: quote.shipping };
  };
  const quoteFees: OrderEditDeps['quoteFees'] = async ({ currency, userId, taxation: sold, shippingAddress: to }, { items, totals, shippingCharge, shippingMethod, fees: charged = [] }, itemId) => {
    const buyer = await quoting.buyerOf({ userId });
    const offers = await findOffers([...new Set(items.map(({ sku }) => sku))], currency, buyer);
    const taxation = await quoting.tax.taxationOf({ to, buyer, vatId: sold?.vatId?.number ?? '' });
    const has = (code: string) => charged.some((fee) => fee.code === code);
    // The postage bears duty already, with the goods that it was paid for.
    const shipping = has('duty') ? { total: zero(currency), tax: zero(currency) } : shippingCharge;
    const { fees, announced } = await feesOn({ goods: { totals, lines: items, shipping }, offers, taxation, to, method: shippingMethod.code, wantsOffset: has('carbon_offset') }, quoting);
    const parts = fees.map(({ code, name, amount, taxes, weights }) => {
      const at = weights.findIndex(({ lineId }) => lineId === itemId);
      return { code, name, taxes, amount: allocate(amount, weights.map(({ weight }) => weight))[at] ?? zero(currency) };
    });
    return { fees: parts.filter(({ amount }) => amount.amount > 0), announced };
  };
  const service = new OrderEditService({ ...deps, quoteShipping, quoteFees, edits: new OrderEditRepository(connection) });
  return { service, routes: orderEditRoutes(service) };
}
