import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { contracts } from './fuzz/contract.js';
import { findSchemathesis, runSchemathesis, type Outcome } from './fuzz/schemathesis.js';
import { startFuzzShop } from './fuzz/shop.js';
import { parseOptions } from './lib/arguments.js';
import { startBar } from './lib/bar.js';
import { build, buildIsStale } from './lib/build.js';
import { stateFolder } from './lib/paths.js';
import { provision } from './lib/provision/index.js';
import { stopOnSignal } from './lib/signals.js';
import { Advice, main, note, paint, say } from './lib/terminal.js';

const USAGE = `npm run fuzz [-- --quick] [--as WHO] [--only PATTERN] [--examples N] [--seed N]
  --quick      made-up limits only (a few minutes); otherwise random requests as well
  --as WHO     anonymous, customer, staff or root (what stands outside of /api/v1)
  --only       paths that match
  --examples   random requests an operation (12)`;

/** After these a session, a password or an account is not what it was: they come last, each time with a new session. */
const ENDS_SESSIONS = '^/(auth/(logout|sessions|password/change|mfa|refresh)|customers/me/erasure|admin/users/\\{id\\}/(erasure|sessions|mfa)|admin/api-keys/\\{id\\}|admin/users/\\{id\\}$)';

/** `npm run fuzz`: Schemathesis against a server of its own. Red on a 5xx, on a status or an answer that the contract does not know, and on a broken invariant. */
main(async () => {
  const options = parseOptions(process.argv.slice(2), { quick: { type: 'boolean' }, as: { type: 'string' }, only: { type: 'string' }, examples: { type: 'string' }, seed: { type: 'string' } }, USAGE);
  const tool = await findSchemathesis(process.env);
  if ('missing' in tool) {
    say(`1 skipped: the contract was not fuzzed, as ${tool.missing}.`);
    return 0;
  }
  if (buildIsStale()) {
    const complaint = await build();
    if (complaint !== undefined) throw new Advice(complaint);
  }
  const folder = join(stateFolder(), 'fuzz');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const databases = await provision({ purpose: 'bench' });
  stopOnSignal(databases.stop);
  try {
    const shop = await startFuzzShop(databases, folder);
    try {
      return await fuzz(tool, shop, folder, options);
    } finally {
      await shop.stop();
    }
  } finally {
    await databases.stop();
  }
});

type Options = { quick?: boolean | undefined; as?: string | undefined; only?: string | undefined; examples?: string | undefined; seed?: string | undefined };
type Shop = Awaited<ReturnType<typeof startFuzzShop>>;

async function fuzz(tool: { folder: string }, shop: Shop, folder: string, { quick = false, as, only, examples, seed }: Options): Promise<number> {
  const written = Object.entries(contracts()).map(([name, contract]) => {
    const file = join(folder, `openapi-${name}.json`);
    writeFileSync(file, JSON.stringify(contract));
    return [name, file] as const;
  });
  const files = Object.fromEntries(written) as Record<'api' | 'root', string>;
  const callers = ['anonymous', 'customer', 'staff'] as const;
  const passes = [
    { name: 'root', caller: 'anonymous' as const, contract: files.root },
    ...callers.map((caller) => ({ name: caller, caller, contract: files.api, without: ENDS_SESSIONS })),
    ...callers.map((caller) => ({ name: `${caller}-last`, caller, contract: files.api, only: ENDS_SESSIONS })),
  ].filter(({ name }) => as === undefined || name.startsWith(as));
  const common = { url: shop.api.url, folder, examples: Number(examples ?? 12), phases: quick ? 'coverage' : 'coverage,fuzzing', seed: seed === undefined ? undefined : Number(seed) };
  const bar = startBar('fuzz', passes.length);
  const outcomes: Array<Outcome & { name: string }> = [];
  for (const [at, { caller, ...pass }] of passes.entries()) {
    bar.at(at, pass.name);
    const headers = (await shop.callers())[caller];
    outcomes.push({ name: pass.name, ...await runSchemathesis(tool, { ...common, ...pass, ...(only !== undefined && { only }), headers }, process.env) });
  }
  bar.end();
  return report(outcomes, await violations(shop), defects(folder, shop));
}

const PATIENCE_MS = 90_000;

/** The auditor, after all that was sent; the worker may still have something to do. */
async function violations(shop: Shop): Promise<string[]> {
  for (const until = Date.now() + PATIENCE_MS; ; await pause(2000)) {
    const found = await audit(shop);
    if (found.length === 0 || Date.now() > until) return found;
  }
}

async function audit({ api, server }: Shop): Promise<string[]> {
  const answer = await fetch(`${api.url}/api/v1/admin/invariants`, { headers: server });
  if (!answer.ok) return [`the auditor answered ${answer.status}`];
  const { data } = (await answer.json()) as { data: { checks: Array<{ violations: Array<{ invariant: string; subject: string; detail: string }> }> } };
  return data.checks.flatMap(({ violations: found }) => found.map(({ invariant, subject, detail }) => `${invariant} ${subject}: ${detail}`));
}

/** What the server itself called a defect, and whether it is the process that was started. */
function defects(folder: string, { api }: Shop): string[] {
  const lines = readFileSync(join(folder, `server-${api.port}.log`), 'utf8').split('\n').filter((line) => line.includes('"level":"error"'));
  return [...lines.map((line) => line.slice(0, 500)), ...(api.runs ? [] : ['the server has ended'])];
}

function report(outcomes: ReadonlyArray<Outcome & { name: string }>, broken: readonly string[], errors: readonly string[]): number {
  say('\n| as | operations | requests | findings |\n|---|---|---|---|');
  for (const { name, operations, cases, found } of outcomes) say(`| ${name} | ${operations} | ${cases} | ${found.reduce((so, { count }) => so + count, 0)} |`);
  say();
  for (const { name, found, log } of outcomes) {
    for (const { title, operations } of found) note(name, `${paint('red', title)}: ${operations.join(', ')}  (${log})`);
  }
  for (const line of broken) note('invariant', paint('red', line));
  for (const line of errors) note('defect', paint('red', line));
  const wrong = outcomes.reduce((so, { found, errors: failed }) => so + found.length + failed, 0) + broken.length + errors.length;
  say(`${outcomes.reduce((so, { cases }) => so + cases, 0)} requests, ${wrong} findings`);
  return wrong > 0 ? 1 : 0;
}
