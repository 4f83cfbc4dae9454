import { checkLibraries, checkMongo, checkPip, checkRedis } from './lib/doctor/databases.js';
import type { Finding } from './lib/doctor/finding.js';
import { checkClock, checkDisk, checkFolders, checkNode, checkNpm, checkPort } from './lib/doctor/machine.js';
import { main, paint, say } from './lib/terminal.js';

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

/** Says what would keep `npm run up` from working, and how to mend it. Installs nothing. */
main(async () => {
  const { env } = process;
  const findings = (await Promise.all([
    checkNode(), checkNpm(), checkDisk(), checkFolders(env), checkPort(3000), checkClock(),
    checkMongo(env), checkRedis(env), checkPip(env), checkLibraries(),
  ])).flat();
  findings.forEach(print);
  const failed = findings.filter(({ state }) => state === 'fail').length;
  say(failed ? `\n${failed} to mend before npm run up works.` : '\nnpm run up will work.');
  return failed ? 1 : 0;
});

function print({ what, state, detail, fix }: Finding): void {
  say(`  ${paint(colours[state], state.padEnd(4))}  ${what.padEnd(13)} ${detail}`);
  if (fix) say(fix.split('\n').map((line) => `${' '.repeat(22)}${paint('bold', line.trim())}`).join('\n'));
}
