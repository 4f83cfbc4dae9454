import { randomUUID } from 'node:crypto';
import { UnavailableError } from '../errors.js';
import type { StoredBody } from '../http/reply.js';
import { CacheTags } from './cache-tags.js';
import { Copies } from './copies.js';
import type { RedisClient, RedisGuard } from './redis.js';

const LEASE_MS = 10_000;
const RETRY_MS = 100;
const COPIES_BYTES = 8_000_000;
/** Another node's change is not told to a load under way here: nobody joins one that began so long ago. */
const JOIN_MS = 500;

/** Stores only while the reader's lease stands: whoever invalidates removes it, so that a slow reader cannot put old data back. */
const FILL = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'e', ARGV[3], 'b', ARGV[4])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'z', ARGV[5]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

export type CacheObserver = { hit(region: string): void; miss(region: string): void };
type Entry = {
  /** What kind of thing it is, for the hit rate: product, products, categories. */
  region: string;
  /** Names the one representation; the region is its first part. */
  key: string;
  /** What it was made from. Invalidating any of them removes it. */
  tags: readonly string[];
  load: () => Promise<StoredBody | null>;
};
export type Purge = { keys?: readonly string[]; tags?: readonly string[]; all?: boolean };
type Flight = { promise: Promise<StoredBody | null>; tags: readonly string[]; since: number };

export class CacheUnavailable extends UnavailableError {
  readonly code = 'cache_unavailable';
  constructor() { super('The cache does not answer, so nothing can be said about what it holds. Try again in a moment.'); }
}

/** The braces keep an entry and its lease on one node of a Redis cluster. */
const entryKey = (key: string) => `c:{${key}}`;
const leaseKey = (key: string) => `c:{${key}}:lease`;

/**
 * Serialised answers in Redis, 5 minutes, with MongoDB as the truth: a miss, a failure or a poisoned value means asking
 * the database. One load per key and process at a time.
 */
export class Cache {
  private readonly flights = new Map<string, Flight>();
  private readonly unsent = new Set<string>();
  private readonly tags: CacheTags;
  private readonly copies = new Copies(COPIES_BYTES);
  private retry: NodeJS.Timeout | undefined;

  constructor(private readonly deps: { redis: RedisGuard; ttlSeconds: number; observer: CacheObserver }) {
    this.tags = new CacheTags(deps.redis, deps.ttlSeconds);
  }

  async read({ region, key, tags, load }: Entry): Promise<StoredBody | null> {
    const found = await this.lookUp(key);
    if (found) {
      this.deps.observer.hit(region);
      return found;
    }
    this.deps.observer.miss(region);
    const flying = this.flights.get(key);
    if (flying && Date.now() - flying.since < JOIN_MS) return flying.promise;
    const flight = { tags, since: Date.now(), promise: this.loadAndFill(key, tags, load) };
    this.flights.set(key, flight);
    try {
      return await flight.promise;
    } finally {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    }
  }

  /**
   * After this returns no read on this process sees what the tags stood for before. When Redis is away the tags are kept
   * and sent again, and this process reads past the cache until they are through; the outbox sends them a second time.
   */
  async invalidate(tags: readonly string[]): Promise<void> {
    if (await this.dropTags(tags) !== undefined) return;
    for (const tag of tags) this.unsent.add(tag);
    this.retry ??= setInterval(() => { void this.resend(); }, RETRY_MS).unref();
  }

  /** By hand: answers how many entries there were. Fails when Redis is away, rather than claim what it cannot know. */
  async purge({ keys = [], tags = [], all = false }: Purge): Promise<number> {
    if (all) this.flights.clear();
    for (const key of keys) this.flights.delete(key);
    const counts = [all ? await this.tags.unlinkAll() : 0, keys.length > 0 ? await this.tags.unlink(keys) : 0, tags.length > 0 ? await this.dropTags(tags) : 0];
    if (counts.includes(undefined)) throw new CacheUnavailable();
    return (counts as number[]).reduce((sum, n) => sum + n, 0);
  }

  /** Forgets tag members whose entry has expired. Run by the worker, so that tags do not grow for ever. */
  async cleanUp(): Promise<number> {
    return await this.tags.cleanUp() ?? 0;
  }

  /** For operations: nothing is guessed while Redis is away. */
  async describe(): Promise<{ redis: { state: 'up' | 'down'; usedMemoryBytes: number | null }; entries: number | null }> {
    const entries = await this.tags.countEntries() ?? null;
    const usedMemoryBytes = entries === null ? null : await this.tags.usedMemory() ?? null;
    return { redis: { state: entries === null ? 'down' : 'up', usedMemoryBytes }, entries };
  }

  close(): void {
    clearInterval(this.retry);
  }

  private async lookUp(key: string): Promise<StoredBody | null> {
    if (this.unsent.size > 0 || this.deps.redis.isDoubtful) return null;
    const copy = this.copies.get(key);
    if (copy) {
      const tag = await this.deps.redis.attempt((client) => client.hget(entryKey(key), 'e'));
      if (tag === copy.etag) return copy;
      this.copies.forget(key);
      if (!tag) return null;
    }
    const values = await this.deps.redis.attempt((client) => client.hmgetBuffer(entryKey(key), 'e', 'b', 'z'));
    const [etag, body, gzip] = values ?? [];
    if (!etag || !body || body.length === 0) return null;
    return this.copies.keep(key, { etag: etag.toString(), body, gzip: gzip ?? null });
  }

  private async loadAndFill(key: string, tags: readonly string[], load: Entry['load']): Promise<StoredBody | null> {
    const token = await this.lease(key, tags);
    const value = await load();
    if (value && token) await this.fill(key, token, value);
    return value;
  }

  /** The lease must stand before the tags are joined, and both before the database is read: see docs/decisions. */
  private async lease(key: string, tags: readonly string[]): Promise<string | undefined> {
    const token = randomUUID();
    const leased = await this.deps.redis.attempt((client) => client.set(leaseKey(key), token, 'PX', LEASE_MS));
    if (leased !== 'OK') return undefined;
    return await this.tags.join(key, token, tags) ? token : undefined;
  }

  private async fill(key: string, token: string, { etag, body, gzip }: StoredBody): Promise<void> {
    const jitter = 0.9 + Math.random() * 0.2;
    const ttlMs = Math.round(this.deps.ttlSeconds * 1000 * jitter);
    await this.deps.redis.attempt((client: RedisClient) =>
      client.eval(FILL, 2, entryKey(key), leaseKey(key), token, ttlMs, etag, body, gzip ?? ''));
  }

  private dropTags(tags: readonly string[]): Promise<number | undefined> {
    for (const [key, flight] of this.flights) {
      if (flight.tags.some((tag) => tags.includes(tag))) this.flights.delete(key);
    }
    return this.tags.drop(tags);
  }

  private async resend(): Promise<void> {
    const tags = [...this.unsent];
    if (await this.tags.drop(tags) === undefined) return;
    for (const tag of tags) this.unsent.delete(tag);
    if (this.unsent.size > 0) return;
    clearInterval(this.retry);
    this.retry = undefined;
  }
}
