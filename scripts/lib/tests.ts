import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, buildIsStale } from './build.js';
import { hasEnded, spawnOwned, stopOwned, temporaryFolder } from './owned-processes.js';
import { root } from './paths.js';
import { provision, type Provisioned } from './provision/index.js';
import { stopOnSignal } from './signals.js';
import { note, say, seconds } from './terminal.js';

export interface TestOutcome {
  readonly code: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface JestResult {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

/** Jest on databases of its own, which are gone afterwards. Counting costs a line that names a temporary file: only CI wants it. */
export async function runTests(args: readonly string[], options: { readonly counted: boolean }): Promise<TestOutcome> {
  const running: { databases?: Provisioned; jest?: ReturnType<typeof startJest> } = {};
  const stop = async () => {
    if (running.jest) await stopOwned(running.jest, 3000);
    await running.databases?.stop();
  };
  stopOnSignal(stop);
  const folder = await temporaryFolder();
  const resultFile = join(folder, 'result.json');
  try {
    await buildForTests();
    running.databases = await provision({ purpose: 'test' });
    say();
    running.jest = startJest([...args, ...(options.counted ? ['--json', `--outputFile=${resultFile}`] : [])], running.databases);
    const code = await ended(running.jest);
    return { code, ...(await counts(resultFile)) };
  } finally {
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Some tests start the built server as a process of its own. A type error is the type check's to report: what was emitted is tested. */
async function buildForTests(): Promise<void> {
  if (!buildIsStale()) return;
  const begun = Date.now();
  const complaints = await build();
  const errors = complaints?.match(/: error TS/g)?.length ?? 0;
  note('build', complaints === undefined ? `dist is up to date after ${seconds(Date.now() - begun)}` : `dist is up to date, but has ${errors} type errors: npm run types`);
}

function startJest(args: readonly string[], { mongodbUri, redisUrl }: Provisioned) {
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const env = { ...process.env, TEST_MONGODB_URI: mongodbUri, TEST_REDIS_URL: redisUrl };
  return spawnOwned(process.execPath, ['--import', 'tsx', '--no-warnings', jest, ...args], { cwd: root, env, stdio: 'inherit' });
}

const ended = (child: ReturnType<typeof startJest>) => new Promise<number>((resolve) => {
  if (hasEnded(child)) resolve(child.exitCode ?? 1);
  child.once('exit', (code) => resolve(code ?? 1));
});

async function counts(file: string): Promise<Omit<TestOutcome, 'code'>> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 0, skipped: 0 };
  const result = JSON.parse(text) as JestResult;
  return {
    passed: result.numPassedTests,
    // a file that could not even be loaded holds tests that nobody counted
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

/** `12 passed, 0 failed`, the line that closes a CI run. */
export function closingLine({ passed, failed, skipped }: TestOutcome): string {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}
