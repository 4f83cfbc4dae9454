import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { hasEnded, spawnOwned, stopOwned } from '../owned-processes.js';
import { isFree, portLike } from '../ports.js';
import { Advice } from '../terminal.js';

const START_PATIENCE_MS = 30_000;

export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly child: ChildProcess;
}

/** The port somebody insists on, or the one used last if it is free, or any. */
export async function choosePort(what: string, insisted: number | undefined, last: number | undefined): Promise<number> {
  if (insisted === undefined) return portLike(last);
  if (await isFree(insisted)) return insisted;
  throw new Advice(`${what} should listen on port ${insisted}, but something else does`);
}

/** Starts a database server in `folder` and waits until it takes connections; its log stays in the folder. */
export async function startServer(what: string, binary: string, args: readonly string[], folder: string, port: number): Promise<Server> {
  await mkdir(folder, { recursive: true });
  const logFile = join(folder, 'server.log');
  const log = openSync(logFile, 'w');
  const child = spawnOwned(binary, args, { cwd: folder, stdio: ['ignore', log, log] });
  closeSync(log);
  child.once('error', () => undefined);
  child.unref();
  const deadline = Date.now() + START_PATIENCE_MS;
  while (!(await answers(port))) {
    if (child.pid === undefined || hasEnded(child)) throw new Advice(`${what} did not start:\n${await tail(logFile)}`);
    if (Date.now() > deadline) {
      await stopOwned(child, 0);
      throw new Advice(`${what} took no connection within ${START_PATIENCE_MS / 1000} s:\n${await tail(logFile)}`);
    }
    await wait(20);
  }
  return { pid: child.pid!, port, child };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

const tail = async (file: string) => (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').slice(-8).join('\n');
