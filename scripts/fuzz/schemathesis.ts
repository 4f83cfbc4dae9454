import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, root } from '../lib/paths.js';
import { runChild } from '../lib/run-child.js';
import { findPip } from '../lib/provision/wheel.js';

const VERSION = '4.32.5';
const CHECKS = [
  'not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance', 'response_schema_conformance',
  'negative_data_rejection', 'missing_required_header', 'ignored_auth', 'use_after_free',
];

export type Run = Readonly<{
  name: string; contract: string; url: string; headers: Readonly<Record<string, string>>; examples: number; phases: string; folder: string;
  only?: string | undefined; without?: string; seed?: number | undefined;
}>;
export type Found = Readonly<{ title: string; code: string; count: number; operations: readonly string[] }>;
export type Outcome = Readonly<{ operations: number; cases: number; found: readonly Found[]; errors: number; log: string }>;

/** The tool in the user's cache, installed when it is missing. Without pip, or without an answer of the package index, a reason in one line. */
export async function findSchemathesis(env: NodeJS.ProcessEnv): Promise<{ folder: string } | { missing: string }> {
  const folder = join(cacheFolder(env), `schemathesis-${VERSION}`);
  const program = join(folder, 'bin/schemathesis');
  if (existsSync(program)) return { folder };
  const pip = await findPip(env);
  if (!pip) return { missing: 'there is no pip on this machine' };
  const [command, ...args] = pip;
  const { code, output } = await runChild(command!, [...args, 'install', '--quiet', '--disable-pip-version-check', '--target', folder, `schemathesis==${VERSION}`], env);
  if (code === 0) return { folder };
  rmSync(folder, { recursive: true, force: true });
  return { missing: `pip could not install schemathesis ${VERSION}: ${output.trim().split('\n').pop()}` };
}

/** One pass over a contract as one caller; what was found is read from the tool's own report. */
export async function runSchemathesis(tool: { folder: string }, run: Run, env: NodeJS.ProcessEnv): Promise<Outcome> {
  const [report, log] = [join(run.folder, `${run.name}.json`), join(run.folder, `${run.name}.log`)];
  const { code, output } = await runChild(join(tool.folder, 'bin/schemathesis'), [
    '--config-file', join(root, 'scripts/fuzz/schemathesis.toml'), 'run', run.contract, '--origin', run.url, '--checks', CHECKS.join(','), '--phases', run.phases,
    '--max-examples', String(run.examples), '--workers', '1', '--no-color', '--continue-on-failure', '--warnings', 'off', '--generation-with-security-parameters', 'false',
    '--generation-database', 'none', '--request-timeout', '30', '--suppress-health-check', 'all', '--report', 'json', '--report-json-path', report, '--output-truncate', 'false',
    ...Object.entries(run.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ...(run.only === undefined ? [] : ['--include-path-regex', run.only]), ...(run.without === undefined ? [] : ['--exclude-path-regex', run.without]),
    ...(run.seed === undefined ? [] : ['--seed', String(run.seed)]),
    // It leaves a folder where it stands.
  ], { ...env, PYTHONPATH: tool.folder }, run.folder);
  writeFileSync(log, output);
  if (!existsSync(report)) throw new Error(`schemathesis ended with ${code} and no report:\n${output.trim().split('\n').slice(-12).join('\n')}`);
  const { operations, test_cases: cases, failures, errors } = JSON.parse(readFileSync(report, 'utf8')) as {
    operations: { tested: number }; test_cases: { generated: number }; failures: Found[]; errors: unknown[];
  };
  return { operations: operations.tested, cases: cases.generated, found: failures, errors: errors.length, log };
}
