import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stateFolder } from '../paths.js';
import { Advice, note } from '../terminal.js';
import { findBinary } from './binary.js';
import { takeOver } from './claim.js';
import { mongodb, redis, type Database } from './databases.js';
import { startMongo } from './mongo.js';
import { startRedis, requireRedis } from './redis.js';
import { requireReplicaSet } from './replica-set.js';

export { startMongo } from './mongo.js';
export { startRedis } from './redis.js';

export interface ProvisionOptions {
  /** `up` keeps its data between runs; `test` and `bench` get empty databases that vanish. */
  readonly purpose: 'up' | 'test' | 'bench';
  /** Where data is kept, for `up` or to keep what would vanish. */
  readonly stateDir?: string;
  /** Begin with empty databases. */
  readonly fresh?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  /** Told in one line what was chosen and why. */
  readonly tell?: (database: string, line: string) => void;
  /** Told when one that was started here ends without being asked to. */
  readonly onDeath?: (database: string, how: string) => void;
}

export interface Choice {
  readonly database: 'MongoDB' | 'Redis';
  readonly uri: string;
  readonly reason: string;
}

export interface Provisioned {
  readonly mongodbUri: string;
  readonly redisUrl: string;
  readonly chosen: readonly Choice[];
  /** Stops what was started here, and nothing else. */
  stop(): Promise<void>;
}

interface Running {
  readonly uri: string;
  readonly reason: string;
  stop(): Promise<void>;
}

/** Finds or starts MongoDB and Redis. */
export async function provision(options: ProvisionOptions): Promise<Provisioned> {
  const results = await Promise.allSettled([provideMongo(options), provideRedis(options)]);
  const running = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async () => { await Promise.all(running.map((server) => server.stop())); };
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  if (failures.length > 0) {
    await stop();
    throw together(failures);
  }
  const [mongo, cache] = running as [Running, Running];
  const chosen: Choice[] = [
    { database: 'MongoDB', uri: mongo.uri, reason: mongo.reason },
    { database: 'Redis', uri: cache.uri, reason: cache.reason },
  ];
  return { mongodbUri: mongo.uri, redisUrl: cache.uri, chosen, stop };
}

/** Who lacks both databases wants to hear of both at once. */
function together(failures: readonly Error[]): Error {
  const defect = failures.find((failure) => !(failure instanceof Advice));
  return defect ?? new Advice(failures.map(({ message }) => message).join('\n\n'));
}

async function provideMongo(options: ProvisionOptions): Promise<Running> {
  const given = await useGiven(mongodb, options, requireReplicaSet);
  if (given) return given;
  const { tell, binary, kept } = await prepare(mongodb, options);
  const started = Date.now();
  const server = await startMongo({ ...kept, inMemory: options.purpose === 'test', binary: binary.path, database: options.purpose === 'up' ? 'kontor' : `kontor_${options.purpose}` });
  tell(`port ${server.port} after ${Date.now() - started} ms: ${binary.reason}`);
  return { uri: server.uri, reason: binary.reason, stop: server.stop };
}

async function provideRedis(options: ProvisionOptions): Promise<Running> {
  const given = await useGiven(redis, options, requireRedis);
  if (given) return given;
  const { tell, binary, kept } = await prepare(redis, options);
  const started = Date.now();
  const server = await startRedis({ ...kept, binary: binary.path });
  tell(`port ${server.port} after ${Date.now() - started} ms: ${binary.reason}`);
  return { uri: server.url, reason: binary.reason, stop: server.stop };
}

/** Tests look at variables of their own: one that empties databases must never meet the one a developer works with. */
async function useGiven(database: Database, options: ProvisionOptions, check: (uri: string, variable: string) => Promise<void>): Promise<Running | undefined> {
  const variable = options.purpose === 'test' ? `TEST_${database.uriVariable}` : database.uriVariable;
  const uri = (options.env ?? process.env)[variable];
  if (!uri) return undefined;
  if (options.fresh) throw new Advice(`--fresh empties only databases that Kontor started itself, and ${variable} names another. Unset it, or empty that one by hand.`);
  await check(uri, variable);
  const reason = `the one that ${variable} names`;
  teller(database, options)(reason);
  return { uri, reason, stop: async () => undefined };
}

async function prepare(database: Database, options: ProvisionOptions) {
  const tell = teller(database, options);
  const binary = await findBinary(database, { ...(options.env ? { env: options.env } : {}), tell });
  const state = options.purpose === 'up' ? (options.stateDir ?? stateFolder(options.env)) : options.stateDir;
  const folder = state && join(state, 'data', database.name.toLowerCase());
  if (folder && options.fresh) {
    await takeOver(folder, database.name);
    await rm(folder, { recursive: true, force: true });
  }
  const onDeath = (how: string) => options.onDeath?.(database.name, how);
  return { tell, binary, kept: { ...(folder ? { folder } : {}), onDeath } };
}

const teller = (database: Database, { tell = note }: ProvisionOptions) => (line: string) => tell(database.name, line);
