import type { Order, OrderOwner, Orders } from '../../fulfilment/orders/index.js';
import { unitPriceOf, type CartService, type CartWithOffers, type Shopper } from '../cart/index.js';
import { reportOf, wishesOf, type ReorderedLine } from './reorder.js';

type Deps = Readonly<{ orders: Pick<Orders['service'], 'get'>; carts: Pick<CartService, 'addLines'> }>;

export class ReorderService {
  constructor(private readonly deps: Deps) {}

  /** Puts what is still there into the cart of whoever asks, at today's prices, beside what lies in it; nothing is bought. */
  async reorder(orderId: string, owner: OrderOwner, shopper: Shopper): Promise<{ order: Order; cart: CartWithOffers; report: ReorderedLine[] }> {
    const order = await this.deps.orders.get(orderId, owner);
    const wishes = wishesOf(order.items);
    const { report, ...cart } = await this.deps.carts.addLines(shopper, wishes, order.currency);
    const priceNow = (sku: string) => {
      const offer = cart.offers.get(sku);
      const quantity = cart.cart.lineItems.find((line) => line.sku === sku)?.quantity ?? 1;
      return offer?.sellable ? unitPriceOf(offer, quantity) : null;
    };
    return { order, cart, report: reportOf(wishes, report, priceNow) };
  }
}
