import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { build, buildIsStale } from './lib/build.js';
import { parseOptions } from './lib/arguments.js';
import { openShop } from './lib/open-shop.js';
import { spawnOwned, temporaryFolder } from './lib/owned-processes.js';
import { root } from './lib/paths.js';
import { provision } from './lib/provision/index.js';
import { toolEnvironment } from './lib/shop-databases.js';
import { stopOnSignal } from './lib/signals.js';
import { main, note, say } from './lib/terminal.js';
import { writeProducts } from './bench/product-file.js';
import { startApi } from './bench/servers.js';
import { WAREHOUSES } from './seed-data/warehouses.js';

const usage = 'Usage: npm run bench:import -- [--rows N] [--save]';
const ESCI = join(process.env['KONTOR_DATA'] ?? join(root, '../shared/data'), 'search/products.jsonl.gz');
const START = '<!-- import:start -->';
const END = '<!-- import:end -->';

type Run = Readonly<{ what: string; rows: number; seconds: number; megabytes: number; result: string }>;
type Done = { rows: number; created: number; unchanged: number; errors: number; active: number; draftReasons: { no_price: number; zero_price: number }; ms: number };

/** The commands that people use, as processes of their own, on databases of their own with three warehouses. */
main(async () => {
  const { rows = '100000', save = false } = parseOptions(process.argv.slice(2), { rows: { type: 'string' }, save: { type: 'boolean' } }, usage);
  if (buildIsStale()) await build();
  const databases = await provision({ purpose: 'bench' });
  stopOnSignal(databases.stop);
  const folder = await temporaryFolder();
  const runs: Run[] = [];
  try {
    const env = toolEnvironment({ ...databases, what: 'bench' });
    const shop = await openShop('bench-import', env, { prepare: true });
    for (const warehouse of WAREHOUSES) await shop.container.inventory.ensureWarehouse(warehouse);
    const secret = await shop.container.apiKeys.issue({ name: 'bench', kind: 'secret', scopes: ['products:read'], rateLimitPerMinute: 1_000_000 });
    await shop.close();

    const file = await writeProducts(join(folder, 'products.csv'), Number(rows));
    const add = (run: Run) => { runs.push(run); note('measured', `${run.what}: ${run.seconds.toFixed(1)} s, ${run.megabytes.toFixed(0)} MB, ${run.result}`); };
    if (existsSync(ESCI)) for (const what of ['ESCI catalogue', 'ESCI catalogue again']) add(await timeImport(what, env, [ESCI, '--mapping', 'esci']));
    for (const what of ['generated file', 'generated file again']) add(await timeImport(what, env, [file]));
    const stored = runs.filter(({ what }) => !what.endsWith('again')).reduce((all, run) => all + run.rows, 0);
    for (const format of ['csv', 'ndjson'] as const) add(await timeExport(env, format, stored, { 'x-api-key': secret.key, 'x-app-secret': secret.appSecret! }));
  } finally {
    await databases.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  say(`\n${table(runs)}\n`);
  if (save) write(runs);
});

async function timeImport(what: string, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Run> {
  const child = spawnOwned(process.execPath, ['scripts/run.mjs', 'import', ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const peak = watchMemory(child.pid!);
  let out = '';
  child.stdout!.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${what} ended with ${code}`);
  const done = JSON.parse(out.trim().split('\n').at(-1)!) as Done;
  const result = `${done.created} created, ${done.unchanged} unchanged, ${done.errors} refused, ${done.active} active, drafts: ${done.draftReasons.no_price} without and ${done.draftReasons.zero_price} with price 0`;
  return { what, rows: done.rows, seconds: done.ms / 1000, megabytes: peak(), result };
}

/** Over HTTP from the built server, and what the server needs more than at rest. */
async function timeExport(env: NodeJS.ProcessEnv, format: 'csv' | 'ndjson', rows: number, headers: Record<string, string>): Promise<Run> {
  const api = await startApi({ ...env, LOG_LEVEL: 'error' });
  const peak = watchMemory(api.pid);
  const begun = performance.now();
  const [response] = (await once(get(`${api.url}/api/v1/products/export?format=${format}`, { headers }), 'response')) as [IncomingMessage];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.length;
  const seconds = (performance.now() - begun) / 1000;
  await api.stop();
  return { what: `export as ${format}`, rows, seconds, megabytes: peak(), result: `${(bytes / 1e6).toFixed(0)} MB of ${format}` };
}

/** The most that the process had resident, by its own account; 0 where the system does not tell. */
function watchMemory(pid: number): () => number {
  let peak = 0;
  const look = () => {
    try {
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
    } catch { /* it has ended */ }
  };
  const timer = setInterval(look, 250);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 0 });
const table = (runs: readonly Run[]): string => [
  '| what | rows | seconds | rows per s | peak memory | outcome |', '|---|---|---|---|---|---|',
  ...runs.map(({ what, rows, seconds, megabytes, result }) => `| ${what} | ${number(rows)} | ${seconds.toFixed(1)} | ${number(rows / seconds)} | ${number(megabytes)} MB | ${result} |`),
].join('\n');

/** Replaces the section of the last run and leaves the others alone. */
function write(runs: readonly Run[]): void {
  const file = join(root, 'docs/benchmarks.md');
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const section = [
    START, '## Import', '', `Run of ${new Date().toISOString().slice(0, 10)} at ${commit}, ${cpus().length} cores (load ${loadavg()[0]!.toFixed(1)} at the end), Node ${process.versions.node}. Command: \`npm run bench:import\`.`, '',
    table(runs), '', END,
  ].join('\n');
  const page = existsSync(file) ? readFileSync(file, 'utf8') : '# Benchmarks\n';
  writeFileSync(file, page.includes(START) ? page.slice(0, page.indexOf(START)) + section + page.slice(page.indexOf(END) + END.length) : `${page.trimEnd()}\n\n${section}\n`);
}
