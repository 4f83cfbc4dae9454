import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findBinary } from '../../scripts/lib/provision/binary.js';
import { redis } from '../../scripts/lib/provision/databases.js';
import { startServer } from '../../scripts/lib/provision/server-process.js';
import { stopOwned, temporaryFolder } from '../../scripts/lib/owned-processes.js';
import { freePort } from '../../scripts/lib/ports.js';
import { RedisGuard } from '../../src/shared/cache/redis.js';
import { until } from './redis-server.js';

const SLOTS = [[0, 5460], [5461, 10_922], [10_923, 16_383]] as const;

/** Three masters without replicas, which is enough to refuse every command whose keys live apart. */
export async function openRedisCluster() {
  const { path: binary } = await findBinary(redis);
  const folder = await temporaryFolder();
  const servers = await Promise.all(SLOTS.map(async (_slots, at) => {
    const home = join(folder, `node-${at}`);
    await mkdir(home, { recursive: true });
    const port = await portForCluster();
    return startServer('Redis', binary, ['--port', String(port), '--bind', '127.0.0.1', '--dir', home, '--save', '', '--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'], home, port);
  }));
  const clients = servers.map(({ port }) => new Redis(port, '127.0.0.1'));
  await Promise.all(clients.map((client, at) => client.call('CLUSTER', 'ADDSLOTSRANGE', ...SLOTS[at]!.map(String))));
  for (const { port } of servers.slice(1)) await clients[0]!.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
  await until(async () => (await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')))).every((info) => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(info))), { withinMs: 15_000, what: 'the cluster' });
  const guards: RedisGuard[] = [];
  return {
    url: servers.map(({ port }) => `127.0.0.1:${port}`).join(',').replace(/^/, 'redis://'),
    nodes: clients,
    async guard(options: { onFailure?: (error: Error) => void } = {}): Promise<RedisGuard> {
      const guard = new RedisGuard({ url: this.url, keyPrefix: 'test:', ...options });
      guards.push(guard);
      await guard.ready(3000);
      return guard;
    },
    async close(): Promise<void> {
      clients.forEach((client) => { client.disconnect(); });
      await Promise.all(guards.map((guard) => guard.close()));
      await Promise.all(servers.map(({ child }) => stopOwned(child)));
    },
  };
}

/** A node also listens 10,000 ports higher, for the others. */
async function portForCluster(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port < 55_000) return port;
  }
}
