import { setTimeout as pause } from 'node:timers/promises';
import { startBar } from '../lib/bar.js';
import { checkHistory } from './check.js';
import type { Cluster } from './cluster.js';
import type { Drill } from './drill.js';
import { percentile, type History } from './history.js';
import type { Outcome } from './report.js';
import { Soak, type Mix } from './soak.js';

const MIX: Mix = { clients: 12, browsing: 0.2, cards: 0.2, patienceMs: 60_000 };

export type Limits = Readonly<{
  /** How much of each drill's load is run. */
  share: number;
  /** Marks of time are multiplied with it: a busy machine is slower, but loses nothing either. */
  patience: number;
  /** p99 of the undisturbed reads; null before they were measured. */
  readP99: number | null;
}>;

/** Load, the fault beside it, everything mended, and what then is true. */
export async function runDrill(cluster: Cluster, drill: Drill, limits: Limits): Promise<Outcome> {
  const reason = await drill.cannot?.();
  if (reason) return { drill, skipped: reason };
  const begun = Date.now();
  await drill.prepare?.(cluster);
  const soak = new Soak({ apis: cluster.apis, shop: cluster.shop, mix: { ...MIX, ...drill.mix }, name: drill.id });
  soak.start();
  const loadMs = drill.seconds * 1000 * limits.share;
  const history = await underLoad(cluster, drill, soak, loadMs);
  await drill.restore?.(cluster);
  const verdict = await checkHistory(cluster, history);
  const failures = [...verdict.violations, ...await drill.also?.(cluster, history) ?? [], ...missedMarks(drill, history, limits)];
  return { drill, history, verdict, failures, seconds: (Date.now() - begun) / 1000 };
}

async function underLoad(cluster: Cluster, drill: Drill, soak: Soak, loadMs: number): Promise<History> {
  const until = Date.now() + loadMs;
  const bar = startBar(drill.id, Math.round(loadMs / 1000), () => ({ acknowledged: soak.history.count('acknowledged') }));
  const ticker = setInterval(() => { bar.at(Math.min(Math.round(loadMs / 1000), Math.round((loadMs - (until - Date.now())) / 1000)), `${soak.history.count('acknowledged')} orders, ${drill.what}`); }, 500);
  try {
    await Promise.all([drill.inject(cluster, until), pause(loadMs)]);
    // Mended while the customers still ask, so that whoever waited is served and the gap is seen to end.
    await cluster.mend();
    await pause(1000);
    return await soak.end();
  } finally {
    clearInterval(ticker);
    bar.end();
  }
}

function missedMarks({ marks = {} }: Drill, history: History, { patience, readP99 }: Limits): string[] {
  const unknown = history.count('unknown');
  const reads = percentile(history.readTimes, 0.99);
  const over = (what: string, is: number, limit: number | undefined) => (limit !== undefined && is > limit * patience ? [`${what} took ${Math.round(is)} ms, the mark is ${Math.round(limit * patience)} ms`] : []);
  return [
    ...(unknown > 0 ? [`${unknown} customers asked for a minute and were not answered`] : []),
    ...(history.count('acknowledged') === 0 ? ['not one order was acknowledged'] : []),
    ...over('the longest gap', history.longestGapMs, marks.gap),
    ...over('the slowest answer', history.slowest, marks.slowest),
    ...(readP99 !== null && marks.readP99Above !== undefined ? over('p99 of reads', reads, readP99 + marks.readP99Above) : []),
  ];
}
