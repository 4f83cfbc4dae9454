import { existsSync } from 'node:fs';
import { access, constants, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { onUnexpectedEnd, stopOwned, temporaryFolder } from '../owned-processes.js';
import { findBinary } from './binary.js';
import { takeOver, writeClaim } from './claim.js';
import { mongodb } from './databases.js';
import { bringUpReplicaSet } from './replica-set.js';
import { choosePort, startServer, type Server } from './server-process.js';

const REPLICA_SET = 'kontor';
const MEMORY_NEEDED = 3e9;

export interface MongoOptions {
  /** Where the data lives and stays; without one, in a temporary folder that goes with the server. */
  readonly folder?: string;
  /** Prefer a temporary folder in memory. Measured on tmpfs: 40 collections with indexes in 150 ms instead of 350. */
  readonly inMemory?: boolean;
  readonly port?: number;
  readonly database?: string;
  readonly binary?: string;
  /** Told when it ends without being asked to. */
  readonly onDeath?: (how: string) => void;
  /** Three for failover tests; each node has its own pid to kill. */
  readonly nodes?: number;
  readonly electionTimeoutMs?: number;
}

export interface MongoNode {
  readonly pid: number;
  readonly port: number;
}

export interface Mongo extends MongoNode {
  readonly uri: string;
  readonly nodes: readonly MongoNode[];
  stop(): Promise<void>;
}

/** A replica set of real mongods on this machine, with a writable primary when this returns. */
export async function startMongo(options: MongoOptions = {}): Promise<Mongo> {
  const binary = options.binary ?? (await findBinary(mongodb)).path;
  const folder = options.folder ?? (await temporaryFolder(options.inMemory ? await memoryFolder() : undefined));
  const lastPort = await takeOver(folder, 'MongoDB');
  const nodes: Server[] = [];
  const stop = async () => {
    await Promise.all(nodes.map(({ child }) => stopOwned(child)));
    if (!options.folder) await rm(folder, { recursive: true, force: true });
  };
  try {
    const isNew = !existsSync(join(folder, 'node-0', 'WiredTiger'));
    const first = await startNode(binary, join(folder, 'node-0'), await choosePort('MongoDB', options.port, lastPort), options.inMemory === true);
    nodes.push(first);
    if (options.onDeath) onUnexpectedEnd(first.child, options.onDeath);
    await writeClaim(folder, first.pid, first.port);
    for (let i = 1; i < (options.nodes ?? 1); i++) {
      nodes.push(await startNode(binary, join(folder, `node-${i}`), await choosePort('MongoDB', undefined, undefined), options.inMemory === true));
    }
    const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`);
    await bringUpReplicaSet(REPLICA_SET, hosts, { isNew, electionTimeoutMs: options.electionTimeoutMs });
    return { uri: uriOf(hosts, options.database), pid: first.pid, port: first.port, nodes: nodes.map(({ pid, port }) => ({ pid, port })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const uriOf = (hosts: readonly string[], database = 'kontor') => `mongodb://${hosts.join(',')}/${database}?replicaSet=${REPLICA_SET}`;
/** Where the shop of `npm run up` keeps its data, once its server is known to run. */
export const shopUri = (port: number) => uriOf([`127.0.0.1:${port}`]);

/** Linux keeps one in memory; in a container it is often too small for a database. */
export async function memoryFolder(): Promise<string | undefined> {
  const free = await statfs('/dev/shm').then(({ bavail, bsize }) => bavail * bsize, () => 0);
  const writable = await access('/dev/shm', constants.W_OK).then(() => true, () => false);
  return writable && free > MEMORY_NEEDED ? '/dev/shm' : undefined;
}

/**
 * A dropped collection keeps its files for five minutes of history: a run of all tests drops some hundred databases of three
 * hundred files each, more than a process may open. The auditor reads one moment, which a quarter of a minute covers.
 */
const OF_MANY_DATABASES = [
  '--setParameter', 'minSnapshotHistoryWindowInSeconds=15', '--syncdelay', '10',
  '--wiredTigerEngineConfigString', 'file_manager=(close_idle_time=15,close_scan_interval=5)',
];

interface NodePlace {
  readonly folder: string;
  readonly port: number;
  readonly set?: string;
  readonly cacheGb?: number;
}

/** How a node of ours is run, whoever starts it. */
export function nodeArguments({ folder, port, set = REPLICA_SET, cacheGb = 1 }: NodePlace): string[] {
  return [
    '--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', set, '--quiet',
    // its default takes half of the machine's memory, which a developer's machine has other uses for
    '--wiredTigerCacheSizeGB', String(cacheGb), '--oplogSize', '512',
    // a socket file in the temporary folder would survive a kill -9
    ...(process.platform === 'win32' ? [] : ['--nounixsocket']),
    '--setParameter', 'diagnosticDataCollectionEnabled=false',
    // a process that is killed in a transaction keeps its rows locked until this is over; docs/decisions/0006
    '--setParameter', 'transactionLifetimeLimitSeconds=10',
  ];
}

function startNode(binary: string, folder: string, port: number, forTests: boolean): Promise<Server> {
  return startServer('MongoDB', binary, [...nodeArguments({ folder, port }), ...(forTests ? OF_MANY_DATABASES : [])], folder, port);
}
