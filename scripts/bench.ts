import { randomBytes } from 'node:crypto';
import { build, buildIsStale } from './lib/build.js';
import { openShop } from './lib/open-shop.js';
import { stopOwned } from './lib/owned-processes.js';
import { freePort } from './lib/ports.js';
import { provision } from './lib/provision/index.js';
import { stopOnSignal } from './lib/signals.js';
import { Advice, main, note, say } from './lib/terminal.js';
import { prepareCollections } from '../src/shared/db/connection.js';
import { fillShop, PRODUCTS } from './bench/catalogue.js';
import { Client, flowLoad, readLoad, type Measured } from './bench/load.js';
import { missed, save, table, type Row } from './bench/report.js';
import { cpuSeconds, pidOn, residentMegabytes, startApi, startFloor, startSimulator, startWorker, type Server } from './bench/servers.js';
import { floorPurchase, shopFlows } from './bench/shop-flows.js';

/** `npm run bench`: floors of this machine and our work in one run, as ratios. `-- --quick` for a first impression, `-- --save` writes docs/benchmarks.md. */
const quick = process.argv.includes('--quick');
const reads = quick ? { warmUp: 1, seconds: 4 } : { warmUp: 5, seconds: 15 };
const flows = { clients: 16, ...(quick ? { warmUp: 1, seconds: 5 } : { warmUp: 4, seconds: 15 }) };

main(async () => {
  if (buildIsStale()) {
    const complaint = await build();
    if (complaint !== undefined) throw new Advice(complaint);
  }
  const databases = await provision({ purpose: 'bench' });
  stopOnSignal(databases.stop);
  const rows: Row[] = [];
  const remarks: string[] = [];
  try {
    const floors = await measureFloors(rows, { MONGODB_URI: databases.mongodbUri, REDIS_URL: databases.redisUrl });
    await measureShop(rows, remarks, floors, databases);
  } finally {
    await databases.stop();
  }
  say(`\n${table(rows)}\n`);
  for (const remark of remarks) say(`- ${remark}`);
  if (process.argv.includes('--save')) save(rows, remarks);
  return missed(rows).length > 0 ? 1 : 0;
});

type Floors = Record<'redis' | 'mongo' | 'tx', number>;

async function measureFloors(rows: Row[], env: NodeJS.ProcessEnv): Promise<Floors> {
  const measure = async (floor: keyof Floors, run: (server: Server) => Promise<Measured>) => {
    const server = await startFloor(floor, env);
    const measured = await run(server);
    await server.stop();
    rows.push({ work: `floor-${floor}`, measured });
    note(`floor-${floor}`, `${Math.round(measured.perSecond)} per s`);
    return measured.perSecond;
  };
  return {
    redis: await measure('redis', ({ url }) => readLoad(`${url}/p/p1`, {}, reads)),
    mongo: await measure('mongo', ({ url }) => readLoad(`${url}/p/p1`, {}, reads)),
    tx: await measure('tx', ({ url }) => flowLoad(floorPurchase(url), flows)),
  };
}

async function measureShop(rows: Row[], remarks: string[], floors: Floors, databases: { mongodbUri: string; redisUrl: string }): Promise<void> {
  const simulatorPort = await freePort();
  const env = environment(databases, simulatorPort);
  const opened = await openShop('bench', env);
  await prepareCollections(opened.connection);
  const stopSimulator = await startSimulator({ ...process.env, ...env }, `http://127.0.0.1:${simulatorPort}/v1/ledger`);
  const started = performance.now();
  const api = await startApi({ ...process.env, ...env });
  remarks.push(`start to ready ${Math.round(performance.now() - started)} ms with databases up`);
  const worker = startWorker({ ...process.env, ...env });
  const shop = await fillShop(opened, api.url);
  note('catalogue', `${PRODUCTS} products`);
  const { base, key, productIds } = shop;
  const headers = { 'x-api-key': key };
  const against = (name: keyof Floors, budget: number) => ({ name: `floor-${name}`, perSecond: floors[name], budget });
  const add = (work: string, measured: Measured, floor?: Row['floor'], remark?: string) => {
    rows.push({ work, measured, ...(floor && { floor }), ...(remark !== undefined && { note: remark }) });
    note(work, `${measured.perSecond.toFixed(0)} per s${floor ? `, ${(measured.perSecond / floor.perSecond).toFixed(2)} x ${floor.name} (budget ${floor.budget})` : ''}`);
  };

  add('product list, 20 with prices, cached', await readLoad(`${base}/products?per_page=20`, headers, reads), against('redis', 0.45));
  add('product detail, cached', await readLoad(`${base}/products/${productIds[0]}`, headers, reads), against('redis', 0.6));
  const flow = shopFlows(shop);
  add('add a line to a fresh cart', await flowLoad(flow.addToFreshCart, flows), against('tx', 1.2));
  add('place order, offline (with its cart)', await flowLoad(flow.placeOffline, flows), against('tx', 0.4));
  add('place order, simulator card (with its cart)', await flowLoad(flow.placeCard, flows), against('tx', 0.3));
  await measurePurchases(add, flow, api, against('tx', 0.16), databases.mongodbUri);
  await measureBigCart(add, flow);
  // Last, because it takes the cache away: every product once, so that each read is a cold one.
  const paths = productIds.map((id) => `/api/v1/products/${id}`);
  await opened.redis.client.flushall();
  add('product detail, cache cold', await coldReads(api.url, headers, paths), against('mongo', 0.5));
  remarks.push(`API resident after the runs: ${residentMegabytes(api.pid)?.toFixed(0) ?? 'unknown'} MB (budget 220)`);
  await stopOwned(worker);
  await api.stop();
  await stopSimulator();
  await opened.close();
}

async function measurePurchases(add: (work: string, measured: Measured, floor?: Row['floor'], remark?: string) => void, flow: ReturnType<typeof shopFlows>, api: Server, floor: Row['floor'], mongodbUri: string): Promise<void> {
  const mongoPid = pidOn(mongodbUri);
  const spent = () => (cpuSeconds(api.pid) ?? 0) + (mongoPid === undefined ? 0 : cpuSeconds(mongoPid) ?? 0);
  await flowLoad(flow.wholePurchase, { ...flows, seconds: flows.warmUp, warmUp: 0 });
  const before = spent();
  const measured = await flowLoad(flow.wholePurchase, { ...flows, warmUp: 0 });
  const perOrder = ((spent() - before) * 1000) / measured.done;
  add('whole guest purchase, offline', measured, floor, `${perOrder.toFixed(1)} ms CPU an order, server and database (budget 10)`);
}

async function measureBigCart(add: (work: string, measured: Measured) => void, flow: ReturnType<typeof shopFlows>): Promise<void> {
  for (const lines of [2, 50]) {
    const client = new Client();
    const cart = await flow.openCart(client, 1, lines);
    client.close();
    add(`change a line of a ${lines}-line cart (1 client; 50 lines: p50 <= 1.5 x)`, await flowLoad(flow.changeLine(cart), { ...flows, clients: 1, seconds: Math.min(flows.seconds, 5) }));
  }
}

/** Each product is asked for once: 5,000 cold reads by 32 connections. */
async function coldReads(url: string, headers: Record<string, string>, paths: readonly string[]): Promise<Measured> {
  const left = [...paths];
  const times: number[] = [];
  const started = performance.now();
  let errors = 0;
  await Promise.all(Array.from({ length: 32 }, async () => {
    const client = new Client();
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      const begun = performance.now();
      const { status } = await client.call('GET', url + path, headers);
      if (status !== 200) errors += 1;
      times.push(performance.now() - begun);
    }
    client.close();
  }));
  const elapsed = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  return { perSecond: times.length / elapsed, p50: times[Math.floor(times.length / 2)]!, p99: times[Math.floor(times.length * 0.99)]!, errors, done: times.length };
}

function environment({ mongodbUri, redisUrl }: { mongodbUri: string; redisUrl: string }, simulatorPort: number): Record<string, string> {
  const secret = () => randomBytes(24).toString('hex');
  return {
    NODE_ENV: 'production', HOST: '127.0.0.1', MONGODB_URI: mongodbUri, REDIS_URL: redisUrl, JWT_SECRET: secret(), SHUTDOWN_GRACE_MS: '0',
    PAYMENT_SIMULATOR_URL: `http://127.0.0.1:${simulatorPort}`, PAYMENT_SIMULATOR_SECRET: secret(),
  };
}
