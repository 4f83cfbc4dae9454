import { setTimeout as pause } from 'node:timers/promises';
import { openRedisServer, until, type RedisServer } from '../../support/redis-server.js';
import { makeNode, type Database, type Node } from './suite.js';
import { soon } from '../../support/soon.js';

let server: RedisServer;
let a: Node; let b: Node;
let database: Database;
beforeEach(async () => {
  server = await openRedisServer();
  database = new Map([['k', 1]]);
  a = makeNode(await server.guard(), database);
  b = makeNode(await server.guard(), database);
  await a.read('k');
});
afterEach(async () => { a.cache.close(); b.cache.close(); await server.close(); });

/** Reads on both nodes for a while, changing the value now and then; answers how long the slowest read took and what was stale. */
async function browse(forMs: number, { changes = true } = {}) {
  const until = Date.now() + forMs;
  const acked: Array<{ value: number; at: number }> = [];
  const wrong: string[] = [];
  const took: number[] = [];
  const read = async (node: Node) => {
    while (Date.now() < until) {
      const begun = Date.now();
      const least = Math.max(1, ...acked.filter(({ at }) => begun - at > 1000).map(({ value }) => value));
      const value = await node.read('k');
      took.push(Date.now() - begun);
      if (value === null || value < least || value > database.get('k')!) wrong.push(`${value} instead of ${least} to ${database.get('k')}`);
      await pause(1);
    }
  };
  const change = async () => {
    while (changes && Date.now() < until) {
      const value = database.get('k')! + 1;
      database.set('k', value);
      await a.cache.invalidate(['k']);
      acked.push({ value, at: Date.now() });
      await pause(100);
    }
  };
  await Promise.all([read(a), read(a), read(b), read(b), change()]);
  took.sort((x, y) => x - y);
  return { wrong, reads: took.length, p99: took[Math.floor(took.length * 0.99)]!, slowest: took.at(-1)! };
}

test('killed, away for two seconds and back: right all the time, and quick', async () => {
  const browsing = browse(4000);
  await pause(500);
  await server.kill();
  await pause(2000);
  await server.restart();

  const { wrong, reads, p99 } = await browsing;

  expect(wrong).toEqual([]);
  expect(reads).toBeGreaterThan(1000);
  expect(p99).toBeLessThan(soon(150));
  await until(async () => { await b.read('k'); const before = b.seen.hits; await b.read('k'); return b.seen.hits > before; }, { withinMs: 2000, what: 'a hit after the restart' });
});

test('frozen for two seconds and thawed: right all the time, the breaker spares the wait, no answer is mixed up', async () => {
  database.set('other', -5);
  const browsing = browse(5000);
  const others = (async () => { const values = new Set<number | null>(); for (let n = 0; n < 300; n++) { values.add(await b.read('other')); await pause(12); } return [...values]; })();
  await pause(500);
  server.freeze();
  await pause(2000);
  server.thaw();

  const { wrong, p99, slowest } = await browsing;

  expect(wrong).toEqual([]);
  expect(await others).toEqual([-5]);
  expect(p99).toBeLessThan(soon(350));
  expect(slowest).toBeLessThan(700);
});

test('frozen in the middle of an invalidation: nothing stays stale on the node that did not hear of it', async () => {
  for (let round = 0; round < 3; round++) {
    database.set('k', round * 10 + 10);
    await a.cache.invalidate(['k']);
    await a.read('k');
    expect(await b.read('k')).toBe(round * 10 + 10);
    server.freeze();
    database.set('k', round * 10 + 11);
    await a.cache.invalidate(['k']);
    await pause(150);
    server.thaw();
    expect(await a.read('k')).toBe(round * 10 + 11);
    await until(async () => await server.command('PING') === 'PONG');
    await pause(1000);

    expect(await b.read('k')).toBe(round * 10 + 11);
  }
});

test('flushed under load: slower for a moment, never wrong', async () => {
  const browsing = browse(1500);
  for (let n = 0; n < 10; n++) { await pause(100); await server.command('FLUSHALL'); }

  expect((await browsing).wrong).toEqual([]);
});

test.each([
  { _case: 'a text', poison: ['SET', 'garbage'] },
  { _case: 'a list', poison: ['RPUSH', 'garbage'] },
  { _case: 'a hash of another version', poison: ['HSET', 'json', '{"value":666}'] },
  { _case: 'an entry without its body', poison: ['HSET', 'e', '"1.x"', 'b', ''] },
])('poisoned with $_case: a miss, and the key heals', async ({ poison: [command, ...values] }) => {
  const key = 'test:c:{numbers:k}';
  await server.command('DEL', key);
  await server.command(command!, key, ...values);

  expect(await a.read('k')).toBe(1);
  const { hits } = b.seen;
  expect([await b.read('k'), b.seen.hits]).toEqual([1, hits + 1]);
});

test('a poisoned tag does not keep a change from being seen', async () => {
  await server.command('DEL', 'test:tag:{k}');
  await server.command('SET', 'test:tag:{k}', 'garbage');
  database.set('k', 2);

  await a.cache.invalidate(['k']);

  expect(await a.read('k')).toBe(2);
  await until(async () => await b.read('k') === 2, { withinMs: 1000, what: 'the change on the other node' });
});

test('out of memory: nothing is stored, nothing is wrong, and what is stored is still invalidated', async () => {
  await server.command('CONFIG', 'SET', 'maxmemory', '1');
  database.set('new', 1);

  expect([await a.read('new'), await a.read('new')]).toEqual([1, 1]);
  database.set('k', 2);
  await a.cache.invalidate(['k']);
  await pause(1000);
  expect([await a.read('k'), await b.read('k')]).toEqual([2, 2]);
});

test('what cannot be known is not claimed: counting and purging fail while Redis is away', async () => {
  await server.kill();

  expect(await a.cache.describe()).toEqual({ redis: { state: 'down', usedMemoryBytes: null }, entries: null });
  for (const purge of [{ keys: ['numbers:k'] }, { tags: ['k'] }, { all: true }]) {
    await expect(a.cache.purge(purge)).rejects.toMatchObject({ status: 503, code: 'cache_unavailable' });
  }
  expect(await a.cache.cleanUp()).toBe(0);
});
