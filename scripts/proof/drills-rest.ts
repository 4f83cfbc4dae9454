import { setTimeout as pause } from 'node:timers/promises';
import type { Drill } from './drill.js';
import type { Service } from './services.js';

const between = (from: number, to: number) => from + Math.random() * (to - from);
const BROWSING = { browsing: 0.8 };
const CARDS = { cards: 1 };
const WHOLE_ANSWER_MS = 10_000;

async function killAtRandom(services: readonly Service[], everyMs: [number, number], until: number): Promise<void> {
  for (let n = 0; Date.now() < until - 3000; n++) {
    await pause(between(...everyMs));
    const service = services[n % services.length]!;
    await service.stop('SIGKILL');
    await service.start();
  }
}

const redisDrills: readonly Drill[] = [
  {
    id: 'F10', what: 'Redis killed, back empty after 12 s', seconds: 20, mix: BROWSING, marks: { readP99Above: 150, slowest: WHOLE_ANSWER_MS },
    async inject({ redis }) {
      await pause(3000);
      await redis.kill();
      await pause(12_000);
      await redis.start();
    },
  },
  {
    id: 'F11', what: 'Redis frozen 12 s, then thawed', seconds: 20, mix: BROWSING, marks: { readP99Above: 150, slowest: WHOLE_ANSWER_MS },
    async inject({ redis }) {
      await pause(3000);
      redis.freeze();
      await pause(12_000);
      redis.thaw();
    },
  },
  {
    id: 'F12', what: 'Redis emptied five times a second', seconds: 12, mix: BROWSING, marks: { readP99Above: 150, slowest: WHOLE_ANSWER_MS },
    async inject({ redis }, until) {
      while (Date.now() < until) {
        await redis.flush();
        await pause(200);
      }
    },
  },
  {
    id: 'F13', what: 'the way to Redis takes 50 ms, then 500 ms, then resets', seconds: 18, mix: BROWSING, marks: { slowest: WHOLE_ANSWER_MS },
    async inject({ redisProxy }, until) {
      redisProxy.set({ latencyMs: 25 });
      await pause(5000);
      redisProxy.set({ latencyMs: 250 });
      await pause(5000);
      redisProxy.heal();
      while (Date.now() < until) {
        redisProxy.reset();
        await pause(250);
      }
    },
  },
];

const providerDrills: readonly Drill[] = [
  {
    id: 'F20', what: 'payment provider hangs for 20 s', seconds: 30, mix: { ...CARDS, browsing: 0.5 }, marks: { slowest: 6000, readP99Above: 150 },
    async inject({ addFault, clearFaults }) {
      await pause(4000);
      await addFault({ hang: 'before' });
      await pause(20_000);
      await clearFaults();
    },
  },
  {
    id: 'F21', what: 'provider answers 500, 429 or resets after the effect, 20 % each', seconds: 20, mix: CARDS, marks: { slowest: WHOLE_ANSWER_MS },
    async inject({ addFault }) {
      await addFault({ status: 500, probability: 0.2 });
      await addFault({ status: 429, retryAfterSeconds: 1, probability: 0.2 });
      await addFault({ reset: 'after', probability: 0.2 });
    },
  },
  {
    id: 'F22', what: 'webhooks five times, turned round, late by 0 to 5 s, 10 % lost; answers reset', seconds: 20, mix: CARDS, marks: { slowest: WHOLE_ANSWER_MS },
    async inject({ addFault }) {
      await addFault({ duplicateWebhooks: 5, reorderWebhooks: true, delayWebhooksMs: 5000, dropWebhooks: 0.1 });
      await addFault({ reset: 'after', probability: 0.3, on: 'authorize' });
    },
  },
];

/** One after the other leaves and comes back, as a release does it. */
async function rollingRestart(apis: readonly Service[], until: number, ends: Array<number | string | null>): Promise<void> {
  for (let n = 0; Date.now() < until - 6000; n++) {
    const api = apis[n % apis.length]!;
    await pause(1500);
    await api.stop('SIGTERM');
    ends.push(api.lastEnd);
    await api.start();
  }
}

const ends: Array<number | string | null> = [];
const processDrills: readonly Drill[] = [
  {
    id: 'F30', what: 'rolling restarts with SIGTERM', seconds: 30, mix: { cards: 0.3, browsing: 0.3 }, marks: { gap: 2000, slowest: WHOLE_ANSWER_MS },
    prepare: async () => { ends.length = 0; },
    inject: ({ apis }, until) => rollingRestart(apis, until, ends),
    also: (_cluster, history) => [
      ...[...history.silences].map(([reason, times]) => `${times} requests got no answer (${reason}) although every process left in order`),
      ...ends.filter((end) => end !== 0).map((end) => `a process ended with ${end} instead of 0`),
      ...(ends.length === 0 ? ['no process was restarted'] : []),
    ],
  },
  {
    id: 'F32', what: 'API processes killed (kill -9) every 1 to 4 s', seconds: 40, mix: { cards: 0.5 }, marks: { slowest: 15_000 },
    inject: ({ apis }, until) => killAtRandom(apis, [1000, 4000], until),
  },
  {
    id: 'F33', what: 'worker killed (kill -9) every 2 to 3 s', seconds: 20, mix: { cards: 0.5 }, marks: { slowest: WHOLE_ANSWER_MS },
    inject: ({ worker }, until) => killAtRandom([worker], [2000, 3000], until),
  },
  {
    id: 'F34', what: 'worker frozen 35 s with its leases, a second one takes over', seconds: 45, mix: { cards: 0.5, clients: 4 }, marks: { slowest: WHOLE_ANSWER_MS },
    async inject({ worker }) {
      await pause(3000);
      worker.signal('SIGSTOP');
      const other = worker.twin();
      await other.start();
      await pause(35_000);
      worker.signal('SIGCONT');
      await pause(3000);
      await other.stop();
    },
  },
];

export const restDrills: readonly Drill[] = [...redisDrills, ...providerDrills, ...processDrills];
