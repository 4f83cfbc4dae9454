import { rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { onUnexpectedEnd, stopOwned, temporaryFolder } from '../owned-processes.js';
import { Advice } from '../terminal.js';
import { findBinary } from './binary.js';
import { takeOver, writeClaim } from './claim.js';
import { redis } from './databases.js';
import { choosePort, startServer } from './server-process.js';

export interface RedisOptions {
  /** Where the data lives and stays; without one, in memory only. */
  readonly folder?: string;
  readonly port?: number;
  readonly binary?: string;
  /** Told when it ends without being asked to. */
  readonly onDeath?: (how: string) => void;
}

export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const binary = options.binary ?? (await findBinary(redis)).path;
  const folder = options.folder ?? (await temporaryFolder());
  const port = await choosePort('Redis', options.port, await takeOver(folder, 'Redis'));
  const args = [
    '--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no',
    // a full memory must say so: an evicted lock or rate limit would be a wrong answer
    '--maxmemory-policy', 'noeviction',
    // the command line has to keep naming the folder: that is how a leftover of ours is recognised
    '--set-proc-title', 'no',
    '--save', '', '--appendonly', options.folder ? 'yes' : 'no',
  ];
  const { child, pid } = await startServer('Redis', binary, args, folder, port);
  if (options.onDeath) onUnexpectedEnd(child, options.onDeath);
  await writeClaim(folder, pid, port);
  const stop = async () => {
    await stopOwned(child);
    if (!options.folder) await rm(folder, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${port}`, pid, port, stop };
}

/** What a Redis says of itself; throws when it does not answer. */
export async function inspectRedis(url: string): Promise<{ evicts: string | undefined }> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5000, maxRetriesPerRequest: 0 });
  let refusal: Error | undefined;
  client.on('error', (error: Error) => { refusal = error; });
  try {
    // its own rejection says no more than "Connection is closed."
    await client.connect().catch((error: Error) => { throw refusal ?? error; });
    await client.ping();
    // managed ones often forbid CONFIG; then there is nothing to complain about
    const [, policy] = (await client.config('GET', 'maxmemory-policy').catch(() => [])) as string[];
    return { evicts: policy === undefined || policy === 'noeviction' ? undefined : policy };
  } finally {
    client.disconnect();
  }
}

export async function requireRedis(url: string, variable: string): Promise<void> {
  await inspectRedis(url).catch((error: Error) => {
    throw new Advice(`${variable} is set, but no Redis answers there: ${error.message}`);
  });
}
