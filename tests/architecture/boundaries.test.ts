import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
type Rule = { name: string; severity: string };
const rules = (createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { forbidden: Rule[] }).forbidden;

function violations(folder: string): Array<{ rule: string; from: string; to: string }> {
  const bin = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const run = spawnSync(process.execPath, [bin, folder, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'], { cwd: root, encoding: 'utf8', maxBuffer: 50e6 });
  const { summary } = JSON.parse(run.stdout) as { summary: { violations: Array<{ rule: { name: string }; from: string; to: string }> } };
  return summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

test('the source keeps every boundary', () => {
  expect(violations('src')).toEqual([]);
});

describe('a rule that cannot fail protects nothing', () => {
  const caught = violations('tests/architecture/violations');

  test.each(rules.map(({ name }) => name))('%s catches the violation planted for it', (rule) => {
    expect(caught.filter(({ from }) => from.includes(`/violations/${rule}/`)).map((violation) => violation.rule)).toContain(rule);
  });

  test('every rule is an error, and every planted folder belongs to a rule', () => {
    expect(rules.filter(({ severity }) => severity !== 'error')).toEqual([]);
    expect(readdirSync(path.join(root, 'tests/architecture/violations')).sort()).toEqual(rules.map(({ name }) => name).sort());
  });
});

describe('modules, as they are found on disk', () => {
  const contexts = ['people', 'selling', 'fulfilment', 'insight', 'operations'].filter((context) => existsSync(path.join(root, 'src', context)));
  const modules = contexts.flatMap((context) => readdirSync(path.join(root, 'src', context)).map((name) => `src/${context}/${name}`));
  const container = readFileSync(path.join(root, 'src/container.ts'), 'utf8');

  test.each(modules)('%s has a face, a page about itself, and a place in the container', (folder) => {
    const face = readFileSync(path.join(root, folder, 'index.ts'), 'utf8');
    expect(face).toMatch(/export (?:async )?(?:function|const) create[A-Z]\w+/);
    expect(face).not.toMatch(/export \* from|export default/);
    expect(readFileSync(path.join(root, folder, 'README.md'), 'utf8').split('\n').length).toBeGreaterThan(3);
    expect(container).toContain(`from './${folder.slice('src/'.length)}/index.js'`);
  });
});
