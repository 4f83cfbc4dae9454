import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseOptions } from './lib/arguments.js';
import { root } from './lib/paths.js';
import { differences, problemsOf, textOf, unconnectedContainer } from './lib/spec.js';
import { Advice, main, say } from './lib/terminal.js';

const usage = `Usage: npm run openapi -- [--check]
  (nothing)  write openapi.json from the routes
  --check    fail when the committed openapi.json is not what the routes say`;
const MAX_LINES = 40;

main(async () => {
  const { check = false } = parseOptions(process.argv.slice(2), { check: { type: 'boolean' } }, usage);
  const spec = (await unconnectedContainer()).openApi();
  const problems = problemsOf(spec);
  if (problems.length > 0) throw new Advice(`The routes do not make a valid OpenAPI document:\n  ${problems.join('\n  ')}`);
  const file = join(root, 'openapi.json');
  const made = textOf(spec);
  const committed = await readFile(file, 'utf8').catch(() => '{}');
  const count = Object.values(spec.paths).reduce((all, methods) => all + Object.keys(methods).length, 0);
  if (committed === made) {
    say(`openapi.json says what the routes say (${count} operations)`);
  } else if (check) {
    const found = differences(JSON.parse(committed), JSON.parse(made));
    const more = found.length > MAX_LINES ? `\n  ... and ${found.length - MAX_LINES} more` : '';
    throw new Advice(`openapi.json is not what the routes say. Write it again with npm run openapi, read the diff and commit it.\n  ${found.slice(0, MAX_LINES).join('\n  ')}${more}`);
  } else {
    await writeFile(file, made);
    say(`openapi.json written (${count} operations)`);
  }
});
