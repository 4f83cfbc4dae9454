import type { Clock } from '../../shared/clock.js';
import type { CartService, CartWithOffers, Shopper } from '../cart/index.js';
import { NothingToSave, SavedCartNotFound, TooManySavedCarts } from './saved-carts.errors.js';
import { MAX_SAVED_CARTS, type SavedCart } from './saved-carts.js';
import type { SavedCartRepository } from './saved-carts.repository.js';

type Deps = Readonly<{ saved: SavedCartRepository; carts: Pick<CartService, 'getCart' | 'addLines' | 'clear'>; now: Clock }>;
type Customer = Shopper & Readonly<{ userId: string }>;
export type Restored = Awaited<ReturnType<CartService['addLines']>>;

/** Carts that a customer puts aside and takes up again, on whatever device. */
export class SavedCartService {
  constructor(private readonly deps: Deps) {}

  list(userId: string): Promise<SavedCart[]> {
    return this.deps.saved.ofUser(userId);
  }

  async get(userId: string, id: string): Promise<SavedCart> {
    const found = await this.deps.saved.find(userId, id);
    if (!found) throw new SavedCartNotFound();
    return found;
  }

  /** The cart itself stays as it is, unless it is to be emptied. */
  async save(customer: Customer, { name, clear }: { name: string; clear: boolean }): Promise<SavedCart> {
    const { saved, carts, now } = this.deps;
    const found: CartWithOffers | null = await carts.getCart(customer);
    if (!found || found.cart.lineItems.length === 0) throw new NothingToSave();
    if ((await saved.ofUser(customer.userId)).length >= MAX_SAVED_CARTS) throw new TooManySavedCarts();
    const { currency, lineItems } = found.cart;
    const made = await saved.insert({ userId: customer.userId, name, currency, lines: lineItems.map(({ sku, name: what, quantity }) => ({ sku, name: what, quantity })), createdAt: now() });
    if (clear) await carts.clear(customer);
    return made;
  }

  /** Beside what lies in the cart, within the limits and the stock of now; what did not fit is told line by line. It stays saved. */
  async restore(customer: Customer, id: string): Promise<Restored> {
    const { lines, currency } = await this.get(customer.userId, id);
    return this.deps.carts.addLines(customer, lines, currency);
  }

  async delete(userId: string, id: string): Promise<void> {
    if (!await this.deps.saved.delete(userId, id)) throw new SavedCartNotFound();
  }
}
