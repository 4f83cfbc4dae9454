import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { Router } from 'express';
import mongoose from 'mongoose';
import { balancesOf, entryOf } from '../../../src/fulfilment/payments/journal.js';
import { createPayments, type Payment } from '../../../src/fulfilment/payments/index.js';
import type { PaymentTransaction } from '../../../src/fulfilment/payments/payments.js';
import { openConnection, prepareCollections } from '../../../src/shared/db/connection.js';
import { IdempotencyStore } from '../../../src/shared/db/idempotency.js';
import { createInTransaction } from '../../../src/shared/db/transaction.js';
import { createOutbox } from '../../../src/shared/events/outbox.js';
import { requestContext } from '../../../src/shared/http/request-context.js';
import { problemHandler } from '../../../src/shared/http/problem.js';
import { mount } from '../../../src/shared/http/route.js';
import { SIMULATOR_SECRET, startSimulator } from '../../support/simulator.js';

/** Short, since tests wait for it, and long enough for a busy machine. */
export const TIMEOUT_MS = 800;
/** A database of its own. Not by way of the whole shop's world: nothing of it is needed here. */
function databaseUri(): string {
  const uri = new URL(process.env['TEST_MONGODB_URI'] ?? 'mongodb://127.0.0.1:27017/?replicaSet=rs0');
  uri.pathname = `/kontor_payments_${process.pid}_${randomBytes(5).toString('hex')}`;
  return uri.toString();
}

const stop = new AbortController().signal;
export const eur = (amount: number) => ({ amount, currency: 'EUR' });
export const newOrderId = () => randomBytes(12).toString('hex');

export type Adapter = 'simulator' | 'stripe' | 'paypal';
const RETURN_URL = 'https://shop.example/thanks';
/** The same simulator in the words of each provider: its own, or those that the official libraries speak. */
const configOf = (adapter: Adapter, url: string) => ({
  simulatorUrl: adapter === 'simulator' ? url : '', simulatorSecret: SIMULATOR_SECRET, returnUrl: RETURN_URL,
  stripe: adapter === 'stripe' ? { secretKey: SIMULATOR_SECRET, webhookSecret: SIMULATOR_SECRET, apiBase: url } : null,
  paypal: adapter === 'paypal' ? { clientId: 'client', clientSecret: SIMULATOR_SECRET, webhookId: 'WH-1', apiBase: url } : null,
});

type StripeConfig = { secretKey: string; webhookSecret: string; apiBase: string };

/** Payments alone: their own database, a simulator over real HTTP, real webhooks, and no orders. */
export async function openPayments({ timeoutMs = TIMEOUT_MS, webhooks = true, adapter = 'simulator', stripe }: { timeoutMs?: number; webhooks?: boolean; adapter?: Adapter; stripe?: StripeConfig } = {}) {
  const clock = { offsetMs: 0 };
  const now = () => new Date(Date.now() + clock.offsetMs);
  const simulator = await startSimulator({ now, settlesAfterMs: 600_000 });
  const connection = openConnection(databaseUri(), { monitorCommands: true });
  await connection.asPromise();
  const defects: unknown[] = [];
  const report = (error: unknown) => { defects.push(error); };
  const inTransaction = createInTransaction({ connection, report });
  const outbox = createOutbox({ connection, now, inTransaction, report });
  const idempotency = new IdempotencyStore({ connection, inTransaction, now, lockMs: 10_000 });
  const payments = createPayments({
    connection, now, outbox, inTransaction, idempotency, report, failpoint: () => {}, audit: async () => {},
    config: { ...configOf(adapter, simulator.url), ...(stripe && { stripe }), timeoutMs },
  });
  outbox.subscribe(...payments.subscribers);
  const told: Payment[] = [];
  payments.onChange(async (payment) => { told.push(payment); });
  await prepareCollections(connection);

  const app = express().use(requestContext);
  const router = Router();
  const caller = { key: null, user: null, ip: '127.0.0.1' };
  mount(router, payments.rootRoutes, { identify: async () => caller, requireStepUp: async () => {}, idempotency, checkReplies: true, bodyLimitBytes: 100_000 });
  const server = createServer(app.use(router).use(problemHandler(report))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (webhooks) simulator.sendWebhooksTo(url);

  const rows = async (paymentId: string) => (await connection.collection('payment_transactions').find({}).sort({ _id: 1 }).toArray())
    .filter((row) => String(row['paymentId']) === paymentId).map(({ kind, state, amount }) => [kind, state, amount.amount] as const);

  return {
    adapter,
    /** Money that the provider takes without our having heard of its answer. */
    takeUnheard: ({ idempotencyKey, orderId }: Payment, amount = 5000) => simulator.ledger.create({
      idempotencyKey, orderId, amount: eur(amount), capture: true, wire: adapter, ...(adapter === 'stripe' && { metadata: { order_id: orderId, payment_key: idempotencyKey } }),
    }),
    simulator, payments, connection, clock, now, defects, told, url, rows, outbox, inTransaction,
    open: (options: { orderId?: string; attempt?: number; amount?: number; currency?: string; token?: string; provider?: string; method?: string } = {}) => {
      const { orderId = newOrderId(), attempt = 1, amount = 5000, currency = 'EUR', token = 'ok', provider = adapter, method } = options;
      return inTransaction(() => payments.open({ orderId, attempt, amount: { amount, currency }, provider, token, ...(method && { method }) }));
    },
    /** Opened and asked for, as checkout does it. */
    async pay(token: string, options: { orderId?: string; attempt?: number; amount?: number; currency?: string; capture?: boolean } = {}): Promise<Payment> {
      const { capture = true, ...rest } = options;
      return payments.execute(await this.open({ ...rest, token }), { token, capture });
    },
    now_of: async (payment: { orderId: string; id: string }) => (await payments.findByOrder(payment.orderId)).find(({ id }) => id === payment.id)!,
    schedule: async (name: string) => payments.schedules.find((one) => one.name === name)!.run(stop),
    /** One round of everything the worker does. */
    async round(): Promise<void> {
      for (const { name, run } of payments.schedules) if (name !== 'compare-payment-ledgers') await run(stop);
      while (await outbox.deliverDue() > 0);
    },
    events: async (orderId: string, type?: string) => (await outbox.findEvents({ aggregateId: orderId })).map((event) => event.type).filter((name) => type === undefined || name === type),
    /** Account by account, of what one payment moved. */
    balancesOf: async (paymentId: string) => {
      const found = await connection.collection('payment_transactions').find({ paymentId: new mongoose.Types.ObjectId(paymentId) }).toArray();
      const entries = found.map((row) => entryOf({ ...row, id: String(row._id), paymentId } as unknown as PaymentTransaction)).filter((entry) => entry !== null);
      return balancesOf(entries).map(({ account, balance }) => [account, balance.amount] as const);
    },
    violations: async () => (await Promise.all(payments.invariants.map(({ check }) => check()))).flat(),
    async close(): Promise<void> {
      await simulator.close();
      await new Promise<void>((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); });
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

export type PaymentWorld = Awaited<ReturnType<typeof openPayments>>;
