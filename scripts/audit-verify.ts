import { openShop } from './lib/open-shop.js';
import { parseOptions } from './lib/arguments.js';
import { main, paint, say } from './lib/terminal.js';

const usage = `Usage: npm run audit:verify -- [--anchor HEADS]
  (nothing)       read the whole audit log and name the first entry that was edited or removed
  --anchor HEADS  the value of "anchor" in a log line "audit anchor": also finds a tail that was cut off`;

main(async () => {
  const { anchor } = parseOptions(process.argv.slice(2), { anchor: { type: 'string' } }, usage);
  const { container: { audit }, close } = await openShop('audit-verify');
  try {
    const { ok, entries, chains, broken, first } = await audit.verify(anchor);
    for (const { chain, sequence, problem, id, subject, at } of broken) {
      const what = id === undefined ? '' : `  ${id}  ${subject ?? ''}  ${at?.toISOString() ?? ''}`;
      say(`${paint('red', problem)}: chain ${chain}, entry ${sequence}${what}`);
    }
    say(ok ? `${entries} entries in ${chains} chains: each follows the one before it` : `${broken.length} of ${chains} chains are broken, first at entry ${first!.sequence} of chain ${first!.chain}; what follows a break is not proven`);
    return ok ? 0 : 1;
  } finally {
    await close();
  }
});
