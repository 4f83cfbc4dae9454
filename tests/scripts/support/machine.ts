import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const cleanups: Array<() => unknown> = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Undone when the test ends, the latest first. */
export const later = (cleanup: () => unknown) => void cleanups.push(cleanup);

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-scripts-test-'));
  later(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A stand-in server binary: it knows its version and nothing else. */
export function fakeBinary(path: string, says: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Occupies a port until the test ends. */
export async function occupiedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  later(() => new Promise((resolve) => { server.close(resolve); }));
  return (server.address() as { port: number }).port;
}

/** A process that is none of ours. */
export function stranger(): number {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  later(() => child.kill('SIGKILL'));
  return child.pid!;
}

export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await wait(25);
  }
  throw new Error(`it never happened: ${what}`);
}

/** What is printed while `work` runs. */
export async function printedBy(work: () => Promise<unknown>): Promise<string> {
  const { write } = process.stdout;
  let printed = '';
  process.stdout.write = ((text: string) => { printed += text; return true; }) as typeof write;
  try {
    await work();
    return printed;
  } finally {
    process.stdout.write = write;
  }
}
