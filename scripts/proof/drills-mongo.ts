import { setTimeout as pause } from 'node:timers/promises';
import type { Drill } from './drill.js';
import { startProxy, type Proxy } from './proxy.js';

const between = (from: number, to: number) => from + Math.random() * (to - from);
const WHOLE_ANSWER_MS = 10_000;

let proxy: Proxy | null = null;
/** Only the way between our processes and the primary is disturbed: the set itself stays whole. */
const behindProxy: Pick<Drill, 'prepare' | 'restore'> = {
  async prepare(cluster) {
    proxy = await startProxy((await cluster.mongo.primary()).port);
    await cluster.restartAll({ MONGODB_URI: `mongodb://127.0.0.1:${proxy.port}/kontor_proof?directConnection=true` });
  },
  async restore(cluster) {
    proxy?.heal();
    await cluster.restartAll({ MONGODB_URI: cluster.mongo.uri });
    await proxy?.stop();
    proxy = null;
  },
};

export const mongoDrills: readonly Drill[] = [
  {
    id: 'F01', what: 'primary killed (kill -9)', seconds: 20, marks: { gap: 4000, slowest: WHOLE_ANSWER_MS },
    async inject({ mongo }) {
      await pause(5000);
      await mongo.kill(await mongo.primary());
    },
  },
  {
    id: 'F02', what: 'primary killed again and again, each brought back', seconds: 60, marks: { gap: 6000, slowest: WHOLE_ANSWER_MS },
    async inject({ mongo }, until) {
      await pause(3000);
      while (Date.now() < until - 6000) {
        const primary = await mongo.primary();
        await mongo.kill(primary);
        await pause(6000);
        await mongo.start(primary);
        await pause(6000);
      }
    },
  },
  {
    id: 'F03', what: 'primary frozen 15 s, then thawed', seconds: 30, marks: { gap: 10_000, slowest: WHOLE_ANSWER_MS },
    async inject({ mongo }) {
      await pause(4000);
      const primary = await mongo.primary();
      mongo.freeze(primary);
      await pause(15_000);
      mongo.thaw(primary);
    },
  },
  {
    id: 'F04a', what: 'a secondary killed', seconds: 12, marks: { gap: 2000, slowest: WHOLE_ANSWER_MS },
    async inject({ mongo }) {
      await pause(3000);
      await mongo.kill((await mongo.secondaries())[0]!);
    },
  },
  {
    id: 'F04b', what: 'the majority lost for 15 s', seconds: 30, marks: { gap: 25_000, slowest: WHOLE_ANSWER_MS },
    async inject({ mongo }) {
      await pause(4000);
      const away = await mongo.secondaries();
      await Promise.all(away.map((node) => mongo.kill(node)));
      await pause(15_000);
      await Promise.all(away.map((node) => mongo.start(node)));
    },
  },
  {
    id: 'F05', what: 'planned step-down', seconds: 15, marks: { gap: 4000, slowest: WHOLE_ANSWER_MS },
    async inject({ mongo }) {
      await pause(4000);
      await mongo.stepDown();
    },
  },
  {
    id: 'F06', what: 'the way to the database takes 200 ± 100 ms', seconds: 20, mix: { clients: 16 }, marks: { slowest: WHOLE_ANSWER_MS }, ...behindProxy,
    async inject(_cluster, until) {
      await pause(2000);
      proxy!.set({ latencyMs: 100, jitterMs: 50 });
      await pause(Math.max(0, until - 2000 - Date.now()));
      proxy!.heal();
    },
  },
  {
    id: 'F07', what: 'the way to the database swallows everything for 15 s', seconds: 30, marks: { slowest: WHOLE_ANSWER_MS, gap: 25_000 }, ...behindProxy,
    async inject() {
      await pause(4000);
      proxy!.set({ blackHole: true });
      await pause(15_000);
      proxy!.heal();
      proxy!.reset();
    },
  },
  {
    id: 'F07b', what: 'connections to the database reset at random', seconds: 15, marks: { slowest: WHOLE_ANSWER_MS, gap: 4000 }, ...behindProxy,
    async inject(_cluster, until) {
      while (Date.now() < until - 2000) {
        await pause(between(300, 1500));
        proxy!.reset();
      }
    },
  },
];
