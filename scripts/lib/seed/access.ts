import { PERMISSIONS, STOREFRONT_SCOPES } from '../../../src/shared/permissions.js';
import { Advice } from '../terminal.js';
import type { OpenShop } from './seed-shop.js';

/** Demo keys are for trying things out and for benchmarks; nobody should run into a limit with them. */
const RAISED_LIMIT = 1_000_000;

/** Keys and logins that `npm run up` prints. Safe to repeat. */
export async function seedAccess({ container: { apiKeys, auth } }: OpenShop, env: NodeJS.ProcessEnv): Promise<void> {
  const read = (name: string): string => {
    const value = env[name];
    if (!value) throw new Advice(`${name} is not set. npm run up makes the demo keys and logins and sets it; by hand, choose one yourself.`);
    return value;
  };
  await apiKeys.issue({
    name: 'Demo storefront', kind: 'publishable', scopes: STOREFRONT_SCOPES, rateLimitPerMinute: RAISED_LIMIT, given: { key: read('KONTOR_DEMO_PUBLISHABLE_KEY') },
  });
  await apiKeys.issue({
    name: 'Demo server', kind: 'secret', scopes: [...new Set<string>([...STOREFRONT_SCOPES, ...PERMISSIONS])], rateLimitPerMinute: RAISED_LIMIT,
    given: { key: read('KONTOR_DEMO_SECRET_KEY'), appSecret: read('KONTOR_DEMO_APP_SECRET') },
  });
  await auth.createUser({ email: read('KONTOR_DEMO_ADMIN_EMAIL'), password: read('KONTOR_DEMO_ADMIN_PASSWORD'), roles: ['admin'], firstName: 'Kontor', lastName: 'Admin' });
  await auth.createUser({ email: read('KONTOR_DEMO_CUSTOMER_EMAIL'), password: read('KONTOR_DEMO_CUSTOMER_PASSWORD'), roles: ['customer'], firstName: 'Ada', lastName: 'Lovelace' });
}
