import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { root } from '../lib/paths.js';
import type { Measured } from './load.js';

export type Row = { work: string; measured: Measured; floor?: { name: string; perSecond: number; budget: number }; note?: string };

const number = (value: number, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });

function line({ work, measured, floor, note }: Row): string[] {
  const ratio = floor ? measured.perSecond / floor.perSecond : null;
  const verdict = floor && ratio !== null ? `${ratio.toFixed(2)} x ${floor.name} (budget ${floor.budget}) ${ratio >= floor.budget ? '✓' : '✗'}` : '';
  return [work, number(measured.perSecond, measured.perSecond < 100 ? 1 : 0), number(measured.p50, 1), number(measured.p99, 1), String(measured.errors), [verdict, note].filter(Boolean).join('; ')];
}

const HEAD = ['work', 'per s', 'p50 ms', 'p99 ms', 'errors', 'against the floor of the same run'];

export function table(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(line)];
  const widths = HEAD.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)));
  const text = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  return [text(HEAD), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...cells.slice(1).map(text)].join('\n');
}

export const missed = (rows: readonly Row[]): Row[] => rows.filter(({ measured, floor }) => floor && measured.perSecond / floor.perSecond < floor.budget);

const FILE = join(root, 'docs/benchmarks.md');
const START = '<!-- bench:start -->';
const END = '<!-- bench:end -->';

/** Replaces the section of the last run; the rest of the page is written by hand. */
export function save(rows: readonly Row[], remarks: readonly string[]): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const section = [
    START, `Run of ${new Date().toISOString().slice(0, 10)} at ${commit}, ${cpus().length} cores, Node ${process.versions.node}. Command: \`npm run bench\`.`, '', table(rows), '',
    ...remarks.map((remark) => `- ${remark}`), END,
  ].join('\n');
  const page = existsSync(FILE) ? readFileSync(FILE, 'utf8') : `# Benchmarks\n\n${START}\n${END}\n`;
  const next = page.includes(START) ? page.slice(0, page.indexOf(START)) + section + page.slice(page.indexOf(END) + END.length) : `${page.trimEnd()}\n\n${section}\n`;
  writeFileSync(FILE, next);
}
