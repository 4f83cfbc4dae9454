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
