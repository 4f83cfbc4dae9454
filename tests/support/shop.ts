import { randomBytes, randomUUID } from 'node:crypto';
import { givenKeys } from './given.js';
import { openWorld } from './world.js';

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts

export const ADDRESS = { firstName: 'Ada', lastName: 'Lovelace', line1: '12 St James Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };
export const euros = (amount: number) => ({ amount, currency: 'EUR' });

/** A world that sells: keys, one warehouse, and short words for what a shopper does. */
export async function openShop({ isRiskEnforced = false, ...options }: NonNullable<Parameters<typeof openWorld>[0]> & { isRiskEnforced?: boolean } = {}) {
  const world = await openWorld(options);
  const keys = await givenKeys(world);
  const { call } = world;
  // All of a test's orders come from one buyer in one minute, which looks like fraud: they are scored, and not held.
  if (!isRiskEnforced) {
    const { body: { data: { version: _version, createdAt: _createdAt, model: _model, ...choices } } } = await call('get', '/admin/fraud/settings', { headers: keys.secret });
    const chosen = await call('put', '/admin/fraud/settings', { headers: keys.secret, body: { ...choices, isEnforced: false } });
    if (chosen.status !== 200) throw new Error(JSON.stringify(chosen.body));
  }
  const warehouse = await call('post', '/warehouses', { headers: keys.secret, body: { code: 'LON', name: 'London', location: { city: 'London', country: 'GB' }, regionsServed: [] } });

  return {
    ...world, keys, warehouse: warehouse.body.data as Json,
    given: {
      /** A product of one variant with stock. */
      variant: async ({ sku = `SKU-${randomBytes(4).toString('hex')}`, price = 1999, stock = 10, prices, status = 'active' }: { sku?: string; price?: number; stock?: number; prices?: object[]; status?: string } = {}) => {
        const created = await call('post', '/products', { headers: keys.secret, body: {
          name: `Name of ${sku}`, description: 'Described.', categoryIds: [], status, variants: [{ sku, prices: prices ?? [{ currency: 'EUR', base: price }] }],
        } });
        if (created.status !== 201) throw new Error(JSON.stringify(created.body));
        if (stock > 0) await restock(sku, stock);
        return { sku, productId: created.body.data.id as string };
      },
      /** A guest's cart: its token and the header that sends it. */
      cart: async (...skus: Array<string | [string, number]>) => {
        let token: string | undefined;
        let cart: Json = {};
        for (const entry of skus) {
          const [sku, quantity] = Array.isArray(entry) ? entry : [entry, 1];
          const added = await call('post', '/cart/items', { ...(token !== undefined && { headers: { 'x-cart-token': token } }), body: { sku, quantity } });
          if (added.status !== 201) throw new Error(JSON.stringify(added.body));
          cart = added.body.data;
          token ??= cart['cartToken'] as string;
        }
        return { ...cart, token: token!, guest: { 'x-cart-token': token! } } as Json & { token: string; guest: { 'x-cart-token': string } };
      },
    },
    restock,
    /** `POST /orders` as a guest of London paying on delivery, unless told otherwise. */
    order: (guest: Record<string, string>, { key = randomUUID(), ...body }: Json = {}) => call('post', '/orders', {
      headers: { ...guest, 'idempotency-key': key as string },
      body: { email: 'ada@example.com', shippingAddress: ADDRESS, shippingMethod: 'standard', payment: { provider: 'offline' }, ...body },
    }),
    level: async (sku: string) => {
      const level = await world.connection.collection('stock_levels').findOne({ sku });
      return { onHand: level!['onHand'] as number, reserved: level!['reserved'] as number };
    },
    count: (collection: string, filter: object = {}) => world.connection.collection(collection).countDocuments(filter),
    /** Every invariant of the running system; an empty list is the only good answer. */
    violations: async () => {
      await world.runEvents();
      const found = await Promise.all(world.container.invariants.map(({ check }) => check()));
      return found.flat();
    },
  };

  async function restock(sku: string, delta: number) {
    const adjusted = await call('post', '/inventory/adjustments', { headers: keys.secret, body: { sku, warehouseId: warehouse.body.data.id, delta, reason: 'given' } });
    if (adjusted.status >= 300) throw new Error(JSON.stringify(adjusted.body));
  }
}

export type Shop = Awaited<ReturnType<typeof openShop>>;
