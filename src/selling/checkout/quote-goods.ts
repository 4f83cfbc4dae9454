import type { OrderItem } from '../../fulfilment/orders/index.js';
import type { Address } from '../../shared/address.js';
import { noPromotions, problemsOf, quoteCart, type Cart, type Offers, type QuoteDeps } from '../cart/index.js';
import { CartNotOrderable } from './checkout.errors.js';
import { componentSkus, componentsOf } from './set-shares.js';

type Request = Readonly<{ lines: ReadonlyArray<{ sku: string; quantity: number }>; currency: string; userId: string | null; email: string; address: Address;
  /** That the order was taxed by; '' where it was bought privately. */
  vatId: string;
  /** Whether goods go out only in the quantities in which they are sold. */
  keepsQuantities?: boolean }>;
type Deps = Readonly<{ findOffers(skus: readonly string[], currency: string, buyer: Awaited<ReturnType<QuoteDeps['buyerOf']>>): Promise<Offers>; quoting: QuoteDeps }>;
export type QuotedGoods = Omit<OrderItem, 'id' | 'units'>;

/** What goods cost somebody today outside of a cart: no coupon and no promotion, and no postage. */
export function createQuoteGoods({ findOffers, quoting }: Deps) {
  return async ({ lines, currency, userId, email, address, vatId, keepsQuantities = false }: Request): Promise<QuotedGoods[]> => {
    const buyer = await quoting.buyerOf({ userId });
    const offers = await findOffers(lines.map(({ sku }) => sku), currency, buyer);
    const parts = componentSkus(offers);
    const partOffers: Offers = parts.length === 0 ? new Map() : await findOffers(parts, currency, buyer);
    const lineItems = lines.map(({ sku, quantity }, at): Cart['lineItems'][number] => {
      const offer = offers.get(sku);
      return { id: String(at), sku, quantity, productId: offer?.productId ?? '', name: offer?.name ?? sku, unitPrice: { amount: 0, currency } };
    });
    const blocking = problemsOf(lineItems, offers).filter(({ code }) => code === 'gone' || code === 'not_priced' || (keepsQuantities && code === 'quantity_not_permitted'));
    if (blocking.length > 0) throw new CartNotOrderable(blocking);
    const quote = await quoteCart({ currency, userId, email, lineItems, vatId }, offers, { ...quoting, promote: noPromotions }, { address, method: undefined });
    return lineItems.map(({ sku, quantity, productId, name }, at) => {
      const { unitPrice, discount, tax, lineTotal, allocations, taxes, priceSource } = quote.lines[at]!;
      const offer = offers.get(sku)!;
      return {
        productId, productName: offer.productName, name, sku, quantity, unitPrice, discount, tax, taxRateBps: taxes.reduce((so, { rateBps }) => so + rateBps, 0), lineTotal, allocations, taxes, priceSource,
        ...(offer.components?.length && { components: componentsOf(offer, lineTotal, partOffers) }), ...(offer.digital && { digital: offer.digital }),
      };
    });
  };
}
