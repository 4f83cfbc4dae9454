import { createRequire } from 'node:module';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBar } from './lib/bar.js';
import { findPatterns, SHORT, type Pattern } from './lib/patterns.js';
import { cacheFolder } from './lib/paths.js';
import { runChild } from './lib/run-child.js';
import { main, note, paint, say } from './lib/terminal.js';

const VERSION = '4.5.0';
const TIMEOUT_MS = 20_000;
type Verdict = Readonly<{ status: 'safe' | 'vulnerable' | 'unknown'; complexity?: { summary: string }; attack?: { pattern: string } }>;
type Recheck = { check(source: string, flags: string, options: { timeout: number }): Promise<Verdict> };

/** `npm run patterns`: no regular expression takes more than linear time on what a stranger sends. Red when one does, or when nobody can tell. */
main(async () => {
  const folder = join(cacheFolder(), `recheck-${VERSION}`);
  const recheck = await findRecheck(folder);
  if (typeof recheck === 'string') {
    say(`1 skipped: the regular expressions were not checked, as ${recheck}.`);
    return 0;
  }
  const { patterns, unexplained } = findPatterns();
  const bar = startBar('patterns', patterns.length);
  const wrong: Array<Pattern & { verdict: Verdict }> = [];
  // The analysis of one may take seconds and never comes to another end.
  const known = new Set(readSafe(folder));
  for (const [at, pattern] of patterns.entries()) {
    bar.at(at, pattern.at);
    const name = `/${pattern.source}/${pattern.flags}`;
    if (known.has(name)) continue;
    const verdict = await recheck.check(pattern.source, pattern.flags, { timeout: TIMEOUT_MS });
    if (verdict.status === 'safe') known.add(name);
    else if (!(pattern.at.split(':')[0]! in SHORT)) wrong.push({ ...pattern, verdict });
  }
  bar.end();
  writeFileSync(safeFile(folder), JSON.stringify([...known]));
  for (const { at, source, flags, verdict: { status, complexity, attack } } of wrong) {
    note(at, `${paint('red', complexity?.summary ?? status)}: /${source}/${flags}${attack ? `, by ${attack.pattern}` : ''}`);
  }
  for (const file of unexplained) note(file, paint('red', 'builds a regular expression from text: scripts/lib/patterns.ts must say why it is harmless'));
  say(`${patterns.length} regular expressions, ${wrong.length} not linear`);
  return wrong.length + unexplained.length > 0 ? 1 : 0;
});

/** The checker in the user's cache, installed when it is missing; a reason in one line when it cannot be had. It is 60 MB that nothing else needs. */
async function findRecheck(folder: string): Promise<Recheck | string> {
  const entry = join(folder, 'node_modules/recheck/package.json');
  if (!existsSync(entry)) {
    const { code, output } = await runChild('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', `recheck@${VERSION}`]);
    if (code !== 0) return `npm could not install recheck ${VERSION}: ${output.trim().split('\n').pop()}`;
  }
  return createRequire(entry)('recheck') as Recheck;
}

const safeFile = (folder: string) => join(folder, 'safe.json');
const readSafe = (folder: string): string[] => (existsSync(safeFile(folder)) ? JSON.parse(readFileSync(safeFile(folder), 'utf8')) as string[] : []);
