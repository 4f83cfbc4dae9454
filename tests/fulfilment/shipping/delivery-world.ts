import { randomUUID } from 'node:crypto';
import { webhookHeaders, webhookSecret } from '../../../src/shared/crypto/standard-webhooks.js';
import { openShop } from '../../support/shop.js';

export const CARRIER_SECRET = webhookSecret('a-secret-of-any-carrier');
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts
type Json = Record<string, any>;

/** A shop that sends: two warehouses, placed orders, and carriers that tell of parcels. */
export async function openDelivery({ env = {} }: { env?: Record<string, string> } = {}) {
  const shop = await openShop({ env: { CARRIER_WEBHOOK_SECRET: CARRIER_SECRET, ...env } });
  const staff = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, body?: object, headers = {}) => shop.call(method, path, { headers: { ...shop.keys.secret, ...headers }, ...(body && { body }) });
  const second = (await staff('post', '/warehouses', { code: 'MAN', name: 'Manchester', location: { address: '1 Piccadilly', city: 'Manchester', postalCode: 'M1 1RG', country: 'GB' }, priority: 200 })).body.data as Json;
  const stockAt = async (warehouseId: string, sku: string, delta: number) => {
    const reply = await staff('post', '/inventory/adjustments', { sku, warehouseId, delta, reason: 'given' });
    if (reply.status >= 300) throw new Error(reply.text);
  };

  return {
    ...shop, staff, second, stockAt,
    variantOf: async (productId: string) => (await shop.call('get', `/products/${productId}/variants`)).body.data.items[0] as Json,
    describe: async (productId: string, facts: object) => {
      const { id } = (await shop.call('get', `/products/${productId}/variants`)).body.data.items[0];
      const reply = await staff('patch', `/products/${productId}/variants/${id as string}`, facts);
      if (reply.status !== 200) throw new Error(reply.text);
    },
    /** A placed order of these, and whoever owns it. */
    placed: async (...skus: Array<string | [string, number]>) => {
      const { guest } = await shop.given.cart(...skus);
      const reply = await shop.order(guest);
      if (reply.status !== 201) throw new Error(reply.text);
      const order = reply.body.data as Json;
      return { order, owner: { 'x-order-token': order['orderToken'] as string } };
    },
    /** Everything that is left of an order goes into parcels and leaves; one parcel a warehouse, numbered as given. */
    send: async (orderId: string, ...numbers: string[]) => {
      const reply = await staff('post', `/orders/${orderId}/fulfilments`, { state: 'shipped' });
      if (reply.status !== 201) throw new Error(reply.text);
      const fulfilment = reply.body.data.fulfilment ?? reply.body.data as Json;
      for (const [at, trackingNumber] of numbers.entries()) {
        const tracked = await staff('patch', `/orders/${orderId}/fulfilments/${fulfilment.id as string}`, { parcelId: fulfilment.parcels[at].id, carrier: 'Post', trackingNumber });
        if (tracked.status !== 200) throw new Error(tracked.text);
      }
      await shop.runEvents();
      return fulfilment as Json;
    },
    /** A signed word of a carrier. */
    tell: (event: { id?: string; trackingNumber: string; status: string; at?: string; message?: string; location?: string }) => {
      const { id = randomUUID(), at = new Date().toISOString(), ...told } = event;
      const body = JSON.stringify({ ...told, at });
      return shop.api.post('/webhooks/carriers/standard').set({ 'content-type': 'application/json', ...webhookHeaders(CARRIER_SECRET, { id, timestamp: Math.floor(Date.now() / 1000), body }) }).send(body);
    },
  };
}
export type Delivery = Awaited<ReturnType<typeof openDelivery>>;
