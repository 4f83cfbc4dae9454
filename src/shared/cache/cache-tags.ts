import { randomUUID } from 'node:crypto';
import { Cluster, type Redis } from 'ioredis';
import type { RedisClient, RedisGuard } from './redis.js';

const tagKey = (tag: string) => `tag:{${tag}}`;
const entriesOf = (key: string) => [`c:{${key}}`, `c:{${key}}:lease`];

/** Which entries a tag stands for: a set per tag. Every command names one key, so that all of it runs on a cluster. */
export class CacheTags {
  constructor(private readonly redis: RedisGuard, private readonly ttlSeconds: number) {}

  async join(key: string, tags: readonly string[]): Promise<boolean> {
    const joined = await this.redis.attempt((client) => Promise.all(tags.map((tag) => Promise.all([
      client.sadd(tagKey(tag), key), client.expire(tagKey(tag), this.ttlSeconds * 4),
    ]))));
    return joined !== undefined;
  }

  /** The set is renamed first, so that an entry joining meanwhile lands in a new set and is not forgotten. False when Redis is away. */
  async drop(tags: readonly string[]): Promise<boolean> {
    const dropped = await this.redis.attempt((client) => Promise.all(tags.map((tag) => this.dropOne(client, tag))));
    return dropped !== undefined;
  }

  private async dropOne(client: RedisClient, tag: string): Promise<void> {
    const aside = `${tagKey(tag)}:${randomUUID()}`;
    const renamed = await client.rename(tagKey(tag), aside).catch((error: Error) => {
      if (/no such key/i.test(error.message)) return null;
      throw error;
    });
    if (renamed === null) return;
    const keys = await client.smembers(aside);
    await Promise.all(keys.flatMap(entriesOf).map((name) => client.unlink(name)));
    await client.unlink(aside);
  }

  async unlink(keys: readonly string[]): Promise<number> {
    const removed = await this.redis.attempt((client) => Promise.all(keys.map(async (key) => {
      const [entry] = await Promise.all(entriesOf(key).map((name) => client.unlink(name)));
      return entry ?? 0;
    })));
    return (removed ?? []).reduce((all, n) => all + n, 0);
  }

  async unlinkAll(): Promise<number> {
    let removed = 0;
    for await (const [node, names] of this.scan('c:*')) {
      await Promise.all(names.map((name) => node.unlink(name)));
      removed += names.filter((name) => !name.endsWith(':lease')).length;
    }
    return removed;
  }

  async countEntries(): Promise<number> {
    let count = 0;
    for await (const [, names] of this.scan('c:*')) count += names.filter((name) => !name.endsWith(':lease')).length;
    return count;
  }

  async cleanUp(): Promise<number> {
    let forgotten = 0;
    for await (const [node, sets] of this.scan('tag:*')) {
      for (const set of sets) forgotten += await this.forgetExpired(node, set);
    }
    return forgotten;
  }

  private async forgetExpired(node: Redis, set: string): Promise<number> {
    const { client } = this.redis;
    let forgotten = 0;
    let cursor = '0';
    do {
      const [next, members] = await node.sscan(set, cursor, 'COUNT', 200);
      cursor = next;
      const alive = await Promise.all(members.map(async (key) => (await Promise.all(entriesOf(key).map((name) => client.exists(name)))).some((n) => n === 1)));
      const expired = members.filter((_key, at) => !alive[at]);
      if (expired.length > 0) forgotten += await node.srem(set, ...expired);
    } while (cursor !== '0');
    return forgotten;
  }

  /** Walks every node without blocking any; names come without the prefix that the client adds by itself. */
  private async *scan(pattern: string): AsyncGenerator<[Redis, string[]]> {
    const { client } = this.redis;
    const prefix = client.options.keyPrefix ?? '';
    for (const node of client instanceof Cluster ? client.nodes('master') : [client]) {
      let cursor = '0';
      do {
        const [next, names] = await node.scan(cursor, 'MATCH', `${prefix}${pattern}`, 'COUNT', 500);
        cursor = next;
        if (names.length > 0) yield [node, names.map((name) => name.slice(prefix.length))];
      } while (cursor !== '0');
    }
  }
}
