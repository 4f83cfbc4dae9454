import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '../lib/owned-processes.js';
import { freePort } from '../lib/ports.js';
import { startMongoSet } from './mongo-set.js';
import { startProxy } from './proxy.js';
import { startRedisNode } from './redis-node.js';
import { Service } from './services.js';
import { fillProofShop, prepareShop } from './shop.js';

export type Cluster = Awaited<ReturnType<typeof startCluster>>;
type Stop = () => Promise<unknown>;

export const PAYMENT_TIMEOUT_MS = 3000;

/** Everything a shop consists of, on free ports and in temporary folders: three mongod, Redis behind the proxy, two APIs, worker, simulator. */
export async function startCluster(tell: (what: string) => void, stops: Stop[]) {
  const logs = await temporaryFolder();
  stops.push(() => (process.env['KONTOR_KEEP_LOGS'] ? Promise.resolve() : rm(logs, { recursive: true, force: true })));
  tell(`logs in ${logs}`);
  const mongo = await startMongoSet();
  stops.push(() => mongo.stop());
  tell(`three mongod on ${mongo.nodes.map(({ port }) => port).join(', ')}`);
  const redis = await startRedisNode();
  stops.push(() => redis.stop());
  const redisProxy = await startProxy(redis.port);
  stops.push(() => redisProxy.stop());

  const [simulatorPort, ...ports] = [await freePort(), await freePort(), await freePort(), await freePort()] as [number, number, number, number];
  const secret = () => randomBytes(24).toString('hex');
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'], NODE_ENV: 'production', HOST: '127.0.0.1', LOG_LEVEL: 'info',
    MONGODB_URI: mongo.uri, REDIS_URL: `redis://127.0.0.1:${redisProxy.port}`, JWT_SECRET: secret(), BCRYPT_COST: '4',
    PAYMENT_SIMULATOR_URL: `http://127.0.0.1:${simulatorPort}`, PAYMENT_SIMULATOR_SECRET: secret(), PAYMENT_TIMEOUT_MS: String(PAYMENT_TIMEOUT_MS),
    PUBLIC_URL: `http://127.0.0.1:${ports[0]}`, SHUTDOWN_GRACE_MS: '5000',
  };
  const keys = await prepareShop({ ...env, LOG_LEVEL: 'error' });
  const simulator = new Service('simulator', simulatorPort, env, logs);
  const apis = [new Service('server', ports[0]!, env, logs), new Service('server', ports[1]!, env, logs)];
  const worker = new Service('worker', ports[2]!, env, logs);
  const all = [simulator, ...apis, worker];
  stops.push(() => Promise.all(all.map((service) => service.stop('SIGKILL'))));
  await simulator.start();
  await Promise.all([...apis, worker].map((service) => service.start()));
  tell('two API processes, worker, payment simulator');
  const shop = await fillProofShop(apis[0]!.url, keys);

  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(simulator.url + path, { method, headers: { 'content-type': 'application/json', authorization: `Bearer ${env['PAYMENT_SIMULATOR_SECRET']!}` }, ...(body !== undefined && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`the simulator answered ${answer.status} to ${method} ${path}`);
    return answer.json();
  };

  return {
    mongo, redis, redisProxy, simulator, apis, worker, shop, env, logs,
    addFault: (fault: object) => control('POST', '/v1/faults', fault),
    clearFaults: () => control('DELETE', '/v1/faults'),
    ledger: () => control('GET', '/v1/ledger') as Promise<{ charges: Array<{ orderId: string; amount: number }>; refunds: Array<{ orderId: string; amount: number }> }>,
    /** Whatever a drill left behind is put right, so that the check and the next drill meet a whole shop. */
    async mend(): Promise<void> {
      redisProxy.heal();
      await Promise.all([mongo.mend(), redis.mend(), control('DELETE', '/v1/faults')]);
      for (const service of all) {
        if (service.runs) service.signal('SIGCONT');
        else await service.start();
      }
      for (const api of apis) await untilReady(api.url);
    },
    async restartAll(more: NodeJS.ProcessEnv): Promise<void> {
      for (const service of [...apis, worker]) service.use(more);
      await Promise.all([...apis, worker].map((service) => service.stop('SIGKILL')));
      await Promise.all([...apis, worker].map((service) => service.start()));
    },
  };
}

async function untilReady(url: string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 100) {
    if (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) }).then(({ ok }) => ok, () => false)) return;
    await pause(100);
  }
  throw new Error(`${url} did not become ready again`);
}
