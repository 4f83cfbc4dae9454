import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What `up` keeps between runs: data, secrets, logs. Never committed. */
export const stateFolder = (env: NodeJS.ProcessEnv = process.env) => env['KONTOR_STATE_DIR'] || join(root, '.kontor');

/** Downloaded database binaries, shared by all checkouts of one user. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['KONTOR_CACHE_DIR']) return env['KONTOR_CACHE_DIR'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kontor');
}

/**
 * How the API is run everywhere, as in package.json and the Dockerfile: young objects get room enough to die young, and a
 * limit far above what it needs keeps V8 from letting the heap grow just because the machine has memory.
 */
export const API_FLAGS: readonly string[] = ['--max-semi-space-size=32', '--max-old-space-size=400'];
