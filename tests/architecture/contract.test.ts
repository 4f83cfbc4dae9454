import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { differences, problemsOf, textOf, unconnectedContainer } from '../../scripts/lib/spec.js';
import { defineRoute, type Route } from '../../src/shared/http/route.js';
import { PERMISSIONS, STOREFRONT_SCOPES } from '../../src/shared/permissions.js';

const { routes, rootRoutes, openApi } = await unconnectedContainer();
const all: Route[] = [...routes, ...rootRoutes];
const nameOf = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`;
const named = all.map((route) => [nameOf(route), route] as const);

test.each(named)('%s declares its replies, its params and a summary', (_name, route) => {
  const statuses = Object.keys(route.responses).map(Number);
  expect(statuses.some((status) => status >= 200 && status < 300)).toBe(true);
  expect(statuses).toEqual(expect.arrayContaining(route.access === 'public' ? [400] : [400, 401, 403]));
  expect(Object.keys((route.params?.describe()['keys'] as object | undefined) ?? {}).sort()).toEqual([...route.path.matchAll(/:(\w+)/g)].map((match) => match[1]).sort());
  expect(route.summary).toMatch(/^[A-Z].{5,}[^.]$/);
  expect(route.tag).not.toBe('');
  if (route.method === 'get') expect(route.body).toBeUndefined();
  if (route.idempotency) expect(statuses).toEqual(expect.arrayContaining([409, 422]));
});

test.each(named.filter(([, { produces }]) => !produces))('%s answers one envelope: message and data', (_name, route) => {
  for (const [status, schema] of Object.entries(route.responses)) {
    if (Number(status) < 300) expect(Object.keys(schema.describe()['keys'] as object)).toEqual(expect.arrayContaining(['message', 'data']));
  }
});

test('no route hides another: a fixed path stands before one with a parameter in its place', () => {
  const hidden = routes.flatMap((route, at) => routes.slice(0, at)
    .filter((earlier) => earlier.method === route.method && new RegExp(`^${earlier.path.replace(/:\w+/g, '[^/]+')}$`).test(route.path.replace(/:\w+/g, 'x')))
    .map((earlier) => `${nameOf(route)} is hidden by ${nameOf(earlier)}`));
  expect(hidden).toEqual([]);
});
const shape = (path: string) => path.replace(/:\w+/g, ':');

test('what is asked of a caller exists', () => {
  const known = new Set<string>([...PERMISSIONS, ...STOREFRONT_SCOPES]);
  const asked = all.map(({ access }) => (access === 'public' ? null : 'scope' in access ? access.scope : access.permission)).filter((word) => word !== null);
  expect(asked.filter((word) => !known.has(word))).toEqual([]);
});

test('only what is signed, or meant for everybody, is open to callers without a key', () => {
  const signed = ['POST /webhooks/carriers/:carrier', 'POST /webhooks/payments/:provider', 'GET /downloads/:token', 'GET /storage/:area/:name', 'PUT /storage/:area/:name', 'GET /wishlist-alerts/stop/:token', 'POST /wishlist-alerts/stop/:token'];
  const forEverybody = ['GET /media/:key', 'GET /robots.txt', 'GET /sitemap.xml', 'GET /sitemaps/:file', 'GET /feeds/new.rss', 'GET /feeds/:name'];
  expect(all.filter(({ access }) => access === 'public').map(nameOf).sort()).toEqual([...signed, ...forEverybody].sort());
  expect(routes.filter(({ access }) => access === 'public').map(nameOf)).toEqual([]);
});

test.each(['POST /orders', 'POST /orders/:id/payments', 'POST /orders/:id/captures', 'POST /orders/:id/refunds'])('%s cannot act twice: its Idempotency-Key is mandatory', (name) => {
  const route = all.find((candidate) => nameOf(candidate) === name);
  expect(route && ['required', 'workflow'].includes(route.idempotency ?? '')).toBe(true);
});

test('the document is valid and lists exactly the mounted routes', () => {
  const spec = openApi();
  expect(problemsOf(spec)).toEqual([]);
  const listed = Object.entries(spec.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path.replace(/\{\w+\}/g, ':')}`));
  expect(listed.sort()).toEqual(all.map((route) => `${route.method} ${shape(route.path)}`).sort());
  expect(spec.servers).toEqual([{ url: '/api/v1' }]);
});

test('the committed openapi.json is what the routes say (npm run openapi)', () => {
  const committed: unknown = JSON.parse(readFileSync(fileURLToPath(new URL('../../openapi.json', import.meta.url)), 'utf8'));
  expect(differences(committed, JSON.parse(textOf(openApi())))).toEqual([]);
});

test('a document that is not valid is told so', () => {
  const spec = structuredClone(openApi()) as never as { paths: Record<string, Record<string, object>> };
  spec.paths['/broken/{id}'] = { get: { operationId: 'getCart', parameters: [{ name: 'other', in: 'path' }, { name: 'other', in: 'path' }], responses: { 200: { content: { $ref: '#/components/schemas/Nowhere' } } }, security: [{ magic: [] }] } };
  expect(problemsOf(spec as never).map((problem) => problem.replace(/^.* are both/, 'two are both'))).toEqual([
    'two are both called getCart', 'GET /broken/{id} declares the path parameters other,other', 'GET /broken/{id} declares a parameter twice',
    'GET /broken/{id} does not describe its 200', 'GET /broken/{id} names an unknown security scheme magic', expect.stringContaining('refers to #/components/schemas/Nowhere'),
  ]);
});

test('a route that does not say who may call it does not compile', () => {
  const forgetful = { method: 'get', path: '/x', summary: 'x', tag: 'X', responses: {}, handle: async () => ({ status: 200, body: {} }) } as const;
  // @ts-expect-error access is missing
  expect(defineRoute(forgetful)).toBe(forgetful);
});
