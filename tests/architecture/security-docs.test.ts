import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/security.md', root), 'utf8');
const rows = text.slice(text.indexOf('## ASVS'), text.indexOf('## Decisions')).split('\n').filter((row) => /^\| \d/.test(row)).map((row) => row.split('|').map((cell) => cell.trim()));

/** How many requirements of levels 1 and 2 each section of ASVS 5.0 begins with; those that follow are of level 3. */
const SECTIONS: Readonly<Record<string, number>> = {
  1.1: 2, 1.2: 9, 1.3: 11, 1.4: 3, 1.5: 2, 2.1: 3, 2.2: 3, 2.3: 4, 2.4: 1, 3.2: 2, 3.3: 4, 3.4: 6, 3.5: 5, 3.7: 2, 4.1: 3, 4.2: 1, 4.3: 2, 4.4: 4, 5.1: 1, 5.2: 3, 5.3: 2, 5.4: 3,
  6.1: 3, 6.2: 12, 6.3: 4, 6.4: 4, 6.5: 5, 6.6: 3, 6.8: 4, 7.1: 3, 7.2: 4, 7.3: 2, 7.4: 5, 7.5: 2, 7.6: 2, 8.1: 2, 8.2: 3, 8.3: 1, 8.4: 1, 9.1: 3, 9.2: 4,
  10.1: 2, 10.2: 2, 10.3: 4, 10.4: 11, 10.5: 5, 10.6: 2, 10.7: 3, 11.1: 2, 11.2: 3, 11.3: 3, 11.4: 4, 11.5: 1, 11.6: 1, 12.1: 3, 12.2: 2, 12.3: 4, 13.1: 1, 13.2: 5, 13.3: 2, 13.4: 5,
  14.1: 2, 14.2: 4, 14.3: 3, 15.1: 3, 15.2: 3, 15.3: 7, 16.1: 1, 16.2: 5, 16.3: 4, 16.4: 3, 16.5: 3, 17.1: 1, 17.2: 4, 17.3: 2,
};
const required = Object.entries(SECTIONS).flatMap(([section, count]) => Array.from({ length: count }, (_none, at) => `${section}.${at + 1}`));

/** `1.2.3`, and `10.4.1-10.4.11` as each of them. */
const namedIn = (cell: string): string[] => [...cell.matchAll(/(\d+\.\d+)\.(\d+)(?:-\1\.(\d+))?/g)].flatMap(([, section, from, to = from]) =>
  Array.from({ length: Number(to) - Number(from) + 1 }, (_none, at) => `${section}.${Number(from) + at}`));

test.each([['docs/security.md', 70], ['docs/drills.md', 30]])('every test that %s names exists', (page, atLeast) => {
  const named = [...new Set(readFileSync(new URL(page, root), 'utf8').match(/tests\/[\w./-]+\.test\.ts/g))];

  expect(named.length).toBeGreaterThan(atLeast);
  expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test('all 253 requirements of levels 1 and 2 stand there, each once', () => {
  const named = rows.flatMap(([, requirement]) => namedIn(requirement!));

  expect(required).toHaveLength(253);
  expect(required.filter((id) => !named.includes(id))).toEqual([]);
  expect(named.filter((id, at) => named.indexOf(id) !== at)).toEqual([]);
});

test('every requirement has a test, a command of ours, or a written reason', () => {
  const commands = (JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { scripts: Record<string, string> }).scripts;
  const isProven = (proof: string) => /tests\/.*\.test\.ts/.test(proof) || /reason: \w/.test(proof) || commands[/npm run ([\w:-]+)/.exec(proof)?.[1] ?? ''] !== undefined;

  expect(rows.filter((cells) => !isProven(cells[3]!)).map(([, requirement]) => requirement)).toEqual([]);
});
