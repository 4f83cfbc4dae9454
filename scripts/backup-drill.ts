import { parseOptions } from './lib/arguments.js';
import { build, buildIsStale } from './lib/build.js';
import { stopOnSignal } from './lib/signals.js';
import { Advice, main, note, paint, say, seconds } from './lib/terminal.js';
import { backupDrill } from './backup/drill.js';
import { startCluster } from './proof/cluster.js';

const USAGE = 'npm run backup:drill [-- --seconds 15]   load before the backup is taken';
const SHOWN = 10;

main(async () => {
  const { seconds: given } = parseOptions(process.argv.slice(2), { seconds: { type: 'string' } }, USAGE);
  const warmUp = Number(given ?? 15);
  if (!(warmUp > 0)) throw new Advice(USAGE);
  if (buildIsStale()) {
    const complaint = await build();
    if (complaint !== undefined) throw new Advice(complaint);
  }
  const stops: Array<() => Promise<unknown>> = [];
  const stop = async () => { for (const one of stops.splice(0).reverse()) await one().catch(() => undefined); };
  stopOnSignal(stop);
  try {
    const cluster = await startCluster((what) => { note('started', what); }, stops);
    const result = await backupDrill(cluster, stops, { warmUpMs: warmUp * 1000, clients: 8 });
    const isGood = result.violations.length === 0 && result.missing === 0 && result.naive.length > 0;
    say();
    note('orders', `${result.acknowledged} acknowledged; ${result.missing} of those before the backup are missing in it`);
    note('RPO', `${seconds(result.backupMs)} (${result.behind} orders) when disaster strikes as the backup ends; between two backups, the time between them`);
    note('RTO', `${seconds(result.restoreMs + result.readyMs)}: ${seconds(result.restoreMs)} to restore ${result.documents} documents, ${seconds(result.readyMs)} until the API is ready`);
    note('auditor', `${result.violations.length} violations in the restored shop`);
    for (const line of result.violations.slice(0, SHOWN)) say(`               ${paint('red', line)}`);
    note('control', `${result.naive.length} violations in the naive dump, collection by collection${result.naive.length === 0 ? ': it proves nothing this time' : `, such as ${result.naive[0]}`}`);
    say(isGood ? paint('green', '\nrestored whole') : paint('red', '\nFAILED'));
    return isGood ? 0 : 1;
  } finally {
    await stop();
  }
});
