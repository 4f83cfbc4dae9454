import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Advice } from '../terminal.js';

const run = promisify(execFile);

interface Claim {
  readonly pid: number;
  readonly port: number;
  /** The script that started it. */
  readonly ownerPid: number;
}

const file = (folder: string) => join(folder, 'kontor-claim.json');

/** Who serves this data folder, by the note that its starter left. */
export const readClaim = async (folder: string): Promise<Claim | undefined> =>
  readFile(file(folder), 'utf8').then((text) => JSON.parse(text) as Claim, () => undefined);

export async function writeClaim(folder: string, pid: number, port: number): Promise<void> {
  await writeFile(file(folder), JSON.stringify({ pid, port, ownerPid: process.pid } satisfies Claim));
}

/**
 * Makes sure nobody serves this data folder: a server whose starter still lives is left alone and said, an orphan is stopped.
 * Answers the port that was used last, so that bookmarks survive a restart.
 */
export async function takeOver(folder: string, what: string): Promise<number | undefined> {
  await mkdir(folder, { recursive: true });
  const claim = await readClaim(folder);
  if (!claim || !(await serves(claim.pid, folder))) return claim?.port;
  if (claim.ownerPid !== process.pid && isAlive(claim.ownerPid)) {
    throw new Advice(`The ${what} of this checkout is running already (pid ${claim.pid}, port ${claim.port}), started by process ${claim.ownerPid}.\nStop that one first: Ctrl-C in its terminal, or kill ${claim.ownerPid}`);
  }
  await stopOrphan(claim.pid);
  return claim.port;
}

/** The server that somebody runs on this data folder right now. */
export async function findServer(folder: string): Promise<{ port: number; ownerPid: number } | undefined> {
  const claim = await readClaim(folder);
  return claim && (await serves(claim.pid, folder)) && isAlive(claim.ownerPid) ? claim : undefined;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A pid alone proves nothing after a reboot: the command line must name the folder too. */
async function serves(pid: number, folder: string): Promise<boolean> {
  return isAlive(pid) && (await commandLine(pid)).includes(folder);
}

export async function commandLine(pid: number): Promise<string> {
  const linux = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (linux) return linux.replaceAll('\0', ' ').trim();
  return run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).then(({ stdout }) => stdout.trim(), () => '');
}

async function stopOrphan(pid: number): Promise<void> {
  for (const [signal, patienceMs] of [['SIGTERM', 10_000], ['SIGKILL', 5000]] as const) {
    process.kill(pid, signal);
    for (let waited = 0; waited < patienceMs && isAlive(pid); waited += 50) await wait(50);
    if (!isAlive(pid)) return;
  }
  throw new Advice(`Process ${pid} serves this checkout's data and does not end; end it by hand: kill -9 ${pid}`);
}
