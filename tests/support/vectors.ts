import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = process.env['KONTOR_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** Published conformance vectors, which are not part of this repository. Without them their tests are skipped, and say so. */
export function vectors<T>(name: string): { data: T; describe: typeof describe | typeof describe.skip } {
  const file = `${FOLDER}/vectors/${name}.json`;
  if (existsSync(file)) return { data: JSON.parse(readFileSync(file, 'utf8')) as T, describe };
  const skipped = (title: string, tests: () => void) => { describe.skip(`${title} (skipped: ${file} is missing; set KONTOR_DATA)`, tests); };
  return { data: [] as unknown as T, describe: skipped as typeof describe.skip };
}
