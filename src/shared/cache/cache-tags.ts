import { Cluster, type Redis } from 'ioredis';
import type { RedisClient, RedisGuard } from './redis.js';

const PORTION = 100;

const tagKey = (tag: string) => `tag:{${tag}}`;
const entriesOf = (key: string) => [`c:{${key}}`, `c:{${key}}:lease`];

/** Forgets members as they were seen: one that joined again meanwhile did so under another token and stays. */
const FORGET = `
local forgotten = 0
for at = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[at]) == ARGV[at + 1] then forgotten = forgotten + redis.call('HDEL', KEYS[1], ARGV[at]) end
end
return forgotten`;

/**
 * Which entries a tag stands for: a hash per tag, from the entry to the lease it joined under. Every command names one key,
 * so that all of it runs on a cluster. Members are removed after their entries and only as they were seen: whatever is
 * interrupted in between can be done again, by anybody.
 */
export class CacheTags {
  constructor(private readonly redis: RedisGuard, private readonly ttlSeconds: number) {}

  async join(key: string, token: string, tags: readonly string[]): Promise<boolean> {
    const joined = await this.redis.attempt((client) => Promise.all(tags.map((tag) => healing(client, tagKey(tag), () => Promise.all([
      client.hset(tagKey(tag), key, token), client.expire(tagKey(tag), this.ttlSeconds * 4),
    ])))));
    return joined?.every((result) => result !== null) === true;
  }

  /** Answers how many entries there were, or undefined when Redis is away. */
  async drop(tags: readonly string[]): Promise<number | undefined> {
    const dropped = await this.redis.attempt((client) => Promise.all(tags.map((tag) => healing(client, tagKey(tag), () => dropOne(client, tagKey(tag))))));
    return dropped?.reduce<number>((all, n) => all + (n ?? 0), 0);
  }

  async unlink(keys: readonly string[]): Promise<number | undefined> {
    return this.redis.attempt((client) => unlinkEntries(client, keys));
  }

  async unlinkAll(): Promise<number | undefined> {
    return this.redis.attempt(unlinkAll);
  }

  async countEntries(): Promise<number | undefined> {
    return this.redis.attempt(async (client) => {
      let count = 0;
      for await (const names of scan(client, 'c:*')) count += names.filter((name) => !name.endsWith(':lease')).length;
      return count;
    });
  }

  async usedMemory(): Promise<number | undefined> {
    return this.redis.attempt(async (client) => {
      const infos = await Promise.all(mastersOf(client).map((node) => node.info('memory')));
      return infos.reduce((all, info) => all + Number(/^used_memory:(\d+)/m.exec(info)?.[1] ?? 0), 0);
    });
  }

  /** Forgets members whose entry has expired; answers how many, or undefined when Redis is away. */
  async cleanUp(): Promise<number | undefined> {
    return this.redis.attempt(async (client) => {
      let forgotten = 0;
      for await (const sets of scan(client, 'tag:*')) {
        for (const set of sets) forgotten += await healing(client, set, () => forgetExpired(client, set)) ?? 0;
      }
      return forgotten;
    });
  }
}

/** A tag that is garbage does not tell its entries any more, so all of them go. Null when that was so. */
async function healing<T>(client: RedisClient, set: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!/^WRONGTYPE/.test((error as Error).message)) throw error;
    await client.unlink(set);
    await unlinkAll(client);
    return null;
  }
}

async function unlinkAll(client: RedisClient): Promise<number> {
  let removed = 0;
  for await (const names of scan(client, 'c:*')) {
    const counts = await Promise.all(names.map((name) => client.unlink(name)));
    removed += counts.filter((n, at) => n === 1 && !names[at]!.endsWith(':lease')).length;
  }
  return removed;
}

/** In portions: each is quick enough for the time limit of a command, and what is done stays done. */
async function dropOne(client: RedisClient, set: string): Promise<number> {
  let removed = 0;
  for await (const members of membersOf(client, set)) {
    removed += await unlinkEntries(client, members.map(([key]) => key));
    await client.eval(FORGET, 1, set, ...members.flat());
  }
  return removed;
}

async function unlinkEntries(client: RedisClient, keys: readonly string[]): Promise<number> {
  const counts = await Promise.all(keys.map(async (key) => {
    const [entry] = await Promise.all(entriesOf(key).map((name) => client.unlink(name)));
    return entry ?? 0;
  }));
  return counts.reduce((all, n) => all + n, 0);
}

async function forgetExpired(client: RedisClient, set: string): Promise<number> {
  let forgotten = 0;
  for await (const members of membersOf(client, set)) {
    const alive = await Promise.all(members.map(async ([key]) => (await Promise.all(entriesOf(key).map((name) => client.exists(name)))).includes(1)));
    const expired = members.filter((_member, at) => !alive[at]).flat();
    if (expired.length > 0) forgotten += Number(await client.eval(FORGET, 1, set, ...expired));
  }
  return forgotten;
}

async function* membersOf(client: RedisClient, set: string): AsyncGenerator<Array<[key: string, token: string]>> {
  let cursor = '0';
  do {
    const [next, flat] = await client.hscan(set, cursor, 'COUNT', PORTION);
    cursor = next;
    const members = Array.from({ length: flat.length / 2 }, (_none, at): [string, string] => [flat[2 * at]!, flat[2 * at + 1]!]);
    if (members.length > 0) yield members;
  } while (cursor !== '0');
}

/** Walks every node without blocking any; names come without the prefix, which the client adds by itself. */
async function* scan(client: RedisClient, pattern: string): AsyncGenerator<string[]> {
  const prefix = client.options.keyPrefix ?? '';
  for (const node of mastersOf(client)) {
    let cursor = '0';
    do {
      const [next, names] = await node.scan(cursor, 'MATCH', `${escapeGlob(prefix)}${pattern}`, 'COUNT', PORTION);
      cursor = next;
      if (names.length > 0) yield names.map((name) => name.slice(prefix.length));
    } while (cursor !== '0');
  }
}

const mastersOf = (client: RedisClient): Redis[] => (client instanceof Cluster ? client.nodes('master') : [client]);
const escapeGlob = (text: string): string => text.replace(/[*?[\]\\]/g, '\\$&');
