import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/security.md', root), 'utf8');

test.each([['docs/security.md', 60], ['docs/drills.md', 30]])('every test that %s names exists', (page, atLeast) => {
  const named = [...new Set(readFileSync(new URL(page, root), 'utf8').match(/tests\/[\w./-]+\.test\.ts/g))];

  expect(named.length).toBeGreaterThan(atLeast);
  expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test('every requirement has a test, a reason, or says that it is a gap', () => {
  const rows = text.slice(text.indexOf('## ASVS')).split('\n').filter((row) => /^\| \d/.test(row));

  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter((row) => !/tests\/.*\.test\.ts|\| reason \||\*\*Gap\*\*/.test(row))).toEqual([]);
});
