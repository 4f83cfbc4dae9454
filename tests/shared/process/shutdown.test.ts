import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { openWorld, testEnvironment, type World } from '../../support/world.js';
import { spawnProcess, type Spawned } from './spawn.js';
import { soon } from '../../support/soon.js';

let world: World;
let env: Record<string, string>;
const running: Spawned[] = [];
beforeAll(async () => {
  world = await openWorld();
  env = testEnvironment({ MONGODB_URI: world.config.mongo.uri, REDIS_KEY_PREFIX: world.config.redis.keyPrefix, SHUTDOWN_GRACE_MS: '3000', LOG_LEVEL: 'http' });
});
afterEach(async () => { await Promise.all(running.splice(0).map((spawned) => spawned.stop('SIGKILL'))); });
afterAll(() => world.close());
const start = async (name: 'server' | 'worker', more: Record<string, string> = {}) => {
  const spawned = await spawnProcess(name, { ...env, ...more });
  running.push(spawned);
  if (name === 'server') await spawned.answers('/readyz', 200, 10_000);
  return spawned;
};

/** A balancer that asks each instance whether it is ready, keeps its connections, and never tries twice. */
function balance(instances: readonly Spawned[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const ready = new Map(instances.map((instance) => [instance, true]));
  const failures: string[] = [];
  let served = 0;
  let isOver = false;
  const send = (instance: Spawned, path: string) => new Promise<number>((resolve, reject) => {
    request({ port: instance.port, path, agent }, (response) => { response.resume().once('end', () => { resolve(response.statusCode!); }).once('error', reject); }).once('error', reject).end();
  });
  const probe = async () => { while (!isOver) { for (const instance of instances) ready.set(instance, await send(instance, '/readyz').then((status) => status === 200, () => false)); await pause(50); } };
  const client = async (at: number) => {
    for (let n = at; !isOver; n++) {
      const candidates = instances.filter((instance) => ready.get(instance));
      const instance = candidates[n % candidates.length]!;
      await send(instance, '/openapi.json').then((status) => { served += 1; if (status !== 200) failures.push(`${status}`); }, (error: Error) => failures.push(error.message));
    }
  };
  const work = Promise.all([probe(), ...Array.from({ length: 16 }, (_none, at) => client(at))]);
  return { failures, served: () => served, end: async () => { isOver = true; await work; agent.destroy(); } };
}

test('SIGTERM under load: readiness falls, what was begun is finished, no request fails, exit 0', async () => {
  const [a, b] = [await start('server'), await start('server')];
  const load = balance([a, b]);
  await pause(500);
  const begun = Date.now();
  const stopped = a.stop('SIGTERM');
  await a.answers('/readyz', 503, 400);
  const { code } = await stopped;
  expect([code, Date.now() - begun < 6000]).toEqual([0, true]);
  const servedBefore = load.served();
  await pause(300);
  await load.end();

  expect(load.failures).toEqual([]);
  expect(load.served()).toBeGreaterThan(servedBefore);
});

test('an answer under way is finished, a live stream is ended in order, an idle connection is closed', async () => {
  const server = await start('server');
  const { key, appSecret } = await world.container.apiKeys.issue({ name: 'ops', kind: 'secret', scopes: ['jobs:read'] });
  const job = await world.container.jobs.enqueue({ type: 'never_taken', input: {}, createdBy: { type: 'system', id: null } });
  const events = await fetch(`${server.url}/api/v1/jobs/${job.id}/events`, { headers: { 'x-api-key': key, 'x-app-secret': appSecret! } });
  expect([events.status, events.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const idle = new Agent({ keepAlive: true });
  await new Promise((resolve) => { request({ port: server.port, path: '/healthz', agent: idle }, (response) => { response.resume().once('end', resolve); }).end(); });
  const begun = Date.now();

  const stopped = server.stop('SIGTERM');
  const text = await events.text();

  expect(text).toContain('event: progress');
  expect((await stopped).code).toBe(0);
  expect(Date.now() - begun).toBeLessThan(soon(3000));
  idle.destroy();
});

test('a client that never finishes is cut after the grace, and the exit is still 0', async () => {
  const server = await start('server', { SHUTDOWN_GRACE_MS: '700' });
  const { key } = await world.container.apiKeys.issue({ name: 'app', kind: 'publishable', scopes: ['auth:write'] });
  const slow = request({ port: server.port, path: '/api/v1/auth/login', method: 'POST', headers: { 'content-length': '1000', 'content-type': 'application/json', 'x-api-key': key } });
  slow.on('error', () => {});
  slow.write('{');
  await pause(200);
  const begun = Date.now();

  const { code } = await server.stop('SIGTERM');

  expect(code).toBe(0);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(700);
  expect(Date.now() - begun).toBeLessThan(soon(4000));
  slow.destroy();
});

test('the last lines are written before the end', async () => {
  const server = await start('server');
  await fetch(`${server.url}/api/v1/nowhere`, { headers: { 'X-Request-Id': 'the-last-one' } });

  await server.stop('SIGTERM');

  expect(server.lines()).toEqual(expect.arrayContaining([
    expect.objectContaining({ requestId: 'the-last-one', status: 404, path: '/api/v1/nowhere' }), expect.objectContaining({ message: 'api stops on SIGTERM' }),
  ]));
});

test('the worker finishes what it has in hand, and a second signal changes nothing', async () => {
  const worker = await start('worker', { LOG_LEVEL: 'info' });
  await world.connection.asPromise();
  for (let waited = 0; waited < 5000 && !worker.output().includes('worker started'); waited += 50) await pause(50);
  await pause(500);

  worker.child.kill('SIGTERM');
  const { code } = await worker.stop('SIGINT');

  expect(code).toBe(0);
  expect(worker.lines().filter(({ message }) => String(message).startsWith('worker stops'))).toHaveLength(1);
  expect(worker.output()).not.toMatch(/"level":"error"/);
});
