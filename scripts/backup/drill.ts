import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import mongoose from 'mongoose';
import { openShop } from '../lib/open-shop.js';
import { temporaryFolder } from '../lib/owned-processes.js';
import { freePort } from '../lib/ports.js';
import { startMongo } from '../lib/provision/index.js';
import { note, seconds } from '../lib/terminal.js';
import type { Cluster } from '../proof/cluster.js';
import type { History } from '../proof/history.js';
import { Service } from '../proof/services.js';
import { Soak } from '../proof/soak.js';
import { restoreBackup } from './restore.js';
import { takeBackup } from './take.js';

export type DrillResult = Readonly<{
  documents: number; backupMs: number;
  /** Acknowledged before the moment of the backup and not in it: must be 0. */
  missing: number; acknowledged: number;
  /** Acknowledged between that moment and the end of the backup: what a disaster right then would cost. */
  behind: number;
  restoreMs: number; readyMs: number; violations: string[];
  /** What the auditor finds in the naive dump; a control that finds nothing proves nothing. */
  naive: string[];
}>;
type Stop = () => Promise<unknown>;

/** Under load: a backup of one moment, and a naive one. Both are restored on another server, and audited there. */
export async function backupDrill(cluster: Cluster, stops: Stop[], { warmUpMs, clients }: { warmUpMs: number; clients: number }): Promise<DrillResult> {
  const folder = await temporaryFolder();
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const soak = new Soak({ apis: cluster.apis, shop: cluster.shop, mix: { clients, browsing: 0, cards: 0.2, patienceMs: 30_000 }, name: 'backup' });
  soak.start();
  await pause(warmUpMs);
  const manifest = await takeBackup({ uri: cluster.mongo.uri, folder: join(folder, 'one-moment') });
  const endedAt = Date.now();
  note('backup', `of ${manifest.of} in ${seconds(manifest.takenMs)}, while the shop went on selling`);
  await takeBackup({ uri: cluster.mongo.uri, folder: join(folder, 'naive'), naive: true, pauseMs: 60 });
  const history = await soak.end();

  const second = await startMongo();
  stops.push(() => second.stop());
  const home = (name: string) => second.uri.replace(/\/kontor\?/, `/${name}?`);
  const { tookMs } = await restoreBackup({ from: join(folder, 'one-moment'), into: home('restored') });
  note('restore', `on another server in ${seconds(tookMs)}`);
  const readyMs = await untilReady(cluster, home('restored'));
  const violations = await auditOf(cluster, home('restored'));
  const missing = await countMissing(home('restored'), history, Date.parse(manifest.of));
  await restoreBackup({ from: join(folder, 'naive'), into: home('naive') });
  const naive = await auditOf(cluster, home('naive'));
  return {
    documents: manifest.collections.reduce((sum, { documents }) => sum + documents, 0), backupMs: manifest.takenMs, missing, acknowledged: history.count('acknowledged'),
    behind: acknowledgedBetween(history, Date.parse(manifest.of) + 1000, endedAt), restoreMs: tookMs, readyMs, violations, naive,
  };
}

async function untilReady(cluster: Cluster, uri: string): Promise<number> {
  const begun = Date.now();
  const api = new Service('server', await freePort(), { ...cluster.env, MONGODB_URI: uri, REDIS_KEY_PREFIX: 'restored:' }, cluster.logs);
  await api.start();
  const took = Date.now() - begun;
  // What was under way at that moment is finished first, as on any start after a crash.
  const worker = new Service('worker', api.port, { ...cluster.env, MONGODB_URI: uri, REDIS_KEY_PREFIX: 'restored:' }, cluster.logs);
  await worker.start();
  await delivered(uri);
  await Promise.all([api.stop(), worker.stop()]);
  return took;
}

async function delivered(uri: string): Promise<void> {
  const client = new mongoose.mongo.MongoClient(uri);
  try {
    for (let waited = 0; waited < 60_000 && await client.db().collection('outbox').countDocuments({ state: 'pending' }) > 0; waited += 200) await pause(200);
  } finally {
    await client.close();
  }
}

async function auditOf(cluster: Cluster, uri: string): Promise<string[]> {
  const { container, close } = await openShop('audit', { ...cluster.env, MONGODB_URI: uri, REDIS_KEY_PREFIX: 'restored:' });
  try {
    const found: string[] = [];
    for (const { check } of container.invariants) found.push(...(await check()).map(({ invariant, subject, detail }) => `${invariant} ${subject}: ${detail}`));
    return found;
  } finally {
    await close();
  }
}

const acknowledgedBetween = ({ wishes }: History, from: number, to: number): number =>
  wishes.filter(({ acknowledgedAt = 0 }) => acknowledgedAt >= from && acknowledgedAt <= to).length;

/** The moment is known to the second; what was acknowledged in the second before it may be on either side. */
async function countMissing(uri: string, { wishes }: History, moment: number): Promise<number> {
  const due = wishes.filter(({ acknowledgedAt = Infinity }) => acknowledgedAt < moment).map(({ orderId }) => new mongoose.Types.ObjectId(orderId));
  const client = new mongoose.mongo.MongoClient(uri);
  try {
    return due.length - await client.db().collection('orders').countDocuments({ _id: { $in: due } });
  } finally {
    await client.close();
  }
}
