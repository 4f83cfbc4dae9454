import type { Store } from 'express-rate-limit';
import type { RedisGuard } from './redis.js';

type Bucket = { window: number; next: number; leasedTo: number; seen: number; waiting: number; fetching: Promise<void> | undefined };

/**
 * Hits of all nodes counted together in Redis. A node takes numbers for all who wait at once, or in blocks of 1 % of what was
 * counted so far, so that a busy key costs few round trips and a rare one is exact; no number is given twice. With Redis away
 * a node goes on counting alone.
 */
export class HitStore implements Store {
  private readonly buckets = new Map<string, Bucket>();
  private sweptWindow = 0;

  constructor(private readonly redis: RedisGuard, readonly prefix: string, private readonly windowMs: number) {}

  async increment(key: string) {
    const window = Math.floor(Date.now() / this.windowMs);
    const resetTime = new Date((window + 1) * this.windowMs);
    const bucket = this.bucketOf(key, window);
    const own = ++bucket.seen;
    bucket.waiting += 1;
    while (bucket.next > bucket.leasedTo) {
      bucket.fetching ??= this.fetch(key, bucket).finally(() => { bucket.fetching = undefined; });
      await bucket.fetching;
    }
    bucket.waiting -= 1;
    // A flushed Redis starts from nothing again; what this node has seen itself still counts.
    return { totalHits: Math.max(bucket.next++, own), resetTime };
  }

  decrement(): void {}
  resetKey(): void {}

  private bucketOf(key: string, window: number): Bucket {
    this.sweep(window);
    const known = this.buckets.get(key);
    if (known?.window === window) return known;
    const bucket = { window, next: 1, leasedTo: 0, seen: 0, waiting: 0, fetching: undefined };
    this.buckets.set(key, bucket);
    return bucket;
  }

  private async fetch(key: string, bucket: Bucket): Promise<void> {
    const block = Math.max(bucket.waiting, Math.floor(bucket.leasedTo / 100));
    const name = `rl:{${this.prefix}:${key}}:${bucket.window}`;
    const counted = await this.redis.attempt(async (client) => {
      const [total] = await Promise.all([client.incrby(name, block), client.pexpire(name, this.windowMs * 2)]);
      return total;
    });
    if (counted !== undefined) bucket.next = counted - block + 1;
    bucket.leasedTo = bucket.next + block - 1;
  }

  private sweep(window: number): void {
    if (window === this.sweptWindow) return;
    this.sweptWindow = window;
    for (const [key, bucket] of this.buckets) if (bucket.window !== window) this.buckets.delete(key);
  }
}
