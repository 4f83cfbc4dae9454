import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../scripts/lib/ports.js';

const run = promisify(execFile);
/** Kept between runs: what was built once is there. */
const KEPT = join(homedir(), '.cache', 'kontor', 'go');
const BUILD_MS = 240_000;

export type S3Gateway = { endpoint: string; accessKeyId: string; secretAccessKey: string; stop(): Promise<void> };

/** versitygw, a real S3 over a folder (Go), or the reason why it is not here. */
export async function startS3Gateway(): Promise<S3Gateway | { missing: string }> {
  const binary = join(KEPT, 'versitygw');
  try {
    if (!existsSync(binary)) {
      await mkdir(KEPT, { recursive: true });
      await run('go', ['install', 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'], { timeout: BUILD_MS, env: { ...process.env, GOBIN: KEPT } });
    }
  } catch (error) {
    return { missing: `versitygw cannot be built: ${(error as Error).message.split('\n')[0]!.slice(0, 80)}` };
  }
  const folder = await mkdtemp(join(tmpdir(), 'kontor-s3-'));
  const endpoint = `127.0.0.1:${await freePort()}`;
  const child = spawn(binary, ['--port', endpoint, 'posix', folder], { stdio: 'ignore', env: { ...process.env, ROOT_ACCESS_KEY: 'test', ROOT_SECRET_KEY: 'testtest' } });
  const stop = async () => { child.kill('SIGTERM'); await rm(folder, { recursive: true, force: true }); };
  if (await answers(child, `http://${endpoint}`)) return { endpoint: `http://${endpoint}`, accessKeyId: 'test', secretAccessKey: 'testtest', stop };
  await stop();
  return { missing: 'versitygw did not answer within ten seconds' };
}

async function answers(child: ChildProcess, url: string): Promise<boolean> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    if (await fetch(url, { signal: AbortSignal.timeout(500) }).then(() => true, () => false)) return true;
    await pause(50);
  }
  return false;
}
