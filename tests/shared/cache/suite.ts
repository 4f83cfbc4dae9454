import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Cache } from '../../../src/shared/cache/cache.js';
import type { RedisGuard } from '../../../src/shared/cache/redis.js';
import { storeBody } from '../../../src/shared/http/reply.js';
import { until } from '../../support/redis-server.js';

/** A node of the shop: its cache, and a database that all nodes share. */
export type Node = ReturnType<typeof makeNode>;
export type Database = Map<string, number>;

export function makeNode(redis: RedisGuard, database: Database, ttlSeconds = 300) {
  const seen = { hits: 0, misses: 0, loads: 0 };
  const cache = new Cache({ redis, ttlSeconds, observer: { hit: () => { seen.hits += 1; }, miss: () => { seen.misses += 1; } } });
  return {
    cache, seen, redis,
    /** The number the database holds under the name, through the cache. `between` runs after the database was read. */
    async read(name: string, { tags = [name], between = async () => {} }: { tags?: string[]; between?: () => Promise<unknown> } = {}): Promise<number | null> {
      const found = await cache.read({ region: 'numbers', key: `numbers:${name}`, tags, load: async () => {
        seen.loads += 1;
        const value = database.get(name);
        await between();
        return value === undefined ? null : storeBody({ value, padding: 'x'.repeat(1200) }, 1);
      } });
      if (!found) return null;
      const plain = JSON.parse(found.body.toString()) as { value: number };
      if (found.gzip && !gunzipSync(found.gzip).equals(found.body)) throw new Error('the two encodings differ');
      return plain.value;
    },
  };
}

/** What must hold on one server and on a cluster alike. */
export function cacheSuite(open: () => Promise<{ guard(options?: { onFailure?: (error: Error) => void }): Promise<RedisGuard>; close(): Promise<void> }>): void {
  let server: Awaited<ReturnType<typeof open>>;
  let a: Node; let b: Node;
  let database: Database;
  /** On a starved machine a command can miss its 100 ms; then what holds at once holds within a second. */
  let late = 0;
  const patienceMs = () => (late === 0 ? 0 : 1000);
  const guard = () => server.guard({ onFailure: () => { late += 1; } });
  const sees = async (node: Node, name: string, value: number) => {
    for (const until = Date.now() + patienceMs(); await node.read(name) !== value && Date.now() < until;) await pause(20);
    expect(await node.read(name)).toBe(value);
  };
  beforeAll(async () => { server = await open(); }, 40_000);
  afterAll(() => server.close());
  beforeEach(async () => {
    database = new Map();
    late = 0;
    a = makeNode(await guard(), database);
    b = makeNode(await guard(), database);
    await a.cache.purge({ all: true });
  });
  afterEach(() => { a.cache.close(); b.cache.close(); });
  test('two hundred readers of a cold entry cost one load on each node, and then none', async () => {
    database.set('hot', 7);

    const values = await Promise.all(Array.from({ length: 200 }, () => [a.read('hot', { between: () => pause(20) }), b.read('hot', { between: () => pause(20) })]).flat());

    expect(new Set(values)).toEqual(new Set([7]));
    expect([a.seen.loads, b.seen.loads]).toEqual([1, 1]);
    await a.read('hot');
    expect(a.seen).toEqual({ hits: 1, misses: 200, loads: 1 });
  });

  test('a change is read at once by every node, and entries of other tags stay', async () => {
    database.set('one', 1).set('two', 2);
    for (const node of [a, b]) { await node.read('one', { tags: ['one', 'all'] }); await node.read('two', { tags: ['two', 'all'] }); }
    database.set('one', 11);

    await a.cache.invalidate(['one']);

    await sees(a, 'one', 11);
    await sees(b, 'one', 11);
    expect(await b.read('two')).toBe(2);
    if (late === 0) expect(b.seen.loads).toBe(0);
    database.set('one', 111).set('two', 22);
    await b.cache.invalidate(['all', 'of nothing']);
    await sees(b, 'two', 22);
    await sees(a, 'two', 22);
  });

  test('what is not there is not remembered', async () => {
    expect(await a.read('late')).toBeNull();
    database.set('late', 1);

    expect([await a.read('late'), await b.read('late')]).toEqual([1, 1]);
  });

  test('a purge by key, tag or everything tells how many entries there were', async () => {
    for (const name of ['k1', 'k2', 'k3', 'k4']) { database.set(name, 1); await a.read(name, { tags: [name, name < 'k3' ? 'low' : 'high'] }); }
    expect(await b.cache.describe()).toEqual({ redis: { state: 'up', usedMemoryBytes: expect.any(Number) }, entries: 4 });

    expect(await b.cache.purge({ keys: ['numbers:k1', 'numbers:none'] })).toBe(1);
    expect(await b.cache.purge({ tags: ['low', 'none'] })).toBe(1);
    expect(await b.cache.purge({ all: true })).toBe(2);
    expect(await b.cache.purge({ all: true })).toBe(0);
    expect((await a.cache.describe()).entries).toBe(0);
    for (const name of ['k1', 'k2', 'k3', 'k4']) database.set(name, 2);
    expect(await Promise.all(['k1', 'k2', 'k3', 'k4'].map((name) => a.read(name)))).toEqual([2, 2, 2, 2]);
  });

  test('a reader that was paused between database and cache never puts old data back: 1,000 rounds', async () => {
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(Array.from({ length: 50 }, async (_none, at) => {
        const name = `r${batch}-${at}`;
        const [reader, writer] = at % 2 ? [a, b] : [b, a];
        database.set(name, 1);
        const slow = await new Promise<number | null>((loaded) => {
          let release!: () => void;
          const reading: Promise<number | null> = reader.read(name, { between: () => new Promise<void>((resolve) => { release = resolve; loaded(changeAndRelease()); }) });
          const changeAndRelease = async () => {
            database.set(name, 2);
            await writer.cache.invalidate([name]);
            release();
            return reading;
          };
        });
        expect(slow).toBe(1);
        await sees(writer, name, 2);
        await sees(reader, name, 2);
      }));
    }
  });

  test('ten thousand random reads and writes: never older than the last change, save by a load already under way elsewhere', async () => {
    const acked = new Map<string, Array<{ value: number; at: number; node: Node }>>();
    const stale: string[] = [];
    let version = 0;
    const act = async () => {
      const name = `p${Math.floor(Math.random() * 20)}`;
      const node = Math.random() < 0.5 ? a : b;
      if (Math.random() < 0.1) {
        const value = ++version;
        database.set(name, Math.max(value, database.get(name) ?? 0));
        await node.cache.invalidate([name]);
        acked.set(name, [...acked.get(name) ?? [], { value, at: Date.now(), node }]);
        return;
      }
      const begun = Date.now();
      const known = [...acked.get(name) ?? []];
      const value = await node.read(name, { between: () => pause(Math.random() * 3) });
      for (const change of known) {
        const mustBeSeen = change.node === node || begun - change.at > 50 + patienceMs();
        if (mustBeSeen && (value ?? 0) < change.value) stale.push(`${name}: ${value} after ${change.value}, ${begun - change.at} ms later`);
      }
    };
    const lane = async () => { for (let n = 0; n < 10_000 / 25; n++) await act(); };

    await Promise.all(Array.from({ length: 25 }, lane));

    expect(stale).toEqual([]);
    expect(a.seen.hits + b.seen.hits).toBeGreaterThan(1000);
  });

  test('cleaning up forgets what has expired and keeps what still stands', async () => {
    await a.cache.cleanUp();
    const brief = makeNode(a.redis, database, 1);
    database.set('short', 1).set('long', 1);
    await brief.read('short', { tags: ['both'] });
    await a.read('long', { tags: ['both'] });
    expect(await b.cache.cleanUp()).toBe(0);
    await pause(1300);

    expect(await b.cache.cleanUp()).toBe(1);
    expect(await b.cache.purge({ tags: ['both'] })).toBe(1);
  });

  test('a tag of five thousand entries is dropped in portions, each within a command\'s patience', async () => {
    const names = Array.from({ length: 5000 }, (_none, at) => `m${at}`);
    for (const name of names) database.set(name, 1);
    for (let at = 0; at < names.length; at += 250) await Promise.all(names.slice(at, at + 250).map((name) => a.read(name, { tags: ['many'] })));
    for (const name of names) database.set(name, 2);

    await a.cache.invalidate(['many']);

    await until(async () => (await b.cache.describe()).entries === 0, { withinMs: 20_000, what: 'an empty cache' });
    expect(await b.read('m4999')).toBe(2);
    await b.read('m4999');
    expect(b.seen.hits).toBe(1);
  });
}
