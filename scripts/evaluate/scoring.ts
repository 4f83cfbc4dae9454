import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ModelFile } from '../../src/fulfilment/risk/index.js';
import { SYSTEM } from '../../src/shared/actor.js';
import { startBar } from '../lib/bar.js';
import { openShop } from '../lib/open-shop.js';
import { provision } from '../lib/provision/index.js';

const ORDERS = 50_000;
const MAILBOXES = 2_000;
const ASKED = 2_000;
const DAY_MS = 24 * 3_600_000;

export type Scoring = Readonly<{ engine: string; orders: number; history: number; cpu: number; p50: number; p95: number }>;

/**
 * Milliseconds that judging takes an order, from the question to the verdict, the read of the past included: at most what it adds,
 * since at the checkout that read runs beside those of the quote. Every buyer has some 25 orders in the past.
 */
export async function measureScoring(modelFile: string | undefined): Promise<Scoring> {
  const databases = await provision({ purpose: 'bench' });
  try {
    const env = { ...process.env, NODE_ENV: 'production', JWT_SECRET: randomBytes(32).toString('hex'), MONGODB_URI: databases.mongodbUri, REDIS_URL: databases.redisUrl };
    const shop = await openShop('evaluate', env, { prepare: true });
    try {
      const { risk } = shop.container;
      const model = modelFile === undefined ? null : JSON.parse(await readFile(modelFile, 'utf8')) as ModelFile;
      if (model) {
        await risk.register(model, { actor: SYSTEM });
        await risk.activate(model.version, { actor: SYSTEM });
      }
      return await ask(shop);
    } finally {
      await shop.close();
    }
  } finally {
    await databases.stop();
  }
}

type Shop = Awaited<ReturnType<typeof openShop>>;
const subjectOf = (buyer: number) => {
  const address = { firstName: 'Ada', lastName: 'Lovelace', line1: `${buyer} High Street`, city: 'London', postalCode: 'SW1A 1AA', country: 'GB' };
  return { userId: null, email: `buyer${buyer}@example.com`, ip: `81.2.${buyer % 250}.${Math.floor(buyer / 250) + 1}`, shippingAddress: address, billingAddress: address };
};
const TOTAL = { amount: 4900, currency: 'EUR' };

async function ask({ container: { risk }, connection }: Shop): Promise<Scoring> {
  const bar = startBar('orders', MAILBOXES);
  const orders = connection.collection('orders');
  for (let buyer = 0; buyer < MAILBOXES; buyer += 1) {
    const { risk: judged } = await risk.assess(subjectOf(buyer))(TOTAL);
    await orders.insertMany(Array.from({ length: ORDERS / MAILBOXES }, (_none, at) => ({
      number: `E-${buyer}-${at}`, cartId: `e-${buyer}-${at}`, createdAt: new Date(Date.now() - at * DAY_MS - 60_000), totals: { grandTotal: TOTAL }, status: 'placed', paymentStatus: 'paid', paymentAttempts: 1, userId: null, risk: judged,
    })));
    if (buyer % 100 === 0) bar.at(buyer);
  }
  bar.end();
  const times: number[] = [];
  const before = process.cpuUsage();
  let engine = '';
  for (let at = 0; at < ASKED; at += 1) {
    const begun = performance.now();
    ({ risk: { engine } } = await risk.assess(subjectOf((at * 7919) % MAILBOXES))(TOTAL));
    times.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(before);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]!;
  return { engine, orders: ORDERS, history: ORDERS / MAILBOXES, cpu: (user + system) / 1000 / ASKED, p50: at(0.5), p95: at(0.95) };
}
