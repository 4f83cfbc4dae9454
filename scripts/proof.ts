import { parseOptions } from './lib/arguments.js';
import { build, buildIsStale } from './lib/build.js';
import { stopOnSignal } from './lib/signals.js';
import { Advice, main, note, paint, say, seconds } from './lib/terminal.js';
import { startCluster } from './proof/cluster.js';
import { diskFull, unmountAll } from './proof/disk-full.js';
import type { Drill } from './proof/drill.js';
import { mongoDrills } from './proof/drills-mongo.js';
import { restDrills } from './proof/drills-rest.js';
import { percentile } from './proof/history.js';
import { closing, save, table, type Outcome } from './proof/report.js';
import { runDrill, type Limits } from './proof/run.js';

const USAGE = `npm run proof                     every drill, 10 to 20 minutes
npm run proof -- --short          a few of them, about a minute
npm run proof -- --drill F03,F11  those
  --orders 10000   goes on with undisturbed load until so many orders are acknowledged
  --patience 2     marks of time times two, for a machine that has other work
  --save           writes docs/proof.md`;

const calm: Drill = { id: 'F00', what: 'nothing is broken', seconds: 15, mix: { browsing: 0.5 }, marks: { slowest: 5000 }, inject: async () => undefined };
const all: readonly Drill[] = [calm, ...mongoDrills, diskFull, ...restDrills];
const SHORT = ['F01', 'F10', 'F21', 'F32'];
const SHORT_SHARE = 0.4;
const ORDERS = 10_000;

main(async () => {
  const options = parseOptions(process.argv.slice(2), { short: { type: 'boolean' }, drill: { type: 'string' }, orders: { type: 'string' }, patience: { type: 'string' }, save: { type: 'boolean' } }, USAGE);
  const chosen = choose(options.short ? SHORT : options.drill?.split(','));
  const wanted = Number(options.orders ?? (options.short || options.drill ? 0 : ORDERS));
  const patience = Number(options.patience ?? 1);
  if (!(wanted >= 0) || !(patience > 0)) throw new Advice(USAGE);
  await buildIfStale();

  const stops: Array<() => Promise<unknown>> = [unmountAll];
  const stop = async () => { for (const one of stops.splice(0).reverse()) await one().catch(() => undefined); };
  stopOnSignal(stop);
  const outcomes: Outcome[] = [];
  const begun = Date.now();
  try {
    const cluster = await startCluster((what) => { note('started', what); }, stops);
    note('started', `after ${seconds(Date.now() - begun)}`);
    let limits: Limits = { share: options.short ? SHORT_SHARE : 1, patience, readP99: null };
    const run = async (drill: Drill) => {
      const outcome = await runDrill(cluster, drill, limits);
      outcomes.push(outcome);
      tell(outcome);
      if (drill === calm && outcome.skipped === undefined) limits = { ...limits, readP99: percentile(outcome.history.readTimes, 0.99) };
    };
    for (const drill of chosen) await run(drill);
    for (let n = 1; acknowledged(outcomes) < wanted && n <= 20; n++) await run({ ...calm, id: `F00.${n}`, seconds: 60, mix: { browsing: 0 } });
  } finally {
    await stop();
  }
  say(`\n${table(outcomes)}\n\n${closing(outcomes)} in ${seconds(Date.now() - begun)}`);
  if (options.save) note('written', save(outcomes, ['npm run proof', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ')));
  return acknowledged(outcomes) >= wanted && outcomes.every(isGood) ? 0 : 1;
});

const isGood = (outcome: Outcome): boolean => outcome.skipped !== undefined || outcome.failures.length === 0;
const acknowledged = (outcomes: readonly Outcome[]): number => outcomes.reduce((sum, outcome) => sum + (outcome.skipped === undefined ? outcome.history.count('acknowledged') : 0), 0);

function choose(ids: readonly string[] | undefined): readonly Drill[] {
  if (!ids) return all;
  const unknown = ids.filter((id) => !all.some((drill) => drill.id === id));
  if (unknown.length > 0) throw new Advice(`There is no drill ${unknown.join(', ')}; there are ${all.map(({ id }) => id).join(', ')}\n\n${USAGE}`);
  return all.filter(({ id }) => ids.includes(id));
}

function tell(outcome: Outcome): void {
  const { id, what } = outcome.drill;
  if (outcome.skipped !== undefined) return note(id, `${what}: ${paint('yellow', `skipped, ${outcome.skipped}`)}`);
  const { history, verdict, failures } = outcome;
  const silent = [...history.silences].map(([reason, times]) => `${times} × ${reason}`).join(', ');
  note(id, `${what}: ${history.count('acknowledged')} acknowledged, ${verdict.lost} lost, ${verdict.duplicated} twice, gap ${seconds(history.longestGapMs)}, slowest ${Math.round(history.slowest)} ms, answers ${JSON.stringify(Object.fromEntries(history.statuses))}`
    + `${silent ? `, silent ${silent}` : ''}, settled after ${seconds(verdict.settledMs)}: ${failures.length === 0 ? paint('green', 'ok') : paint('red', 'FAILED')}`);
  for (const failure of failures.slice(0, 20)) say(`               ${paint('red', failure)}`);
}

async function buildIfStale(): Promise<void> {
  if (!buildIsStale()) return;
  const complaint = await build();
  if (complaint !== undefined) throw new Advice(complaint);
}
