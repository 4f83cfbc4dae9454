import { setTimeout as pause } from 'node:timers/promises';
import { startMongo, startRedis } from '../../../scripts/lib/provision/index.js';
import { freePort } from '../../../scripts/lib/ports.js';
import { testEnvironment } from '../../support/world.js';
import { spawnProcess, type Spawned } from './spawn.js';
import { soon } from '../../support/soon.js';

const running: Spawned[] = [];
const start = async (name: 'server' | 'worker', env: Record<string, string>) => { const spawned = await spawnProcess(name, env); running.push(spawned); return spawned; };
afterEach(async () => { await Promise.all(running.splice(0).map((spawned) => spawned.stop('SIGKILL'))); });

test('started while both databases are away: alive at once, not ready, and ready within five seconds of their coming', async () => {
  const [mongoPort, redisPort] = [await freePort(), await freePort()];
  const env = testEnvironment({ MONGODB_URI: `mongodb://127.0.0.1:${mongoPort}/kontor?replicaSet=kontor&directConnection=true`, REDIS_URL: `redis://127.0.0.1:${redisPort}`, LOG_LEVEL: 'info' });
  const server = await start('server', env);

  await server.answers('/healthz', 200, 5000);
  // Longer than the driver looks for a server: what gives up after its first try would never come back.
  const refused = await fetch(`${server.url}/api/v1/categories`, { headers: { 'x-api-key': `pk_live_abcdefgh_${'x'.repeat(32)}` } });
  expect([refused.status, refused.headers.get('retry-after'), ((await refused.json()) as { code: string }).code]).toEqual([503, '1', 'database_unavailable']);
  await pause(2000);
  expect([await server.status('/healthz'), await server.status('/readyz')]).toEqual([200, 503]);

  const [mongo, redis] = await Promise.all([startMongo({ port: mongoPort, inMemory: true }), startRedis({ port: redisPort })]);
  const tookMs = await server.answers('/readyz', 200, 5000);

  expect(tookMs).toBeLessThan(soon(5000));
  expect((await server.stop()).code).toBe(0);
  await Promise.all([mongo.stop(), redis.stop()]);
});

test('an environment that is not usable: the process ends within three seconds and names every variable', async () => {
  for (const name of ['server', 'worker'] as const) {
    const spawned = await start(name, { PORT: 'abc', JWT_SECRET: 'short', BCRYPT_COST: '99' });
    const { code, afterMs } = await spawned.ended;

    expect(code).not.toBe(0);
    expect(afterMs).toBeLessThan(soon(3000));
    for (const variable of ['NODE_ENV', 'MONGODB_URI', 'REDIS_URL', 'PORT', 'JWT_SECRET', 'BCRYPT_COST']) expect(spawned.output()).toContain(`"${variable}"`);
    expect(spawned.output()).not.toContain('short');
  }
});

test.each(['NODE_ENV', 'MONGODB_URI', 'REDIS_URL', 'JWT_SECRET'])('without %s alone the process does not start, and says so', async (missing) => {
  const { [missing]: _left, ...env } = testEnvironment();
  const spawned = await start('server', env);

  expect((await spawned.ended).code).not.toBe(0);
  expect(spawned.output()).toContain(`"${missing}" is required`);
});

test('a port that is taken ends the process with an error', async () => {
  const first = await start('server', testEnvironment());
  await first.answers('/healthz', 200, 5000);

  const second = await start('server', { ...testEnvironment(), PORT: String(first.port) });

  expect((await second.ended).code).not.toBe(0);
  expect(second.output()).toContain('EADDRINUSE');
});

test('with databases up, it is ready within two seconds', async () => {
  const server = await start('server', testEnvironment());

  expect(await server.answers('/readyz', 200, 5000)).toBeLessThan(soon(3000));
});
