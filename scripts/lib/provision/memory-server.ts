import { spawn } from 'node:child_process';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../paths.js';
import { progressBar } from './progress.js';

const REMEMBER_FAILURE_MS = 24 * 3600 * 1000;
const FIRST_BYTE_PATIENCE_MS = 8000;
const SILENCE_MS = 60_000;
const marker = (cache: string) => join(cache, 'mongodb-download-failed');

/** A host that could not be reached today costs no second wait today. */
export async function failedRecently(cache: string): Promise<boolean> {
  const failed = await stat(marker(cache)).catch(() => undefined);
  return failed !== undefined && Date.now() - failed.mtimeMs < REMEMBER_FAILURE_MS;
}

/**
 * Lets mongodb-memory-server download a mongod into `folder`; answers its path. In a process of its own, so that a host that swallows
 * packets can be given up on. One try: its second and third only come when the first failed at once, and cost 7 s.
 */
export async function downloadWithMemoryServer(folder: string, cache: string, env: NodeJS.ProcessEnv): Promise<string> {
  await mkdir(folder, { recursive: true });
  try {
    return await downloadOnce(folder, env);
  } catch (error) {
    await writeFile(marker(cache), `${(error as Error).message}\n`);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

const program = fileURLToPath(new URL('./download-mongod.ts', import.meta.url));

function downloadOnce(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', program], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // it verifies neither the certificate nor the checksum unless it is told to
      env: { ...env, MONGOMS_DOWNLOAD_DIR: folder, MONGOMS_PREFER_GLOBAL_PATH: 'false', MONGOMS_MAX_RETRIES: '1', MONGOMS_MD5_CHECK: '1', npm_config_strict_ssl: 'true' },
    });
    const bar = progressBar('downloading mongod', 100e6);
    let printed = '';
    let complaint = '';
    const giveUp = () => { complaint = 'no answer'; child.kill('SIGKILL'); };
    let silence = setTimeout(giveUp, FIRST_BYTE_PATIENCE_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-2000);
      clearTimeout(silence);
      silence = setTimeout(giveUp, SILENCE_MS);
      const percent = /.*\b(\d+(?:\.\d+)?)% \(/s.exec(printed)?.[1];
      if (percent) bar.at(Number(percent) * 1e6);
    });
    child.stderr.on('data', (chunk: Buffer) => { complaint += chunk.toString(); });
    child.once('close', () => {
      clearTimeout(silence);
      bar.end();
      const path = /^path=(.+)$/m.exec(printed)?.[1];
      if (path) resolve(path);
      else reject(new Error(reason(complaint)));
    });
  });
}

/** Its messages quote the address it tried; the code in them says as much. */
const reason = (complaint: string) => /\b(E[A-Z]{4,}|Status: \d+|no answer)\b/.exec(complaint)?.[1] ?? complaint.trim().split('\n')[0] ?? 'failed';
