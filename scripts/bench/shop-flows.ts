import { randomUUID } from 'node:crypto';
import type { Client } from './load.js';

export type Shop = { base: string; key: string; skus: readonly string[] };
type Envelope = { data: Record<string, unknown> & { cartToken?: string; status?: string; items?: Array<{ id: string; code: string }> } };

const ADDRESS = { firstName: 'Ada', lastName: 'Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };

async function expect(client: Client, status: number, method: string, url: string, headers: Record<string, string>, body?: unknown): Promise<Envelope['data']> {
  const answer = await client.call(method, url, headers, body);
  if (answer.status !== status) throw new Error(`${method} ${url} answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  return (JSON.parse(answer.body) as Envelope).data;
}

/** Different SKUs for different clients: the machine is measured, not a queue for one product. */
const skuAt = ({ skus }: Shop, n: number) => skus[n % skus.length]!;
const since = (started: number) => performance.now() - started;

export function shopFlows(shop: Shop) {
  const { base, key } = shop;
  const app = { 'x-api-key': key };

  async function cartWith(client: Client, n: number, lines: number): Promise<Record<string, string>> {
    const first = await expect(client, 201, 'POST', `${base}/cart/items`, app, { sku: skuAt(shop, n * 2), quantity: 1 });
    const guest = { ...app, 'x-cart-token': first.cartToken! };
    for (let i = 1; i < lines; i++) await expect(client, 201, 'POST', `${base}/cart/items`, guest, { sku: skuAt(shop, n * 2 + i), quantity: 1 });
    return guest;
  }
  const place = (client: Client, guest: Record<string, string>, payment: object) => expect(client, 201, 'POST', `${base}/orders`, { ...guest, 'idempotency-key': randomUUID() },
    { email: 'ada@example.com', shippingAddress: ADDRESS, shippingMethod: 'standard', payment });

  return {
    /** Milliseconds of the call that counts; whatever leads up to it is not timed. */
    addToFreshCart: async (client: Client, n: number) => {
      const started = performance.now();
      await expect(client, 201, 'POST', `${base}/cart/items`, app, { sku: skuAt(shop, n), quantity: 1 });
      return since(started);
    },
    /** The floor of an order counts a cart insert and the order, so this does as well: one call that makes a cart of a line, one that orders. */
    placeOffline: async (client: Client, n: number) => {
      const guest = await cartWith(client, n, 1);
      const started = performance.now();
      await place(client, guest, { provider: 'offline' });
      return since(started);
    },
    placeCard: async (client: Client, n: number) => {
      const guest = await cartWith(client, n, 1);
      const started = performance.now();
      const order = await place(client, guest, { provider: 'simulator', method: 'card', token: 'ok' });
      if (order.status !== 'placed') throw new Error(`a card order stayed ${order.status}`);
      return since(started);
    },
    wholePurchase: async (client: Client, n: number) => {
      const started = performance.now();
      const guest = await cartWith(client, n, 2);
      await expect(client, 200, 'GET', `${base}/cart/shipping-methods`, guest);
      await place(client, guest, { provider: 'offline' });
      return since(started);
    },
    changeLine: (cart: { guest: Record<string, string>; itemId: string }) => async (client: Client, n: number) => {
      const started = performance.now();
      await expect(client, 200, 'PUT', `${base}/cart/items/${cart.itemId}`, cart.guest, { quantity: 1 + (n % 5) });
      return since(started);
    },
    openCart: async (client: Client, n: number, lines: number) => {
      const guest = await cartWith(client, n, lines);
      const cart = await expect(client, 200, 'GET', `${base}/cart`, guest);
      return { guest, itemId: cart.items![0]!.id };
    },
  };
}

/** The floor's own purchase, by the same driver. */
export const floorPurchase = (base: string) => async (client: Client, n: number): Promise<number> => {
  const started = performance.now();
  const lines = [0, 1].map((at) => ({ id: `v${(n * 2 + at) % 10_000}`, quantity: 1 }));
  const cart = await client.call('POST', `${base}/carts`, {}, { lines });
  const order = await client.call('POST', `${base}/orders`, {}, { cart: (JSON.parse(cart.body) as { id: string }).id });
  if (order.status !== 201) throw new Error(`the floor answered ${order.status}`);
  return since(started);
};
