import type { openShop } from '../lib/open-shop.js';
import { PERMISSIONS, STOREFRONT_SCOPES } from '../../src/shared/permissions.js';
import { Client } from './load.js';
import type { Shop } from './shop-flows.js';

export const PRODUCTS = 5000;
const PER_CALL = 100;
const PER_RECEIPT = 500;

/** 5,000 products of two variants in 50 categories, over HTTP like any merchant would; keys without a limit in the way. */
export async function fillShop(opened: Awaited<ReturnType<typeof openShop>>, url: string): Promise<Shop & { productIds: string[]; slugs: string[] }> {
  const { apiKeys } = opened.container;
  const app = await apiKeys.issue({ name: 'bench app', kind: 'publishable', scopes: STOREFRONT_SCOPES, rateLimitPerMinute: 100_000_000 });
  const server = await apiKeys.issue({ name: 'bench server', kind: 'secret', scopes: [...new Set<string>([...STOREFRONT_SCOPES, ...PERMISSIONS])], rateLimitPerMinute: 100_000_000 });
  const base = `${url}/api/v1`;
  const client = new Client();
  const post = async (path: string, body: unknown) => {
    const answer = await client.call('POST', base + path, { 'x-api-key': server.key, 'x-app-secret': server.appSecret! }, body);
    if (answer.status >= 300) throw new Error(`POST ${path} answered ${answer.status}: ${answer.body.slice(0, 500)}`);
    return (JSON.parse(answer.body) as { data: { id: string; items: Array<{ data?: { id: string; slug: string } }> } }).data;
  };

  const warehouse = await post('/warehouses', { code: 'LON', name: 'London', location: { city: 'London', country: 'GB' }, regionsServed: ['GB'] });
  const categories = await Promise.all(Array.from({ length: 50 }, (_, i) => post('/categories', { name: `Category ${i}` })));
  const skus = Array.from({ length: PRODUCTS }, (_, i) => [`BENCH-${i}-S`, `BENCH-${i}-L`]).flat();
  const made: Array<{ id: string; slug: string }> = [];
  for (let from = 0; from < PRODUCTS; from += PER_CALL) {
    const items = Array.from({ length: PER_CALL }, (_, at) => product(from + at, categories[(from + at) % 50]!.id));
    const { items: results } = await post('/products/bulk', { items });
    made.push(...results.map(({ data }) => data!));
  }
  for (let from = 0; from < skus.length; from += PER_RECEIPT) {
    await post('/inventory/receipts', { receiptId: `bench-${from}`, warehouseId: warehouse.id, lines: skus.slice(from, from + PER_RECEIPT).map((sku) => ({ sku, quantity: 1_000_000 })) });
  }
  client.close();
  return { base, key: app.key, skus, productIds: made.map(({ id }) => id), slugs: made.map(({ slug }) => slug) };
}

const product = (i: number, categoryId: string) => ({
  name: `Product ${i}`, description: 'x'.repeat(1200), categoryIds: [categoryId], status: 'active', attributes: { colour: i % 2 ? 'blue' : 'red', weight: 100 },
  variants: ['S', 'L'].map((size, at) => ({ sku: `BENCH-${i}-${size}`, options: { size }, prices: [{ currency: 'EUR', base: 1000 + i + at * 500 }] })),
});
