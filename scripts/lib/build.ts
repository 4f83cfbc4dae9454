import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.js';
import { runNode } from './run-child.js';

const stamp = join(root, 'dist/.built');
const inputs = ['src', 'config', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

function newest(path: string): number {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry?.isDirectory()) return entry?.mtimeMs ?? 0;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Whether a source is younger than the last good build. */
export function buildIsStale(): boolean {
  return !existsSync(stamp) || inputs.some((input) => newest(join(root, input)) > statSync(stamp).mtimeMs);
}

/** Compiles src to dist; answers the compiler's complaints, or nothing when there are none. tsc emits in either case. */
export async function build(): Promise<string | undefined> {
  const begun = new Date();
  const { code, output } = await runNode([join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json']);
  if (code !== 0) return output;
  writeFileSync(stamp, '');
  // what was saved while the compiler ran is younger than this build
  utimesSync(stamp, begun, begun);
  return undefined;
}
