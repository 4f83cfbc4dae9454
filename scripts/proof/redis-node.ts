import { rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { signalOwned, stopOwned, temporaryFolder } from '../lib/owned-processes.js';
import { freePort } from '../lib/ports.js';
import { findBinary } from '../lib/provision/binary.js';
import { redis } from '../lib/provision/databases.js';
import { startServer, type Server } from '../lib/provision/server-process.js';


/** A Redis in memory that can be killed, frozen, emptied and brought back empty on the same port. */
export async function startRedisNode() {
  const { path } = await findBinary(redis);
  const folder = await temporaryFolder();
  const port = await freePort();
  let server: Server | null = null;
  const start = async () => {
    server = await startServer('Redis', path, ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no', '--maxmemory-policy', 'noeviction', '--save', '', '--appendonly', 'no'], folder, port);
  };
  const running = () => (server !== null && server.child.exitCode === null && server.child.signalCode === null ? server : null);
  await start();
  return {
    port,
    start,
    async kill(): Promise<void> { if (server) await stopOwned(server.child, 0, 'SIGKILL'); },
    freeze(): void { if (server) signalOwned(server.child, 'SIGSTOP'); },
    thaw(): void { if (server) signalOwned(server.child, 'SIGCONT'); },
    async flush(): Promise<void> {
      const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => null, lazyConnect: true });
      client.on('error', () => undefined);
      await client.connect().then(() => client.flushall()).catch(() => undefined);
      client.disconnect();
    },
    async mend(): Promise<void> {
      if (running()) signalOwned(running()!.child, 'SIGCONT');
      else await start();
    },
    async stop(): Promise<void> {
      if (server) await stopOwned(server.child, 0, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
