import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seedEnvironment, shopEnvironment } from '../../scripts/lib/shop/environment.js';
import { writeReadyFile } from '../../scripts/lib/shop/ready.js';
import { loadSecrets } from '../../scripts/lib/shop/secrets.js';
import { loadConfig } from '../../config/index.js';
import { loadSimulatorConfig } from '../../config/simulator.js';
import { emptyFolder } from './support/machine.js';

const addresses = {
  port: 3000, baseUrl: 'http://127.0.0.1:3000', simulatorPort: 4000, simulatorJournal: '/state/payments.jsonl', mongodbUri: 'mongodb://127.0.0.1:5000/kontor?replicaSet=kontor', redisUrl: 'redis://127.0.0.1:6000',
};
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

test('keys, secrets and logins have the agreed formats', async () => {
  const secrets = await loadSecrets(emptyFolder());

  expect(secrets.publishableKey).toMatch(/^pk_demo_[a-z0-9]{8}_[A-Za-z0-9]{32}$/);
  expect(secrets.secretKey).toMatch(/^sk_demo_[a-z0-9]{8}_[A-Za-z0-9]{32}$/);
  expect(secrets.appSecret).toMatch(/^as_[a-z0-9]{40}$/);
  expect(secrets.admin).toEqual({ email: 'admin@kontor.example', password: expect.stringMatching(/^[A-Z][a-z]{3}-[a-z]{4}-[a-z]{4}-[a-z]{4}-\d{2}$/) });
  expect(secrets.customer).toEqual({ email: 'ada@kontor.example', password: expect.stringMatching(/^[A-Z][a-z]{3}-[a-z]{4}-[a-z]{4}-[a-z]{4}-\d{2}$/) });
});

test('secrets are made once for a checkout, and only its owner may read them', async () => {
  const folder = join(emptyFolder(), 'state');

  const first = await loadSecrets(folder);

  expect(await loadSecrets(folder)).toEqual(first);
  expect(await loadSecrets(emptyFolder())).not.toEqual(first);
  expect(modeOf(join(folder, 'state.json'))).toBe('600');
});

test('the environment of the shop is one that the configuration accepts', async () => {
  const secrets = await loadSecrets(emptyFolder());

  const env = shopEnvironment(addresses, secrets, {});
  const config = loadConfig(env);

  expect(config.environment).toBe('development');
  expect(config.http).toMatchObject({ host: '127.0.0.1', port: 3000, publicUrl: 'http://127.0.0.1:3000' });
  expect(config.mongo.uri).toBe(addresses.mongodbUri);
  expect(config.redis.url).toBe(addresses.redisUrl);
  expect(config.auth.jwtSecret).toBe(secrets.jwtSecret);
  expect(config.payments).toMatchObject({ simulatorUrl: 'http://127.0.0.1:4000', simulatorSecret: secrets.simulatorSecret });
  expect(loadSimulatorConfig(env)).toMatchObject({ host: '127.0.0.1', port: 4000, secret: secrets.simulatorSecret, journal: '/state/payments.jsonl' });
});

test('what a developer sets reaches the shop', async () => {
  const secrets = await loadSecrets(emptyFolder());

  const env = shopEnvironment(addresses, secrets, { RATE_LIMIT_PER_MINUTE: '7', HOST: '0.0.0.0', NODE_ENV: 'production' });

  expect(env).toMatchObject({ RATE_LIMIT_PER_MINUTE: '7', HOST: '0.0.0.0', NODE_ENV: 'development' });
});

test('the seed is told every demo key and login', async () => {
  const secrets = await loadSecrets(emptyFolder());

  expect(seedEnvironment(secrets)).toEqual({
    KONTOR_DEMO_PUBLISHABLE_KEY: secrets.publishableKey, KONTOR_DEMO_SECRET_KEY: secrets.secretKey, KONTOR_DEMO_APP_SECRET: secrets.appSecret,
    KONTOR_DEMO_ADMIN_EMAIL: 'admin@kontor.example', KONTOR_DEMO_ADMIN_PASSWORD: secrets.admin.password,
    KONTOR_DEMO_CUSTOMER_EMAIL: 'ada@kontor.example', KONTOR_DEMO_CUSTOMER_PASSWORD: secrets.customer.password,
  });
});

test('the ready file says where the shop is and how to get in, replaces an old one, and leaves nothing beside it', async () => {
  const folder = emptyFolder();
  const file = join(folder, 'ready.json');
  writeFileSync(file, 'old');
  const secrets = await loadSecrets(emptyFolder());

  await writeReadyFile(file, addresses, secrets);

  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    baseUrl: 'http://127.0.0.1:3000', publishableKey: secrets.publishableKey, secretKey: secrets.secretKey, appSecret: secrets.appSecret,
    admin: secrets.admin, customer: secrets.customer, mongodbUri: addresses.mongodbUri, redisUrl: addresses.redisUrl,
  });
  expect(readdirSync(folder)).toEqual(['ready.json']);
  expect(modeOf(file)).toBe('600');
});
