import { setTimeout as pause } from 'node:timers/promises';
import { DocumentCache } from '../../../src/shared/cache/documents.js';
import { openRedisServer, until, type RedisServer } from '../../support/redis-server.js';

type Note = { version: number; text: string };
let server: RedisServer;
const caches: Array<DocumentCache<Note>> = [];
beforeEach(async () => { server = await openRedisServer(); });
afterEach(async () => { caches.splice(0).forEach((cache) => { cache.close(); }); await server.close(); });
async function node() {
  const cache = new DocumentCache<Note>({ redis: await server.guard(), name: 'notes', ttlSeconds: 60, revive: (stored) => stored as Note });
  caches.push(cache);
  return cache;
}
const note = (version: number): Note => ({ version, text: `v${version}` });

test('the newer version stays, in whatever order they arrive, on every node', async () => {
  const [a, b] = [await node(), await node()];
  await Promise.all([3, 1, 2, 10, 9].map((version) => (version % 2 ? a : b).put('n', note(version))));

  expect([await a.get('n'), await b.get('n')]).toEqual([note(10), note(10)]);
  expect(await a.get('other')).toBeNull();
});

test('a document that ended does not come back from a slow reader', async () => {
  const [a, b] = [await node(), await node()];
  await a.put('n', note(5));
  await a.drop('n');
  await b.put('n', note(6));

  expect([await a.get('n'), await b.get('n')]).toEqual([null, null]);
});

test.each([
  { _case: 'a text without a version', poison: ['SET', 'test:notes:{n}', 'garbage'] }, { _case: 'broken JSON', poison: ['SET', 'test:notes:{n}', '3:{"version":'] },
  { _case: 'a list', poison: ['RPUSH', 'test:notes:{n}', 'x'] },
])('poisoned with $_case it is a miss', async ({ poison: [command, ...values] }) => {
  const a = await node();
  await server.command(command!, ...values);

  expect(await a.get('n')).toBeNull();
});

test('what could not be replaced during an outage is not read afterwards, neither here nor elsewhere', async () => {
  const [a, b] = [await node(), await node()];
  await a.put('n', note(1));
  expect(await b.get('n')).toEqual(note(1));
  server.freeze();
  await a.put('n', note(2));
  await pause(1500);
  server.thaw();
  await until(async () => await server.command('PING') === 'PONG');

  for (let read = 0; read < 40; read++) {
    for (const cache of [a, b]) expect([null, 2]).toContain((await cache.get('n'))?.version ?? null);
    await pause(25);
  }
  await a.put('n', note(3));
  await until(async () => (await b.get('n'))?.version === 3, { withinMs: 3000, what: 'the copy in use again' });
});
