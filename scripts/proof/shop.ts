import { PERMISSIONS, STOREFRONT_SCOPES } from '../../src/shared/permissions.js';
import { migrate } from '../../src/shared/db/migrate.js';
import { openShop } from '../lib/open-shop.js';

export const SKUS = 200;
export const STOCK = 1_000_000;
const NO_LIMIT = 100_000_000;

export type ProofShop = Readonly<{ key: string; secret: Readonly<Record<string, string>>; skus: readonly string[]; productIds: readonly string[]; receipts: number }>;

/** The database prepared, and the two keys every call needs; the goods come over HTTP, like a merchant's. */
export async function prepareShop(env: NodeJS.ProcessEnv): Promise<Pick<ProofShop, 'key' | 'secret'>> {
  const { container, connection, close } = await openShop('proof', env);
  try {
    await migrate({ connection, log: () => undefined });
    const app = await container.apiKeys.issue({ name: 'proof app', kind: 'publishable', scopes: STOREFRONT_SCOPES, rateLimitPerMinute: NO_LIMIT });
    const server = await container.apiKeys.issue({ name: 'proof server', kind: 'secret', scopes: [...new Set<string>([...STOREFRONT_SCOPES, ...PERMISSIONS])], rateLimitPerMinute: NO_LIMIT });
    return { key: app.key, secret: { 'x-api-key': server.key, 'x-app-secret': server.appSecret! } };
  } finally {
    await close();
  }
}

export async function fillProofShop(url: string, keys: Pick<ProofShop, 'key' | 'secret'>): Promise<ProofShop> {
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...keys.secret }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return ((await answer.json()) as { data: T }).data;
  };
  const warehouse = await post<{ id: string }>('/warehouses', { code: 'LON', name: 'London', location: { city: 'London', country: 'GB' }, regionsServed: ['GB'] });
  const skus = Array.from({ length: SKUS }, (_none, at) => `PROOF-${at}`);
  const made: string[] = [];
  for (let from = 0; from < SKUS; from += 25) {
    const items = skus.slice(from, from + 25).map((sku, at) => ({ name: `Product ${from + at}`, description: 'Proven.', categoryIds: [], status: 'active', variants: [{ sku, prices: [{ currency: 'EUR', base: 1000 + from + at }] }] }));
    const { items: results } = await post<{ items: Array<{ data: { id: string } }> }>('/products/bulk', { items });
    made.push(...results.map(({ data }) => data.id));
  }
  for (let from = 0; from < SKUS; from += 25) {
    await post('/inventory/receipts', { receiptId: `proof-${from}`, warehouseId: warehouse.id, lines: skus.slice(from, from + 25).map((sku) => ({ sku, quantity: STOCK })) });
  }
  return { ...keys, skus, productIds: made, receipts: STOCK };
}
