import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openNode } from '../../support/node.js';
import type { World } from '../../support/world.js';
import { eur, newSku, openCatalogWorld, type CatalogWorld, type Json } from './catalog-world.js';

let world: CatalogWorld;
/** Another process of the same shop. */
let node: World;
beforeAll(async () => {
  world = await openCatalogWorld();
  node = await openNode(world);
});
afterAll(async () => {
  await node.close();
  await world.close();
});
afterEach(() => expect([...world.defects.splice(0), ...node.defects.splice(0)]).toEqual([]));

const COLLECTIONS = new Set(['products', 'variants', 'categories', 'product_slugs', 'catalog_counts', 'attribute_definitions']);
/** Which commands reached the catalogue's collections meanwhile; a process asks for the revision of the tree about once a second, whoever reads. */
async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const note = ({ commandName, command }: { commandName: string; command: Record<string, unknown> }) => {
    if (COLLECTIONS.has(String(command[commandName]))) seen.push(`${commandName} ${String(command[commandName])}`);
  };
  const client = world.connection.getClient();
  client.on('commandStarted', note);
  try {
    await work();
  } finally {
    client.off('commandStarted', note);
  }
  return seen.sort();
}
const purge = () => world.container.cache.purge({ all: true });
const setPrice = ({ id, variants }: Json, base: number) =>
  world.asStaff('put', `/products/${id as string}/variants/${variants[0].id as string}`, { headers: { 'if-match': '*' }, body: { prices: [{ currency: 'EUR', base }] } });
const priceOn = async (one: Pick<World, 'call'>, { id }: Json): Promise<number> => (await one.call('get', `/products/${id as string}`)).body.data.price.from.amount as number;

test('120 new prices are in every answer that starts after the acknowledgement, here at once and elsewhere within a second', async () => {
  const [products, name, list] = [[] as Json[], randomUUID(), '/products?per_page=5&sort=-createdAt'];
  for (let at = 0; at < 5; at++) products.push(await world.given.product({ name: `Fresh ${name} ${at}`, price: 1 }));
  let isDone = false;
  const readers = products.map(async (product, at) => {
    const one = at % 2 === 0 ? world : node;
    while (!isDone) {
      await priceOn(one, product);
      await one.call('get', list);
    }
  });
  const stale: string[] = [];

  await Promise.all(products.map(async (product, lane) => {
    for (let round = 1; round <= 24; round++) {
      const price = lane * 1000 + round;
      expect((await setPrice(product, price)).status).toBe(200);
      const acknowledged = Date.now();
      if (await priceOn(world, product) !== price) stale.push(`detail ${price}`);
      const listed = (await world.call('get', list)).body.data.items.find(({ id }: Json) => id === product['id']);
      if (listed.price.from.amount !== price) stale.push(`list ${price}: ${listed.price.from.amount as number}`);
      for (let started = Date.now(); await priceOn(node, product) !== price; started = Date.now()) {
        if (started - acknowledged > 1000) {
          stale.push(`elsewhere ${price}`);
          break;
        }
      }
    }
  }));
  isDone = true;
  await Promise.all(readers);

  expect(stale).toEqual([]);
  for (const [lane, product] of products.entries()) expect(await priceOn(node, product)).toBe(lane * 1000 + 24);
});

describe('what the database is asked', () => {
  test('a cold product by id is one round trip, by slug two, a cold list two, and warm ones none', async () => {
    const product = await world.given.product({ name: 'Counted' });
    await world.call('get', '/categories');
    await purge();
    expect(await commandsOf(() => world.call('get', `/products/${product['id'] as string}`))).toEqual(['aggregate products']);
    expect(await commandsOf(() => world.call('get', `/products/${product['id'] as string}`))).toEqual([]);
    await purge();
    expect(await commandsOf(() => world.call('get', '/products/counted'))).toEqual(['aggregate products', 'find product_slugs']);
    expect(await commandsOf(() => world.call('get', '/products/counted'))).toEqual([]);
    expect(await commandsOf(() => world.call('get', '/products?per_page=7'))).toEqual(['find catalog_counts', 'find products']);
    expect(await commandsOf(() => world.call('get', '/products?per_page=7&brand=x'))).toEqual(['aggregate products', 'find products']);
    expect(await commandsOf(() => world.call('get', '/products?brand=x&per_page=7&page=1&currency=EUR'))).toEqual([]);
  });

  test('200 reads of one cold product at once load it at most twice', async () => {
    const product = await world.given.product();
    await purge();
    const statuses = new Set<number>();
    const commands = await commandsOf(() => Promise.all(Array.from({ length: 200 }, async () => { statuses.add((await world.call('get', `/products/${product['id'] as string}`)).status); })));
    expect([...statuses]).toEqual([200]);
    expect(commands.filter((name) => name === 'aggregate products').length).toBeLessThanOrEqual(2);
  });
});

describe('answers to what a client has already', () => {
  test('the same tag is 304, after a change it is not', async () => {
    const product = await world.given.product({ price: 100 });
    const first = await world.call('get', `/products/${product['id'] as string}`);
    expect(first.headers).toMatchObject({ 'cache-control': 'public, max-age=0, must-revalidate', vary: expect.stringContaining('x-api-key') });
    const again = () => world.call('get', `/products/${product['id'] as string}`, { headers: { 'if-none-match': first.headers['etag'] as string } });
    expect((await again()).status).toBe(304);
    await setPrice(product, 90);
    expect((await again()).body.data.price.from).toEqual(eur(90));
  });
});

describe('a cache that is not to be trusted', () => {
  const keyOf = async (id: string) => {
    const prefix = world.config.redis.keyPrefix;
    const [key] = await world.redis.client.keys(`${prefix}c:{product:${id}*`);
    return key!.slice(prefix.length);
  };

  test.each([
    { _case: 'a value of another type', poison: async (key: string) => { await world.redis.client.del(key); await world.redis.client.set(key, 'garbage'); } },
    { _case: 'an entry without a body', poison: async (key: string) => { await world.redis.client.hdel(key, 'b'); } },
    { _case: 'an empty body', poison: async (key: string) => { await world.redis.client.hset(key, 'b', ''); } },
  ])('$_case is a miss, and the entry is whole again afterwards', async ({ poison }) => {
    const product = await world.given.product({ price: 77 });
    await priceOn(world, product);
    await poison(await keyOf(product['id']));
    expect(await priceOn(world, product)).toBe(77);
    await pause(20);
    expect(await commandsOf(async () => { expect(await priceOn(world, product)).toBe(77); })).toEqual([]);
  });

  test('without Redis everything is right, and nothing old comes back with it', async () => {
    const product = await world.given.product({ price: 10 });
    expect(await priceOn(world, product)).toBe(10);

    world.redis.client.disconnect();
    expect(await priceOn(world, product)).toBe(10);
    expect((await setPrice(product, 20)).status).toBe(200);
    expect(await priceOn(world, product)).toBe(20);
    expect((await world.call('get', '/products?per_page=3')).status).toBe(200);
    await (world.redis.client as unknown as { connect(): Promise<void> }).connect();
    await pause(1200);

    expect(await priceOn(world, product)).toBe(20);
    expect(await priceOn(node, product)).toBe(20);
  });
});

test('a list is not the list of another currency, filter or page', async () => {
  await world.given.product({ name: 'Priced twice', brand: 'Twice', variants: [{ sku: newSku(), prices: [{ currency: 'EUR', base: 100 }, { currency: 'GBP', base: 90 }] }] });
  for (let round = 0; round < 2; round++) {
    expect((await world.call('get', '/products?brand=twice')).body.data.items[0].price.from).toEqual(eur(100));
    expect((await world.call('get', '/products?brand=twice&currency=GBP')).body.data.items[0].price.from).toEqual({ amount: 90, currency: 'GBP' });
    expect((await world.call('get', '/products?brand=twice&page=2')).body.data).toMatchObject({ items: [], total: 1, current_page: 2 });
    expect((await world.call('get', '/products?brand=nobody')).body.data.total).toBe(0);
  }
});
