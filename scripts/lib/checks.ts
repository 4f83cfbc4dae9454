import { auditVerdict } from './audit.js';
import { runChild } from './run-child.js';
import { paint, say, seconds } from './terminal.js';
import { closingLine, runTests, type TestOutcome } from './tests.js';

interface Step {
  readonly name: string;
  /** What `npm run` is given. */
  readonly npm: readonly string[];
}

/** Two lanes for two cores: linting takes about as long as everything else. */
const lanes: ReadonlyArray<readonly Step[]> = [
  [{ name: 'lint', npm: ['lint'] }],
  [
    { name: 'types', npm: ['types'] },
    { name: 'boundaries', npm: ['boundaries'] },
    { name: 'dead code', npm: ['deadcode'] },
    { name: 'openapi', npm: ['openapi', '--', '--check'] },
    { name: 'policy', npm: ['policy', '--', '--check'] },
    { name: 'patterns', npm: ['patterns'] },
  ],
];

interface Result {
  readonly name: string;
  readonly passed: boolean;
  readonly tookMs: number;
}

/** Everything that must hold before a change is taken. A failure does not hide the next one: all steps run. */
export async function runChecks(): Promise<number> {
  const results: Result[] = [];
  await Promise.all(lanes.map(async (lane) => {
    for (const step of lane) results.push(await runStep(step));
  }));
  const audit = await auditDependencies();
  if (audit) results.push(audit);
  const begun = Date.now();
  const tests = await runTests([], { counted: true });
  results.push({ name: 'tests', passed: tests.code === 0, tookMs: Date.now() - begun });
  report(results, tests);
  return results.every(({ passed }) => passed) ? 0 : 1;
}

async function runStep({ name, npm }: Step): Promise<Result> {
  const begun = Date.now();
  const { code, output } = await runChild('npm', ['run', '--silent', ...npm]);
  const result = { name, passed: code === 0, tookMs: Date.now() - begun };
  say(row(result));
  if (!result.passed) say(`\n${output.trim()}\n`);
  else for (const line of output.match(/^\d+ skipped: .*$/gm) ?? []) say(`  ${line}`);
  return result;
}

/** Known holes in what production runs. Without an answer of the registry nobody knows: said, and not red. */
async function auditDependencies(): Promise<Result | null> {
  const begun = Date.now();
  const { output } = await runChild('npm', ['audit', '--omit=dev', '--json', '--loglevel=error']);
  const verdict = auditVerdict(output);
  if ('skipped' in verdict) {
    say(`  skipped ${'audit'.padEnd(12)} ${verdict.skipped}`);
    return null;
  }
  const result = { name: 'audit', passed: verdict.severe.length === 0, tookMs: Date.now() - begun };
  say(row(result));
  for (const line of verdict.severe) say(`  ${line}`);
  return result;
}

const row = ({ name, passed, tookMs }: Result) =>
  `  ${passed ? paint('green', 'ok    ') : paint('red', 'FAILED')}  ${name.padEnd(12)} ${seconds(tookMs).padStart(8)}`;

function report(results: readonly Result[], tests: TestOutcome): void {
  say();
  for (const result of results) say(row(result));
  say(`\n${closingLine(tests)}`);
}
