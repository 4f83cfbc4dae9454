import { readdir, readFile, readlink } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { commandLine } from './provision/claim.js';

const run = promisify(execFile);
const LISTENING = '0A';

/** `node dist/src/server.js (pid 4711)`, or nothing when the system does not tell us. */
export async function portOwner(port: number): Promise<string | undefined> {
  const pid = (await byProc(port)) ?? (await byLsof(port));
  return pid === undefined ? undefined : `${(await commandLine(pid)).slice(0, 80)} (pid ${pid})`;
}

async function byProc(port: number): Promise<number | undefined> {
  const inode = await listeningSocket(port);
  if (!inode) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
    if (targets.includes(`socket:[${inode}]`)) return Number(pid);
  }
  return undefined;
}

/** Columns of /proc/net/tcp: number, local address:port in hex, remote, state, four more, then the inode as tenth. */
async function listeningSocket(port: number): Promise<string | undefined> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')));
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = tables.join('\n').split('\n').map((line) => line.trim().split(/\s+/));
  return rows.find((row) => row[1]?.endsWith(suffix) && row[3] === LISTENING)?.[9];
}

async function byLsof(port: number): Promise<number | undefined> {
  const { stdout } = await run('lsof', ['-t', `-iTCP:${port}`, '-sTCP:LISTEN']).catch(() => ({ stdout: '' }));
  return Number(stdout.split('\n')[0]) || undefined;
}
