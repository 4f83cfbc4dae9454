import { randomBytes } from 'node:crypto';
import type { Role } from '../../src/people/auth/auth.js';
import { PERMISSIONS, STOREFRONT_SCOPES } from '../../src/shared/permissions.js';
import type { World } from './world.js';

type Headers = Record<string, string>;

export const PASSWORD = 'pelican-orbit-7-lantern';
/** An address that nobody else in any test has. */
export const newEmail = (): string => `someone.${randomBytes(6).toString('hex')}@example.com`;

/** A publishable key, which every later call of this world carries, and a secret key that may do everything. */
export async function givenKeys(world: World): Promise<{ publishable: Headers; secret: Headers }> {
  const { apiKeys } = world.container;
  const app = await apiKeys.issue({ name: 'test app', kind: 'publishable', scopes: STOREFRONT_SCOPES });
  const server = await apiKeys.issue({ name: 'test server', kind: 'secret', scopes: [...new Set<string>([...STOREFRONT_SCOPES, ...PERMISSIONS])] });
  const publishable = { 'x-api-key': app.key };
  Object.assign(world.headers, publishable);
  return { publishable, secret: { 'x-api-key': server.key, 'x-app-secret': server.appSecret! } };
}

/** Somebody with an account, signed in. `headers` go beside those of the world's key. */
export async function givenUser(world: World, { roles = ['customer'] }: { roles?: readonly Role[] } = {}) {
  const email = newEmail();
  const { id } = await world.container.auth.createUser({ email, password: PASSWORD, roles, firstName: 'Ada', lastName: 'Lovelace' });
  const reply = await world.call('post', '/auth/login', { body: { email, password: PASSWORD } });
  if (reply.status !== 200) throw new Error(`given user could not sign in: ${JSON.stringify(reply.body)}. Did you call givenKeys(world) first?`);
  const { accessToken, refreshToken } = reply.body.data as { accessToken: string; refreshToken: string };
  return { id, email, password: PASSWORD, accessToken, refreshToken, headers: { authorization: `Bearer ${accessToken}` } as Headers };
}

export type GivenUser = Awaited<ReturnType<typeof givenUser>>;

/** The stored row of an account; its address is sealed, so it is found by its mark. */
export const userRow = async (world: World, email: string) => (await world.connection.collection('users').findOne({ emailKey: world.container.vault.mark(email) }))!;
