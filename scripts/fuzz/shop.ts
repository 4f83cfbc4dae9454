import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openShop } from '../lib/open-shop.js';
import { seedShop } from '../lib/seed/seed-shop.js';
import { seedEnvironment } from '../lib/shop/environment.js';
import { loadSecrets, type Login } from '../lib/shop/secrets.js';
import { freePort } from '../lib/ports.js';
import { Service } from '../proof/services.js';

const NO_LIMIT = 10_000_000;

export type Callers = Readonly<Record<'anonymous' | 'customer' | 'staff', Readonly<Record<string, string>>>>;

/** A filled shop behind a server of its own, with every limit out of the way: what is looked for is behind them. */
export async function startFuzzShop(databases: { mongodbUri: string; redisUrl: string }, folder: string) {
  const simulatorPort = await freePort();
  const env: NodeJS.ProcessEnv = {
    ...process.env, NODE_ENV: 'test', HOST: '127.0.0.1', MONGODB_URI: databases.mongodbUri, REDIS_URL: databases.redisUrl, JWT_SECRET: SECRETS.jwt, BCRYPT_COST: '4', LOG_LEVEL: 'error',
    RATE_LIMIT_PER_MINUTE: String(NO_LIMIT), RATE_LIMIT_AUTH_PER_MINUTE: String(NO_LIMIT), SIGN_IN_FAILURES_PER_ACCOUNT: String(NO_LIMIT), SIGN_IN_FAILURES_PER_ADDRESS: String(NO_LIMIT),
    STORAGE_DIR: join(folder, 'files'), SHUTDOWN_GRACE_MS: '0', PAYMENT_SIMULATOR_URL: `http://127.0.0.1:${simulatorPort}`, PAYMENT_SIMULATOR_SECRET: SECRETS.simulator,
  };
  const secrets = await loadSecrets(folder);
  const clock = { now: new Date() };
  const opened = await openShop('fuzz', env, { now: () => clock.now, prepare: true });
  await seedShop(opened, clock, { ...env, ...seedEnvironment(secrets) });
  await opened.close();

  const simulator = new Service('simulator', simulatorPort, env, folder);
  const api = new Service('server', await freePort(), env, folder);
  const worker = new Service('worker', await freePort(), env, folder);
  await simulator.start();
  await api.start();
  await worker.start();
  const key = { 'x-api-key': secrets.publishableKey };
  const signedIn = async (login: Login) => ({ ...key, ...await signIn(api.url, key, login) });
  return {
    api, key, server: { 'x-api-key': secrets.secretKey, 'x-app-secret': secrets.appSecret },
    /** Anew for every pass: what a pass does may end a session. */
    callers: async (): Promise<Callers> => ({ anonymous: key, customer: await signedIn(secrets.customer), staff: await signedIn(secrets.admin) }),
    stop: async () => { await Promise.all([worker.stop(), api.stop(), simulator.stop()]); },
  };
}

const SECRETS = { jwt: randomBytes(32).toString('hex'), simulator: randomBytes(24).toString('hex') };

async function signIn(url: string, key: Readonly<Record<string, string>>, { email, password }: Login): Promise<Record<string, string>> {
  const answer = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: { ...key, 'content-type': 'application/json' }, body: JSON.stringify({ email, password }) });
  if (!answer.ok) throw new Error(`${email} could not sign in: ${await answer.text()}`);
  return { authorization: `Bearer ${((await answer.json()) as { data: { accessToken: string } }).data.accessToken}` };
}
