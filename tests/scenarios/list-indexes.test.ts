import type Joi from 'joi';
import { givenUser, newEmail, PASSWORD } from '../support/given.js';
import { sampleOf } from '../support/samples.js';
import { openShop, type Shop } from '../support/shop.js';

/** Every list and search route, with each of its filters and sorts alone, and signing in, as the database sees it: what scans a collection gets slow with the shop. */
const PROFILE = 'system.profile';
const PROFILE_BYTES = 128 * 1024 * 1024;
const AT_ONCE = 4;
/** Held in memory whole, and read anew when they change: one document of counts, and what prices are made of. */
const READ_WHOLE = ['catalog_counts', 'price_rules', 'price_lists', 'currency_roundings'].map((collection) => `${collection} ${JSON.stringify({ filter: {} })}`);
/** Lists that hang on what takes many steps to make answer 404 here; their own tests read them. */
const HARD_TO_REACH = 3;
/** The auditor's questions are of everything there is. */
const LOOKS_AT_ALL = new Set(['/admin/invariants', '/admin/audit/verify']);
/** What lists hang on. */
const PARENTS: Record<string, object> = {
  categories: { name: 'Lamps' }, promotions: { name: 'Ten percent', trigger: 'coupon', class: 'order', effect: { type: 'percentage', rateBps: 1000 } }, 'gift-cards': { amount: { amount: 100, currency: 'EUR' }, reason: 'goodwill' }, 'customer-groups': { code: 'trade', name: 'Trade', wholesale: true },
  companies: { name: 'Interiors Ltd' }, suppliers: { code: 'ACME', name: 'Acme', currency: 'EUR' }, 'price-lists': { name: 'List', currency: 'EUR' },
};

let shop: Shop;
let headers: Record<string, string>;
let made: Record<string, string>;
beforeAll(async () => {
  shop = await openShop();
  headers = { ...shop.keys.secret, ...(await givenUser(shop, { roles: ['admin'] })).headers };
  made = await parents();
});
afterAll(async () => {
  await shop.connection.db!.setProfilingLevel('off');
  await shop.connection.db!.dropCollection(PROFILE).catch(() => {});
  await shop.close();
});

type Terms = { keys?: Array<{ key: string; schema: Joi.Schema }> };
/** Each filter alone, each key of the sort both ways, and a walk by cursor. */
function queriesOf(query: Joi.ObjectSchema): string[] {
  const keys = (query.$_terms as Terms).keys ?? [];
  const required = keys.filter(({ schema }) => (schema.describe().flags as { presence?: string } | undefined)?.presence === 'required').map(({ key, schema }) => [key, String(sampleOf(schema))] as const);
  const alone = keys.filter(({ key }) => !['page', 'per_page', 'cursor', 'sort', 'fields', 'limit', 'expand'].includes(key)).map(({ key, schema }) => [key, String(sampleOf(schema))] as const);
  const sortable = keys.find(({ key }) => key === 'sort')?.schema.describe() as { rules?: Array<{ args?: { regex?: string } }>; allow?: string[] } | undefined;
  const sorts = sortable?.allow?.map(String) ?? /\(\?:([^)]*)\)/.exec(sortable?.rules?.[0]?.args?.regex ?? '')?.[1]?.split('|').flatMap((name) => [name, `-${name}`]) ?? [];
  const asked = [[], ...alone.map((pair) => [pair]), ...sorts.map((sort) => [['sort', sort] as const]), ...(keys.some(({ key }) => key === 'cursor') ? [[['cursor', ''] as const]] : [])];
  return [...new Set(asked.map((pairs) => new URLSearchParams(Object.fromEntries([...required, ...pairs])).toString()))];
}

const isPaged = (query: Joi.ObjectSchema | undefined): boolean => ((query?.$_terms as Terms | undefined)?.keys ?? []).some(({ key }) => key === 'per_page' || key === 'limit');

test('no list or search route scans a collection', async () => {
  const routes = shop.container.routes.filter(({ method, path, query }) => method === 'get' && (isPaged(query) || !path.includes(':')) && !LOOKS_AT_ALL.has(path));
  const calls = routes.flatMap(({ path, query }) => {
    const place = path.replace(/:(\w+)/g, (_name, param: string) => made[`${path.split('/')[1]}:${param}`] ?? '0'.repeat(24));
    return (query ? queriesOf(query) : ['']).map((asked) => ({ path, address: `${place}?${asked}` }));
  });
  await shop.connection.db!.dropCollection(PROFILE).catch(() => {});
  await shop.connection.db!.createCollection(PROFILE, { capped: true, size: PROFILE_BYTES });
  await shop.connection.db!.setProfilingLevel('all');
  const answered = new Map<string, Set<number>>();
  const ask = async () => {
    for (let call = calls.shift(); call; call = calls.shift()) {
      const { status } = await shop.call('get', call.address, { headers });
      answered.set(call.path, new Set([...answered.get(call.path) ?? [], status]));
    }
  };
  const total = calls.length;
  await shop.call('post', '/auth/login', { body: { email: newEmail(), password: PASSWORD } }).expect(401);
  await shop.call('get', '/wishlists/shared/unknown');
  await shop.call('get', '/wishlists', { headers: { 'x-wishlist-token': 'unknown' } });
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  await shop.connection.db!.setProfilingLevel('off');

  const scans = await shop.connection.collection(PROFILE).find({ planSummary: /COLLSCAN/ }).toArray();
  const told = scans.map(({ ns, command }) => `${String(ns).split('.').slice(1).join('.')} ${JSON.stringify({ filter: command.filter ?? command.query, sort: command.sort, pipeline: command.pipeline })}`);
  const paged = new Set(routes.filter(({ query }) => isPaged(query)).map(({ path }) => path));
  const unreached = [...answered].filter(([path, statuses]) => paged.has(path) && !statuses.has(200)).map(([path, statuses]) => `${path} ${[...statuses].join()}`);
  expect([...new Set(told)].filter((scan) => !READ_WHOLE.includes(scan) && !scan.startsWith(PROFILE))).toEqual([]);
  expect(total).toBeGreaterThan(400);
  expect(unreached.slice(HARD_TO_REACH)).toEqual([]);
}, 120_000);

/** A parent for every list that hangs on one: by the first word of the path and the parameter. */
async function parents(): Promise<Record<string, string>> {
  const { productId } = await shop.given.variant();
  const { body: { data: { items: [variant] } } } = await shop.call('get', `/products/${productId}/variants`, { headers });
  const ids: Record<string, string> = { 'products:id': productId, 'products:idOrSlug': productId, 'products:variantId': variant.id };
  for (const [name, body] of Object.entries(PARENTS)) {
    const created = await shop.call('post', `/${name}`, { headers: { ...headers, 'idempotency-key': name }, body });
    if (created.status !== 201) throw new Error(`${name}: ${JSON.stringify(created.body)}`);
    ids[`${name}:id`] = ids[`${name}:idOrSlug`] = created.body.data.id as string;
  }
  return ids;
}
