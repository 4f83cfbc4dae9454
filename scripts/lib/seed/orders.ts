import { SYSTEM } from '../../../src/shared/actor.js';
import { sha256 } from '../../../src/shared/crypto/tokens.js';
import type { SeedOrder } from '../../seed-data/index.js';
import type { SeededPerson } from './people.js';
import type { OpenShop, SeedClock } from './seed-shop.js';

const DAY_MS = 86_400_000;

/** Bought through cart and checkout like any other order, on the day that they are to bear. */
export async function seedOrders(shop: OpenShop, clock: SeedClock, orders: readonly SeedOrder[], people: ReadonlyMap<string, SeededPerson>, step: (what: string) => void): Promise<void> {
  const today = clock.now;
  for (const [index, order] of orders.entries()) {
    clock.now = new Date(today.getTime() - order.daysAgo * DAY_MS);
    await placeOne(shop, order, people.get(order.customerEmail)!, index);
    step(`order ${index + 1}`);
  }
  clock.now = today;
}

async function placeOne({ container: { cart, checkout, orders } }: OpenShop, { lines, currency, outcome }: SeedOrder, { userId, customer }: SeededPerson, index: number): Promise<void> {
  for (const { sku, quantity } of lines) await cart.service.addLineItem({ userId }, { sku, quantity, currency });
  const key = sha256(`demo order ${index}`);
  const reply = await checkout.service.place({
    shopper: { userId }, userEmail: customer.email, actor: { type: 'user', id: userId }, idempotency: { id: key, fingerprint: key },
    body: { shippingAddress: { ...customer.addresses[0]! }, shippingMethod: 'standard', payment: { provider: 'offline' } },
  });
  const id = reply.location!.split('/').at(-1)!;
  if (outcome === 'completed') await orders.service.changeStatus(id, { status: 'completed', actor: SYSTEM, ifMatch: undefined });
  if (outcome === 'cancelled') await orders.service.cancel(id, { owner: { userId }, actor: { type: 'user', id: userId }, reason: 'Changed my mind.' });
}
