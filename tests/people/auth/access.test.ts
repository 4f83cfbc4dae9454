import { PERMISSIONS_OF, ROLES, type Role } from '../../../src/people/auth/auth.js';
import type { Route } from '../../../src/shared/http/route.js';
import { PERMISSIONS, STOREFRONT_SCOPES } from '../../../src/shared/permissions.js';
import { givenKeys, givenUser } from '../../support/given.js';
import { openWorld, type World } from '../../support/world.js';

/** Every route of the shop, as its declaration says, against every kind of caller. New routes are in here by themselves. */
let world: World;
let routes: readonly Route[];
beforeAll(async () => {
  world = await openWorld();
  await givenKeys(world);
  routes = world.container.routes.filter(({ access }) => access !== 'public');
});
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

type Headers = Record<string, string>;
const nameOf = ({ method, path }: Route) => `${method} ${path}`;
/** A parameter that no route knows stops whoever is let in before anything is done: 400 (or 415, without a body) means the door was open. */
const knock = async (route: Route, headers: Headers, own = true): Promise<string> => {
  const path = `/api/v1${route.path.replace(/:(\w+)/g, '0'.repeat(24))}?nobody_knows_this=1`;
  const { status, body } = await world.api[route.method](path).set({ ...(own && world.headers), ...headers });
  return [400, 415, 428].includes(status) ? 'let in' : `${status} ${body.code}`;
};
const results = async (some: readonly Route[], headers: Headers, own?: boolean) => {
  const answers: Record<string, string> = {};
  for (const route of some) answers[nameOf(route)] = await knock(route, headers, own);
  return answers;
};
const expected = (some: readonly Route[], answer: (route: Route) => string) => Object.fromEntries(some.map((route) => [nameOf(route), answer(route)]));
const scopeOf = ({ access }: Route) => (typeof access === 'object' && 'scope' in access ? access.scope : null);
const permissionOf = ({ access }: Route) => (typeof access === 'object' && 'permission' in access ? access.permission : null);
const needsUser = ({ access }: Route) => typeof access === 'object' && 'scope' in access && access.user === 'required';

test('there are routes to try, and each names a scope or a permission that exists', () => {
  expect(routes.length).toBeGreaterThan(30);
  expect(routes.filter((route) => scopeOf(route) !== null && !(STOREFRONT_SCOPES as readonly string[]).includes(scopeOf(route)!)).map(nameOf)).toEqual([]);
  expect(routes.filter((route) => permissionOf(route) !== null && !(PERMISSIONS as readonly string[]).includes(permissionOf(route)!)).map(nameOf)).toEqual([]);
});

test('without a key nobody comes in', async () => {
  expect(await results(routes, {}, false)).toEqual(expected(routes, () => '401 api_key_required'));
});

test('a key opens only what its scopes name', async () => {
  const { key } = await world.container.apiKeys.issue({ name: 'narrow', kind: 'publishable', scopes: ['catalog:read'] });
  const some = routes.filter((route) => scopeOf(route) !== null && scopeOf(route) !== 'catalog:read');

  expect(await results(some, { 'x-api-key': key })).toEqual(expected(some, () => '403 missing_scope'));
});

test('an app alone, with all its scopes, does nothing for a person and nothing of staff', async () => {
  const some = routes.filter((route) => needsUser(route) || permissionOf(route) !== null);

  expect(await results(some, {})).toEqual(expected(some, () => '401 authentication_required'));
});

test('a secret key without the scope does nothing of staff', async () => {
  const { key, appSecret = '' } = await world.container.apiKeys.issue({ name: 'server', kind: 'secret', scopes: [...STOREFRONT_SCOPES] });
  const some = routes.filter((route) => permissionOf(route) !== null && !(STOREFRONT_SCOPES as readonly string[]).includes(permissionOf(route)!));

  expect(await results(some, { 'x-api-key': key, 'x-app-secret': appSecret })).toEqual(expected(some, () => '403 missing_scope'));
});

test.each(ROLES.map((role) => ({ role })))('$role does what the role\'s permissions say and nothing else', async ({ role }: { role: Role }) => {
  const user = await givenUser(world, { roles: [role] });
  const some = routes.filter((route) => permissionOf(route) !== null);

  expect(await results(some, user.headers)).toEqual(expected(some, (route) => (
    (PERMISSIONS_OF[role] as readonly string[]).includes(permissionOf(route)!) ? 'let in' : '403 missing_permission')));
});

test('a token that is not valid opens nothing but the doors where nobody looks at it', async () => {
  const isIgnored = ({ access }: Route) => typeof access === 'object' && 'scope' in access && access.user === 'ignored';

  expect(await results(routes, { authorization: 'Bearer not.a.token' })).toEqual(expected(routes, (route) => (isIgnored(route) ? 'let in' : '401 invalid_token')));
  expect(routes.filter(isIgnored).map(nameOf)).toEqual(expect.arrayContaining(['post /auth/register', 'post /auth/login', 'post /auth/refresh', 'post /auth/verify']));
});
