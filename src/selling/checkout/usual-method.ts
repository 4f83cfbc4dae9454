import type { Address } from '../../shared/address.js';
import type { Order } from '../../fulfilment/orders/index.js';
import type { ShippingMethod } from '../../fulfilment/shipping/index.js';
import { quoteCart, type Cart } from '../cart/index.js';
import type { CheckoutDeps } from './checkout.deps.js';

type Delivered = Readonly<{ shippingMethod?: string; pickupLocationId?: string }>;
/** Where nothing is offered at all, checkout refuses it by this name and says so. */
const NOTHING_OFFERED = 'standard';

/** How goods go to somebody who was not asked: as the last ones did, where these can go the same way, else by the cheapest. */
export function usualOf(offered: readonly ShippingMethod[], last: Pick<Order, 'shippingMethod'> | undefined): Delivered {
  const { code, pickupLocationId } = last?.shippingMethod ?? {};
  const same = offered.find((method) => method.code === code);
  if (same?.code === 'pickup' && pickupLocationId !== undefined && same.locations?.some(({ id }) => id === pickupLocationId)) return { shippingMethod: 'pickup', pickupLocationId };
  // Nobody is sent to a shop that they never chose.
  const sent = offered.filter((method) => method.code !== 'pickup');
  if (same && sent.includes(same)) return { shippingMethod: same.code };
  const [cheapest] = [...sent].sort((a, b) => a.price.amount - b.price.amount);
  return { shippingMethod: cheapest?.code ?? NOTHING_OFFERED };
}

type Wanted = Readonly<{ cart: Cart; userId: string; channel: string | undefined; email: string; address: Address }>;
/** What was chosen in the cart stands. */
export async function usualMethod(deps: Pick<CheckoutDeps, 'quoting' | 'findOffers' | 'orders'>, { cart, userId, channel, email, address }: Wanted): Promise<Delivered> {
  if (cart.shippingMethod !== undefined) return {};
  const buyer = await deps.quoting.buyerOf({ userId, channel });
  const offers = await deps.findOffers(cart.lineItems.map(({ sku }) => sku), cart.currency, buyer);
  const { delivery } = await quoteCart({ ...cart, email: cart.email ?? email, channel }, offers, deps.quoting, { address, method: undefined });
  const { items: [last] } = await deps.orders.list({ userId }, {}, { page: 1, per_page: 1, sort: '-createdAt' });
  return usualOf(await deps.quoting.shipping.methodsFor(delivery), last);
}
