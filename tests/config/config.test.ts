import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environment, loadConfig } from '../../config/index.js';
import { accessOf, nodesOf } from '../../src/shared/cache/redis.js';

const required = {
  NODE_ENV: 'production', MONGODB_URI: 'mongodb://db.internal/kontor', REDIS_URL: 'redis://cache.internal', JWT_SECRET: 'k3Zr8vQn1Lx0Wm7Ty4Hb9Cd2Fg6Js5Pa',
};
type Described = { flags?: { default?: unknown; presence?: string } };
const described = environment.describe()['keys'] as Record<string, Described>;
const example = new Map(readFileSync(fileURLToPath(new URL('../../.env.example', import.meta.url)), 'utf8').split('\n')
  .flatMap((line, at, lines) => { const match = /^([A-Z_]+)=(.*)$/.exec(line); return match ? [[match[1]!, { value: match[2]!, comment: commentAbove(lines, at) }] as const] : []; }));

/** The comment that stands over a variable, or over the group it is in. */
function commentAbove(lines: readonly string[], at: number): string {
  let from = at - 1;
  while (/^[A-Z_]+=/.test(lines[from] ?? '')) from -= 1;
  return lines[from] ?? '';
}

test('.env.example names every variable and no other, each under a comment, with its default', () => {
  expect([...example.keys()].sort()).toEqual(Object.keys(described).sort());
  for (const [name, { value, comment }] of example) {
    expect(`${name} ${comment}`).toMatch(/ # ./);
    const { default: standard, presence } = described[name]!.flags ?? {};
    if (presence !== 'required') expect(`${name}=${value}`).toBe(`${name}=${String(standard)}`);
  }
});

test('what is required has no default, and no secret has one', () => {
  const without = Object.entries(described).filter(([, { flags }]) => flags?.presence === 'required').map(([name]) => name);
  expect(without).toEqual(['NODE_ENV', 'MONGODB_URI', 'REDIS_URL', 'JWT_SECRET']);
  for (const [name, { flags }] of Object.entries(described)) if (/SECRET|TOKEN/.test(name) && !/TTL/.test(name)) expect([name, flags?.default ?? '']).toEqual([name, '']);
});

test('with only what is required, the defaults are those safe in production', () => {
  const config = loadConfig(required);

  expect(config.http).toMatchObject({ corsOrigins: [], trustProxy: 0, bodyLimitBytes: 102_400, rateLimitPerMinute: 600, authRateLimitPerMinute: 20, checkReplies: false });
  expect(config.auth).toMatchObject({ accessTtlSeconds: 3600, refreshTtlSeconds: 2_592_000, bcryptCost: 12 });
  expect(config.market.flatShippingRates).toEqual({ EUR: 490, USD: 590, GBP: 450, JPY: 800, KWD: 1800 });
  expect(Object.isFrozen(config)).toBe(true);
});

test('names the secrets that are lost with JWT_SECRET, because they have no value of their own', () => {
  const own = { DATA_MASTER_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`, MFA_SECRET: 'qWm3zT8vKp2LxR6nYd9sHc4bJf7gNe5u' };

  expect(loadConfig(required).secretsOfJwt).toEqual(['DATA_MASTER_KEYS', 'DATA_INDEX_SECRET', 'MFA_SECRET', 'GIFT_CARD_SECRET', 'DIGITAL_SECRET', 'RISK_SECRET']);
  expect(loadConfig({ ...required, ...own }).secretsOfJwt).toEqual(['DATA_INDEX_SECRET', 'GIFT_CARD_SECRET', 'DIGITAL_SECRET', 'RISK_SECRET']);
});

test('an empty variable is one that nobody set', () => {
  const empty = Object.fromEntries(Object.keys(described).filter((name) => !(name in required)).map((name) => [name, '']));

  expect(loadConfig({ ...empty, ...required })).toEqual(loadConfig(required));
  expect(() => loadConfig({ ...required, JWT_SECRET: '' })).toThrow('"JWT_SECRET" is required');
});

test('all problems are told in one message', () => {
  const wrong = { NODE_ENV: 'prod', PORT: '70000', MONGODB_URI: 'postgres://db', JWT_SECRET: 'short', BCRYPT_COST: 'much', SHIPPING_FLAT_RATES: 'EUR=4.90', TRUST_PROXY: 'true', CACHE_TTL_SECONDS: '0', PAYMENT_SIMULATOR_URL: 'http://localhost:1' };
  let message = '';
  try { loadConfig(wrong); } catch (error) { message = (error as Error).message; }

  const named = [...new Set([...message.matchAll(/^ {2}"(\w+)"/gm)].map(([, name]) => name))].sort();
  expect(named).toEqual(['BCRYPT_COST', 'CACHE_TTL_SECONDS', 'JWT_SECRET', 'MONGODB_URI', 'NODE_ENV', 'PAYMENT_SIMULATOR_SECRET', 'PORT', 'REDIS_URL', 'SHIPPING_FLAT_RATES', 'TRUST_PROXY']);
});

test.each([
  { _case: 'short', value: 'k3Zr8vQn1Lx0' }, { _case: 'one key held down', value: 'a'.repeat(40) }, { _case: 'from an example', value: 'change-me-to-a-long-random-text-please' },
  { _case: 'a placeholder', value: 'your-secret-goes-here-1234567890-abc' },
])('a secret that is $_case is refused, and not repeated in the message', ({ value }) => {
  expect(() => loadConfig({ ...required, JWT_SECRET: value })).toThrow('"JWT_SECRET"');
  expect(() => loadConfig({ ...required, JWT_SECRET: value })).not.toThrow(value);
  expect(() => loadConfig({ ...required, METRICS_TOKEN: value })).toThrow('"METRICS_TOKEN"');
});

test('an address is refused without repeating the password in it', () => {
  expect(() => loadConfig({ ...required, MONGODB_URI: 'mongodb:/user:hunter2@db/kontor' })).toThrow('"MONGODB_URI" must be one or more hosts, like mongodb://host1,host2');
  expect(() => loadConfig({ ...required, REDIS_URL: 'redis:/:hunter2@cache' })).not.toThrow('hunter2');
});

test.each(['production', 'staging'])('%s refuses a failpoint and checks no replies', (NODE_ENV) => {
  expect(() => loadConfig({ ...required, NODE_ENV, FAILPOINT: 'checkout.before_commit:crash' })).toThrow('"FAILPOINT" is for test builds only');
  expect(loadConfig({ ...required, NODE_ENV }).http.checkReplies).toBe(false);
  expect(loadConfig({ ...required, NODE_ENV: 'test', FAILPOINT: 'a:throw' }).failpoint).toBe('a:throw');
});

test.each([
  'mongodb://127.0.0.1:27017/?replicaSet=rs0', 'mongodb://a:27017,b:27017,c:27018/kontor?replicaSet=rs0&w=majority', 'mongodb+srv://user:p%40ss@cluster.example.net/kontor', 'mongodb://[::1]:27017/kontor',
])('MongoDB at %s', (MONGODB_URI) => {
  expect(loadConfig({ ...required, MONGODB_URI }).mongo.uri).toBe(MONGODB_URI);
});

test.each([
  { url: 'redis://cache', nodes: [{ host: 'cache', port: 6379 }], access: {} },
  { url: 'rediss://user:p%40ss@a:7000,b:7001,c', nodes: [{ host: 'a', port: 7000 }, { host: 'b', port: 7001 }, { host: 'c', port: 6379 }], access: { username: 'user', password: 'p@ss', tls: {} } },
  { url: 'redis://:secret@[::1]:7000,10.0.0.2:7001/0', nodes: [{ host: '::1', port: 7000 }, { host: '10.0.0.2', port: 7001 }], access: { password: 'secret' } },
])('Redis at $url', ({ url, nodes, access }) => {
  expect(loadConfig({ ...required, REDIS_URL: url }).redis.url).toBe(url);
  expect(nodesOf(url)).toEqual(nodes);
  expect(accessOf(url)).toEqual(access);
});

test.each(['localhost:6379', 'http://cache', 'redis://', 'redis://a,,b'])('no Redis at %s', (REDIS_URL) => {
  expect(() => loadConfig({ ...required, REDIS_URL })).toThrow('"REDIS_URL"');
});
