import { randomBytes } from 'node:crypto';
import { givenKeys } from '../../support/given.js';
import { openNode } from '../../support/node.js';
import { openWorld } from '../../support/world.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts
export type Json = Record<string, any>;
type Options = { body?: object | string; headers?: Record<string, string> };

export const newSku = (): string => `SKU-${randomBytes(5).toString('hex')}`;
export const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** A world with keys and short words for what staff do in the catalogue. */
export async function openCatalogWorld(options: Parameters<typeof openWorld>[0] = {}) {
  const world = await openWorld(options);
  const keys = await givenKeys(world);
  const asStaff = (method: Parameters<typeof world.call>[0], path: string, { body, headers }: Options = {}) =>
    world.call(method, path, { headers: { ...keys.secret, ...headers }, ...(body !== undefined && { body }) });
  const made = async (path: string, body: object): Promise<Json> => {
    const reply = await asStaff('post', path, { body });
    if (reply.status !== 201) throw new Error(`${path}: ${JSON.stringify(reply.body)}`);
    return reply.body.data as Json;
  };

  return {
    ...world, keys, asStaff,
    given: {
      /** An active product with one variant for 19.99 EUR, unless told otherwise. */
      product: ({ price = 1999, sku = newSku(), ...body }: Json = {}): Promise<Json> => made('/products', {
        name: `Name of ${sku as string}`, description: 'Described.', categoryIds: [], status: 'active', variants: [{ sku, prices: [{ currency: 'EUR', base: price }] }], ...body,
      }),
      category: (body: Json): Promise<Json> => made('/categories', { ...body, name: body['name'] ?? `Category ${randomBytes(4).toString('hex')}` }),
      warehouse: (): Promise<Json> => made('/warehouses', { code: 'LON', name: 'London', location: { city: 'London', country: 'GB' }, regionsServed: ['GB'] }),
    },
    setStock: async (sku: string, warehouseId: string, delta: number) => {
      const reply = await asStaff('post', '/inventory/adjustments', { body: { sku, warehouseId, delta, reason: 'given' } });
      if (reply.status >= 300) throw new Error(JSON.stringify(reply.body));
    },
    count: (collection: string, filter: object = {}) => world.connection.collection(collection).countDocuments(filter),
    eventsOf: async (type: string) => (await world.events()).filter((event) => event['type'] === type),
  };
}

/**
 * Staff calls that go to this process and to another one of the same shop in turn. Within one process changes of one thing
 * wait for each other; between two only the database decides.
 */
export async function openOtherNode(world: CatalogWorld) {
  const node = await openNode(world);
  let turn = 0;
  return {
    inTurn: (method: Parameters<typeof world.call>[0], path: string, options: Options = {}) =>
      (turn++ % 2 === 0 ? world : node).call(method, path, { ...options, headers: { ...world.keys.secret, ...options.headers } }),
    defects: node.defects,
    close: () => node.close(),
  };
}

export type CatalogWorld = Awaited<ReturnType<typeof openCatalogWorld>>;
