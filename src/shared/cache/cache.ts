import { randomUUID } from 'node:crypto';
import type { StoredBody } from '../http/reply.js';
import { CacheTags } from './cache-tags.js';
import type { RedisClient, RedisGuard } from './redis.js';

const LEASE_MS = 10_000;
const RETRY_MS = 250;

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
type Flight = { promise: Promise<StoredBody | null>; tags: readonly string[] };

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
    if (flying) return flying.promise;
    const flight = { tags, promise: this.loadAndFill(key, tags, load) };
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
    for (const [key, flight] of this.flights) {
      if (flight.tags.some((tag) => tags.includes(tag))) this.flights.delete(key);
    }
    const done = await this.tags.drop(tags);
    if (done) return;
    for (const tag of tags) this.unsent.add(tag);
    this.retry ??= setInterval(() => { void this.resend(); }, RETRY_MS).unref();
  }

  /** Removes single representations; answers how many there were. */
  async purgeKeys(keys: readonly string[]): Promise<number> {
    for (const key of keys) this.flights.delete(key);
    return this.tags.unlink(keys);
  }

  async purgeAll(): Promise<number> {
    this.flights.clear();
    return this.tags.unlinkAll();
  }

  /** Forgets tag members whose entry has expired. Run by the worker, so that tag sets do not grow for ever. */
  async cleanUp(): Promise<number> {
    return this.tags.cleanUp();
  }

  async size(): Promise<number> {
    return this.tags.countEntries();
  }

  close(): void {
    clearInterval(this.retry);
  }

  private async lookUp(key: string): Promise<StoredBody | null> {
    if (this.unsent.size > 0) return null;
    const values = await this.deps.redis.attempt((client) => client.hmgetBuffer(entryKey(key), 'e', 'b', 'z'));
    const [etag, body, gzip] = values ?? [];
    if (!etag || !body || body.length === 0) return null;
    return { etag: etag.toString(), body, gzip: gzip ?? null };
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
    return await this.tags.join(key, tags) ? token : undefined;
  }

  private async fill(key: string, token: string, { etag, body, gzip }: StoredBody): Promise<void> {
    const jitter = 0.9 + Math.random() * 0.2;
    const ttlMs = Math.round(this.deps.ttlSeconds * 1000 * jitter);
    await this.deps.redis.attempt((client: RedisClient) =>
      client.eval(FILL, 2, entryKey(key), leaseKey(key), token, ttlMs, etag, body, gzip ?? ''));
  }

  private async resend(): Promise<void> {
    const tags = [...this.unsent];
    if (!await this.tags.drop(tags)) return;
    for (const tag of tags) this.unsent.delete(tag);
    if (this.unsent.size > 0) return;
    clearInterval(this.retry);
    this.retry = undefined;
  }
}
