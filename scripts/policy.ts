import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policyText } from '../src/shared/http/policy.js';
import { parseOptions } from './lib/arguments.js';
import { root } from './lib/paths.js';
import { unconnectedContainer } from './lib/spec.js';
import { Advice, main, say } from './lib/terminal.js';

const usage = `Usage: npm run policy -- [--check]
  (nothing)  write policy.json from the routes, the permissions and the fields of replies
  --check    fail when the committed policy.json is not what they say`;
const MAX_LINES = 40;

main(async () => {
  const { check = false } = parseOptions(process.argv.slice(2), { check: { type: 'boolean' } }, usage);
  const policy = (await unconnectedContainer()).policy();
  const file = join(root, 'policy.json');
  const made = policyText(policy);
  const committed = await readFile(file, 'utf8').catch(() => '');
  const cells = Object.values(policy.routes).reduce((all, { verdicts }) => all + Object.keys(verdicts).length, 0);
  if (committed === made) {
    say(`policy.json says what the routes say (${cells} cells)`);
  } else if (check) {
    const [before, after] = [committed.split('\n'), made.split('\n')];
    const found = [...before.filter((line) => !after.includes(line)).map((line) => `- ${line.trim()}`), ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line.trim()}`)];
    const more = found.length > MAX_LINES ? `\n  ... and ${found.length - MAX_LINES} more` : '';
    throw new Advice(`policy.json is not what the routes say. Write it again with npm run policy, read the diff (it is a change of rights) and commit it.\n  ${found.slice(0, MAX_LINES).join('\n  ')}${more}`);
  } else {
    await writeFile(file, made);
    say(`policy.json written (${cells} cells)`);
  }
});
