import { givenUser } from '../../support/given.js';
import { openShop } from '../../support/shop.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts
export type Json = Record<string, any>;
type Options = { body?: object; headers?: Record<string, string> };

/** A shop with short words for what staff do with prices. */
export async function openPricedShop(options: Parameters<typeof openShop>[0] = {}) {
  const shop = await openShop(options);
  const asStaff = (method: Parameters<typeof shop.call>[0], path: string, { body, headers }: Options = {}) =>
    shop.call(method, path, { headers: { ...shop.keys.secret, ...headers }, ...(body !== undefined && { body }) });
  const done = async (method: Parameters<typeof shop.call>[0], path: string, body?: object): Promise<Json> => {
    const reply = await asStaff(method, path, body ? { body } : {});
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`);
    return reply.body.data as Json;
  };

  return {
    ...shop, asStaff, done,
    /** Somebody signed in, with the id of their customer profile. */
    givenCustomer: async () => {
      const user = await givenUser(shop);
      const profile = await shop.call('get', '/customers/me', { headers: user.headers });
      return { ...user, customerId: profile.body.data.id as string };
    },
    /** A list that says what SKUs cost: a number, or amounts by quantity. */
    givenList: async ({ entries, ...fields }: Json & { entries: Record<string, number | Record<number, number>> }): Promise<Json> => {
      const list = await done('post', '/price-lists', { name: 'List', currency: 'EUR', ...fields });
      await done('put', `/price-lists/${list['id']}/entries`, { items: Object.entries(entries).map(([sku, said]) => ({
        sku, tiers: typeof said === 'number' ? [{ minQuantity: 1, amount: said }] : Object.entries(said).map(([minQuantity, amount]) => ({ minQuantity: Number(minQuantity), amount })),
      })) });
      return list;
    },
    givenRule: (fields: Json) => done('post', '/price-rules', { name: 'Rule', floorBps: 0, ceilingBps: 100_000, ...fields }),
    /** The variant as somebody is shown it. */
    shown: async (productId: string, headers: Record<string, string> = {}, query = ''): Promise<Json> => {
      const reply = await shop.call('get', `/products/${productId}${query}`, { headers });
      if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
      return reply.body.data.variants[0] as Json;
    },
    /** What one of it costs in a new cart. */
    charged: async (sku: string, headers: Record<string, string> = {}, { quantity = 1, currency }: { quantity?: number; currency?: string } = {}): Promise<Json> => {
      const added = await shop.call('post', '/cart/items', { headers, body: { sku, quantity, ...(currency !== undefined && { currency }) } });
      if (added.status !== 201) throw new Error(JSON.stringify(added.body));
      return (added.body.data.items as Json[]).find((item) => item['sku'] === sku)!;
    },
  };
}

export type PricedShop = Awaited<ReturnType<typeof openPricedShop>>;
