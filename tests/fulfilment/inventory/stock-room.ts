import { randomBytes } from 'node:crypto';
import { givenKeys } from '../../support/given.js';
import { openWorld } from '../../support/world.js';

type Line = [sku: string, quantity: number];
type ReserveOptions = { orderId?: string; cartId?: string; country?: string; expiresAt?: Date | null };

/** A world with warehouses and stock, and what an order does to them: each call is the whole transaction of a tiny order. */
export async function openStockRoom() {
  const world = await openWorld();
  const keys = await givenKeys(world);
  const { inventory, inTransaction } = world.container;

  const fields = (code: string, more: object = {}) => ({
    code, name: code, location: { city: 'London', country: 'GB' }, regionsServed: ['GB'], shippingTimeEstimates: { GB: 1 }, priority: 1, ...more,
  });
  const staff = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, body?: object, headers: Record<string, string> = {}) =>
    world.call(method, path, { headers: { ...keys.secret, ...headers }, ...(body && { body }) });

  return {
    ...world, inventory, inTransaction, keys, staff,
    given: {
      warehouse: (code: string, more: object = {}) => inventory.ensureWarehouse(fields(code, more)),
      /** Made known, then counted into the warehouses named by code. */
      stock: async (sku: string, onHand: Record<string, number> = {}) => {
        await inTransaction(() => inventory.createLevels([{ sku, productId: `product-of-${sku}` }]));
        const items = Object.entries(onHand).map(([warehouse, units]) => ({ sku, warehouse, onHand: units }));
        const { refused } = await inventory.setLevels(items, { cause: { type: 'given', id: 'test' } });
        if (refused.length > 0) throw new Error(JSON.stringify(refused));
      },
    },
    reserve: (lines: Line[], { orderId = randomBytes(12).toString('hex'), cartId = `cart-of-${orderId}`, country = 'GB', expiresAt = null }: ReserveOptions = {}) =>
      inTransaction(async () => {
        const allocations = await inventory.reserve({ orderId, cartId, to: { country }, expiresAt, lines: lines.map(([sku, quantity], at) => ({ lineId: `line-${at + 1}`, sku, quantity })) });
        return { orderId, allocations };
      }),
    release: (orderId: string, more: object = {}) => inTransaction(() => inventory.release({ orderId, cause: 'cancelled', ...more })),
    ship: (orderId: string, lines: Array<{ lineId: string; quantity: number; warehouseId?: string }>) => inTransaction(() => inventory.ship({ orderId, lines })),
    levels: async (sku: string) => {
      const rows = await world.connection.collection('stock_levels').find({ sku }).sort({ warehouseId: 1 }).toArray();
      return rows.map(({ onHand, reserved }) => ({ onHand: onHand as number, reserved: reserved as number }));
    },
    count: (collection: string, filter: object = {}) => world.connection.collection(collection).countDocuments(filter),
    violations: async () => (await Promise.all(inventory.invariants.map(({ check }) => check()))).flat(),
  };
}

export type StockRoom = Awaited<ReturnType<typeof openStockRoom>>;

/** How many promises came out well, and the codes of those that did not. */
export async function outcomes(promises: ReadonlyArray<Promise<unknown>>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(promises)) {
    const key = result.status === 'fulfilled' ? 'ok' : String((result.reason as { code?: unknown }).code ?? result.reason);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
