import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { openWorld, testEnvironment, type World } from '../../support/world.js';
import { until } from '../../support/redis-server.js';
import { spawnProcess, type Spawned } from './spawn.js';
import { soon } from '../../support/soon.js';

let world: World;
let server: Spawned;
const sockets: Socket[] = [];
beforeAll(async () => {
  world = await openWorld();
  server = await spawnProcess('server', testEnvironment({ MONGODB_URI: world.config.mongo.uri, REDIS_KEY_PREFIX: world.config.redis.keyPrefix }));
  await server.answers('/readyz', 200, 10_000);
});
afterEach(() => { sockets.splice(0).forEach((socket) => { socket.destroy(); }); });
afterAll(async () => { await server.stop('SIGKILL'); await world.close(); });

const open = (count: number, greet: string) => Array.from({ length: count }, () => {
  const socket = connect(server.port, '127.0.0.1').on('error', () => {});
  socket.on('data', () => {});
  if (greet !== '') socket.write(greet);
  sockets.push(socket);
  return socket;
});
const descriptors = () => readdirSync(`/proc/${server.child.pid!}/fd`).length;
/** Ordinary customers, twenty a second for a while; answers how long they waited. */
async function browse(forMs: number) {
  const took: number[] = [];
  const failures: string[] = [];
  for (const end = Date.now() + forMs; Date.now() < end;) {
    const begun = performance.now();
    const status = await server.status('/openapi.json');
    took.push(performance.now() - begun);
    if (status !== 200) failures.push(String(status));
    await pause(50);
  }
  took.sort((a, b) => a - b);
  return { failures, median: took[Math.floor(took.length / 2)]!, slowest: took.at(-1)! };
}

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('two hundred clients that never finish their headers are cut within fifteen seconds, and hurt nobody', async () => {
  const alone = await browse(1000);
  const before = descriptors();
  const slow = open(200, 'GET /healthz HTTP/1.1\r\nHost: x\r\n');
  const dripping = setInterval(() => { for (const socket of slow) if (!socket.destroyed) socket.write('X-Slow: 1\r\n'); }, 1000);
  await until(() => descriptors() >= before + 200, { what: 'all slow clients' });
  const begun = Date.now();

  const browsing = browse(6000);
  await until(() => slow.every((socket) => socket.destroyed || socket.readyState !== 'open'), { withinMs: 17_000, what: 'the end of the slow ones' });
  const together = await browsing;
  clearInterval(dripping);

  expect(Date.now() - begun).toBeLessThan(soon(17_000));
  expect(together.failures).toEqual([]);
  expect(together.median).toBeLessThan(soon(Math.max(alone.median * 4, 100)));
  await until(() => descriptors() <= before + 5, { what: 'as many open files as before' });
});

onLinux('a thousand idle connections, and connecting and hanging up as fast as one can: nobody notices, and nothing stays open', async () => {
  const before = descriptors();
  open(1000, '');
  await until(() => descriptors() >= before + 1000, { what: 'the idle ones' });
  const browsing = browse(2000);
  for (let n = 0; n < 1000; n++) {
    connect(server.port, '127.0.0.1').on('error', () => {}).destroy();
    if (n % 50 === 0) await pause(20);
  }

  expect((await browsing).failures).toEqual([]);
  sockets.splice(0).forEach((socket) => { socket.destroy(); });
  await until(() => descriptors() <= before + 5, { what: 'as many open files as before' });
});

const withPrlimit = process.platform === 'linux' && existsSync('/usr/bin/prlimit') ? test : test.skip;
withPrlimit('five hundred clients of a process that may open 256 files: some wait or are refused, and it goes on', async () => {
  const narrow = await spawnProcess('server', testEnvironment({ MONGODB_URI: world.config.mongo.uri, REDIS_KEY_PREFIX: world.config.redis.keyPrefix }));
  await narrow.answers('/readyz', 200, 10_000);
  // only once it has started: loading the sources takes more files at once
  execFileSync('prlimit', ['--pid', String(narrow.child.pid), '--nofile=256']);
  const crowd = Array.from({ length: 500 }, () => connect(narrow.port, '127.0.0.1').on('error', () => {}));
  await until(() => readdirSync(`/proc/${narrow.child.pid!}/fd`).length >= 250, { what: 'every file to be taken' });

  expect(narrow.child.exitCode).toBeNull();
  crowd.forEach((socket) => { socket.destroy(); });
  await narrow.answers('/readyz', 200, 10_000);
  expect((await narrow.stop()).code).toBe(0);
});

test('headers larger than 16 KB are refused without reaching a route', async () => {
  const response = await fetch(`${server.url}/healthz`, { headers: { 'X-Large': 'x'.repeat(17_000) } });

  expect(response.status).toBe(431);
});
