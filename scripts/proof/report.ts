import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { root } from '../lib/paths.js';
import type { Verdict } from './check.js';
import type { Drill } from './drill.js';
import { percentile, type History } from './history.js';

export type Outcome = Readonly<
  { drill: Pick<Drill, 'id' | 'what'>; skipped: string }
  | { drill: Pick<Drill, 'id' | 'what' | 'marks'>; skipped?: undefined; history: History; verdict: Verdict; failures: readonly string[]; seconds: number }
>;

const HEAD = ['drill', 'what', 'acked', 'refused', 'unknown', 'lost', 'twice', 'units sold / ordered', 'charges', 'longest gap', 'p50 / p99 / slowest ms', 'auditor', 'settled', 'pass mark', 'verdict'];
const whole = (value: number) => Math.round(value).toLocaleString('en');
const inSeconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

function line(outcome: Outcome): string[] {
  const { drill } = outcome;
  if (outcome.skipped !== undefined) return [drill.id, drill.what, ...Array<string>(HEAD.length - 3).fill('–'), `skipped: ${outcome.skipped}`];
  const { history, verdict, failures } = outcome;
  return [
    drill.id, drill.what, whole(history.count('acknowledged')), whole(history.count('refused')), whole(history.count('unknown')), whole(verdict.lost), whole(verdict.duplicated),
    `${whole(verdict.unitsSold)} / ${whole(verdict.unitsOrdered)}`, whole(verdict.charges), inSeconds(history.longestGapMs),
    `${whole(percentile(history.times, 0.5))} / ${whole(percentile(history.times, 0.99))} / ${whole(history.slowest)}`, whole(verdict.auditor), inSeconds(verdict.settledMs), markOf(outcome), failures.length === 0 ? 'ok' : 'FAILED',
  ];
}

function markOf({ drill: { marks = {} } }: Extract<Outcome, { verdict: Verdict }>): string {
  const { gap, slowest, readP99Above } = marks;
  return ['all counts 0', gap !== undefined && `gap ≤ ${inSeconds(gap)}`, slowest !== undefined && `answers ≤ ${inSeconds(slowest)}`, readP99Above !== undefined && `reads p99 ≤ base + ${readP99Above} ms`].filter(Boolean).join(', ');
}

export function table(outcomes: readonly Outcome[]): string {
  const cells = [HEAD, ...outcomes.map(line)];
  const widths = HEAD.map((_none, at) => Math.max(...cells.map((row) => row[at]!.length)));
  const text = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  return [text(HEAD), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...cells.slice(1).map(text)].join('\n');
}

export function closing(outcomes: readonly Outcome[]): string {
  const ran = outcomes.filter((outcome) => outcome.skipped === undefined);
  const total = (of: (outcome: Extract<Outcome, { verdict: Verdict }>) => number) => ran.reduce((sum, outcome) => sum + of(outcome as Extract<Outcome, { verdict: Verdict }>), 0);
  const failed = ran.filter((outcome) => (outcome as Extract<Outcome, { verdict: Verdict }>).failures.length > 0).length;
  return `${ran.length} drills: ${whole(total(({ history }) => history.count('acknowledged')))} orders acknowledged, ${total(({ verdict }) => verdict.lost)} lost, ${total(({ verdict }) => verdict.duplicated)} duplicated, `
    + `${total(({ history }) => history.count('unknown'))} unknown, ${total(({ verdict }) => verdict.auditor)} auditor violations; ${failed} failed, ${outcomes.length - ran.length} skipped`;
}

export function save(outcomes: readonly Outcome[], command: string): string {
  const file = join(root, 'docs/proof.md');
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const failures = outcomes.flatMap((outcome) => (outcome.skipped === undefined ? outcome.failures.map((failure) => `- ${outcome.drill.id}: ${failure}`) : []));
  writeFileSync(file, [
    '# Proof', '',
    'What `npm run proof` found: three mongod, Redis behind a TCP proxy with faults, two API processes, worker and payment simulator on one machine, customers who',
    'repeat their requests with an Idempotency-Key, and something broken in each drill. Afterwards every acknowledged order is looked up, units and money are',
    'compared with stock and with the provider’s books, and the auditor runs. `twice` counts orders, and charges of an order. What each word means and what the shop',
    'does meanwhile: [operations.md](operations.md).', '',
    `Run of ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC at ${commit}, ${cpus().length} cores, Node ${process.versions.node}. Command: \`${command}\`.`, '',
    table(outcomes), '', closing(outcomes), ...(failures.length > 0 ? ['', ...failures] : []), '',
  ].join('\n'));
  return file;
}
