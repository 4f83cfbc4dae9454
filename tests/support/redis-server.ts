import { Redis } from 'ioredis';
import { startRedis } from '../../scripts/lib/provision/index.js';
import { RedisGuard } from '../../src/shared/cache/redis.js';
import { soon } from './soon.js';

/** A Redis of the test's own, to be hurt. */
export async function openRedisServer() {
  let server = await startRedis();
  const { port } = server;
  let isKilled = false;
  const guards: RedisGuard[] = [];
  const admin = () => new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 2 });
  return {
    url: server.url,
    async guard(options: { keyPrefix?: string; onFailure?: (error: Error) => void } = {}): Promise<RedisGuard> {
      const guard = new RedisGuard({ url: server.url, keyPrefix: 'test:', ...options });
      guards.push(guard);
      await guard.ready();
      return guard;
    },
    /** Any command, by a client that waits; keys have their full names here. */
    async command(name: string, ...args: Array<string | number | Buffer>): Promise<unknown> {
      const client = admin();
      try { return await client.call(name, ...args); } finally { client.disconnect(); }
    },
    freeze: () => { process.kill(server.pid, 'SIGSTOP'); },
    thaw: () => { if (!isKilled) process.kill(server.pid, 'SIGCONT'); },
    async kill(): Promise<void> {
      isKilled = true;
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
    },
    async restart(): Promise<void> {
      server = await startRedis({ port });
      isKilled = false;
    },
    async close(): Promise<void> {
      await Promise.all(guards.map((guard) => guard.close()));
      await server.stop();
    },
  };
}

export type RedisServer = Awaited<ReturnType<typeof openRedisServer>>;

export async function until(check: () => Promise<boolean> | boolean, { withinMs = 5000, what = 'the condition' } = {}): Promise<number> {
  const begun = Date.now();
  while (!await check()) {
    if (Date.now() - begun > soon(withinMs)) throw new Error(`${what} did not come true within ${withinMs} ms`);
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  return Date.now() - begun;
}
