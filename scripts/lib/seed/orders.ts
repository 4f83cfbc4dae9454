import { SYSTEM } from '../../../src/shared/actor.js';
import { sha256 } from '../../../src/shared/crypto/tokens.js';
import { NotFoundError } from '../../../src/shared/errors.js';
import type { IdempotencyRequest } from '../../../src/shared/http/idempotency.js';
import type { SeedOrder } from '../../seed-data/index.js';
import type { SeededPerson } from './people.js';
import type { OpenShop, SeedClock, Steps } from './seed-shop.js';

const DAY_MS = 86_400_000;

/** Bought through cart and checkout like any other order, on the day that they are to bear; the oldest first. */
export async function seedOrders(shop: OpenShop, clock: SeedClock, orders: readonly SeedOrder[], people: ReadonlyMap<string, SeededPerson>, { once, step }: Steps): Promise<void> {
  const today = clock.now;
  const byAge = [...orders.entries()].sort(([, a], [, b]) => b.daysAgo - a.daysAgo);
  for (const [index, order] of byAge) {
    const person = people.get(order.customerEmail)!;
    await once(`order ${index}`, async () => {
      const request = { id: sha256(`demo order ${index}`), fingerprint: sha256(`demo order ${index}`) };
      // A seed that was cut off may have placed the order without marking it as done.
      if (!await shop.container.idempotency.find(request)) await fillCart(shop, order, person);
      clock.now = new Date(today.getTime() - order.daysAgo * DAY_MS);
      await placeOne(shop, order, person, request);
      clock.now = today;
    });
    step(`order ${index + 1}`);
  }
}

/** Today: a cart of long ago would be tidied away at any moment. */
async function fillCart({ container: { cart } }: OpenShop, { lines, currency }: SeedOrder, { userId }: SeededPerson): Promise<void> {
  await cart.service.clear({ userId }).catch(unlessThereIsNone);
  for (const { sku, quantity } of lines) await cart.service.addLineItem({ userId }, { sku, quantity, currency });
}

function unlessThereIsNone(error: unknown): void {
  if (!(error instanceof NotFoundError)) throw error;
}

async function placeOne({ container: { checkout, orders } }: OpenShop, { outcome }: SeedOrder, { userId, customer }: SeededPerson, idempotency: IdempotencyRequest): Promise<void> {
  const reply = await checkout.service.place({
    shopper: { userId }, userEmail: customer.email, actor: { type: 'user', id: userId }, idempotency,
    body: { shippingAddress: { ...customer.addresses[0]! }, shippingMethod: 'standard', payment: { provider: 'offline' } },
  });
  const id = reply.location!.split('/').at(-1)!;
  const { status } = await orders.service.get(id, { staff: true });
  if (status !== 'placed') return;
  if (outcome === 'completed') await orders.service.changeStatus(id, { status: 'completed', actor: SYSTEM, ifMatch: undefined });
  if (outcome === 'cancelled') await orders.service.cancel(id, { owner: { userId }, actor: { type: 'user', id: userId }, reason: 'Changed my mind.' });
}
