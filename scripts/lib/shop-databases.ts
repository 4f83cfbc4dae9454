import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { stateFolder } from './paths.js';
import { findServer } from './provision/claim.js';
import { shopUri } from './provision/mongo.js';
import { provision } from './provision/index.js';

export interface ShopDatabases {
  readonly mongodbUri: string;
  readonly redisUrl: string;
  /** In a few words, for the first line that a script prints. */
  readonly what: string;
  stop(): Promise<void>;
}

const leave = async () => undefined;

/** The databases a script is to work on: those that are named, those of a running `npm run up`, or its kept ones, started for as long as needed. */
export async function findShopDatabases(mongodbUri: string | undefined, env: NodeJS.ProcessEnv = process.env): Promise<ShopDatabases> {
  const someRedis = env['REDIS_URL'] || 'redis://127.0.0.1:6379';
  if (mongodbUri) return { mongodbUri, redisUrl: someRedis, what: 'the database that was named', stop: leave };
  const state = stateFolder(env);
  const [mongo, redis] = await Promise.all([findServer(join(state, 'data', 'mongodb')), findServer(join(state, 'data', 'redis'))]);
  if (mongo) return { mongodbUri: shopUri(mongo.port), redisUrl: redis ? `redis://127.0.0.1:${redis.port}` : someRedis, what: 'the running shop', stop: leave };
  const started = await provision({ purpose: 'up', env, tell: () => undefined });
  return { ...started, what: 'the kept databases of npm run up' };
}

/** What openShop needs besides: nothing that a tool signs outlives it, so that it needs no secret of the shop. */
export const toolEnvironment = ({ mongodbUri, redisUrl }: ShopDatabases, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv =>
  ({ NODE_ENV: 'production', JWT_SECRET: randomBytes(32).toString('hex'), ...env, MONGODB_URI: mongodbUri, REDIS_URL: redisUrl });
