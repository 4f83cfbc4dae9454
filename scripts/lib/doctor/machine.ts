import { access, constants, mkdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, root, stateFolder } from '../paths.js';
import { portOwner } from '../port-owner.js';
import { isFree } from '../ports.js';
import { runChild } from '../run-child.js';
import { fail, ok, warn, type Finding } from './finding.js';

const GB = 1e9;
const CLOCK_TOLERANCE_MS = 60_000;

export async function checkNode(): Promise<Finding> {
  const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { engines: { node: string } };
  // run.mjs refuses an older one before this runs
  return ok('Node', `${process.versions.node} (needed: ${engines.node})`);
}

export async function checkNpm(): Promise<Finding> {
  const { code, output } = await runChild('npm', ['--version', '--silent']).catch(() => ({ code: 1, output: '' }));
  const version = /^\d+\.\d+\.\d+$/m.exec(output)?.[0];
  return code === 0 && version ? ok('npm', version) : fail('npm', 'it does not run', 'install Node from its own packages, npm comes with it');
}

export async function checkDisk(): Promise<Finding> {
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  const detail = `${(free / GB).toFixed(1)} GB free`;
  if (free > 2 * GB) return ok('disk', detail);
  const fix = 'free some space; an empty shop needs 1 GB, most of it MongoDB files preallocated in .kontor/data';
  return free > 0.7 * GB ? warn('disk', detail, fix) : fail('disk', detail, fix);
}

export async function checkPort(port: number): Promise<Finding> {
  const what = `port ${port}`;
  if (await isFree(port)) return ok(what, 'free');
  const owner = (await portOwner(port)) ?? 'another process';
  return warn(what, `taken by ${owner}`, `stop it, or npm run up takes the next free port (or: npm run up -- --port ${port + 1})`);
}

export const checkFolders = (env: NodeJS.ProcessEnv) => Promise.all([
  writable('state folder', stateFolder(env), 'KONTOR_STATE_DIR'),
  writable('cache folder', cacheFolder(env), 'KONTOR_CACHE_DIR'),
]);

async function writable(what: string, folder: string, variable: string): Promise<Finding> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return ok(what, folder);
  } catch (error) {
    return fail(what, (error as Error).message, `make it writable for you, or name another: export ${variable}=/some/where`);
  }
}

/** Tokens and reservations expire by this clock. One that is behind the files of the clone is wrong. */
export async function checkClock(): Promise<Finding> {
  const { mtimeMs } = await stat(join(root, 'package.json'));
  const now = Date.now();
  const detail = new Date(now).toISOString();
  if (now + CLOCK_TOLERANCE_MS >= mtimeMs) return ok('clock', detail);
  return fail('clock', `${detail}, but package.json was written at ${new Date(mtimeMs).toISOString()}`, 'set the clock, for example: sudo timedatectl set-ntp true');
}
