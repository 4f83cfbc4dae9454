import { createInvoices } from '../../../src/fulfilment/invoices/index.js';
import type { InvoicedOrder } from '../../../src/fulfilment/invoices/invoices.js';
import type { StoredEvent } from '../../../src/shared/events/outbox.js';
import { openWorld, type World } from '../../support/world.js';
import { orderOf } from './given.js';

let world: World;
beforeAll(async () => { world = await openWorld(); });
afterEach(() => expect(world.defects.splice(0)).toEqual([]));
afterAll(() => world.close());

const SELLER = { name: 'Kontor Ltd', address: [], vatId: '', email: '' };
/** Each test has orders of its own; those of D cost what fifty refunds give back. */
const idOf = (series: string, at: number) => `${series.toLowerCase()}${at.toString(16).padStart(23, '0')}`;
const order = (id: string): InvoicedOrder => (id.startsWith('d') ? orderOf([{ price: 5000 }], { id, shipping: 0 }) : orderOf([{ price: 1000 }], { id }));
/** Another node of the same shop, whose orders are made up: all that counts here is who gets which number. */
function node(series: string, failpoint: (name: string) => void = () => {}) {
  return createInvoices({
    connection: world.connection, outbox: world.container.outbox, now: () => new Date('2026-05-01T12:00:00Z'), failpoint,
    config: { issueAt: 'placement', invoiceSeries: series, creditNoteSeries: `C${series}`, seller: SELLER, fallbackLocale: 'en' },
    findOrder: async (id) => order(id), findRefund: async () => null, getOrder: async (id) => ({ id }),
    totalsOfOrders: async (ids) => new Map(ids.map((id) => [id, { grandTotal: order(id).totals.grandTotal.amount, isEdited: false }])),
  });
}
const event = (series: string, at: number, type = 'order.placed', data = {}): StoredEvent =>
  ({ id: `evt-${series}-${type}-${at}-${JSON.stringify(data)}`, type, aggregateId: idOf(series, at), data, version: 1, occurredAt: new Date() });
const numbersOf = async (series: string) => (await world.connection.collection('invoices').find({ series }).toArray()).map(({ sequence }) => sequence as number).sort((a, b) => a - b);
const upTo = (last: number) => Array.from({ length: last }, (_none, at) => at + 1);
const faults = async () => (await Promise.all(node('X').invariants.map(({ check }) => check()))).flat();

test('a hundred at once, each told to two nodes, take exactly the numbers 1 to 100', async () => {
  const nodes = [node('A'), node('A')];

  await Promise.all(upTo(100).flatMap((at) => nodes.map(({ service }) => service.hear(event('A', at)))));

  expect(await numbersOf('A')).toEqual(upTo(100));
  expect(new Set((await world.connection.collection('invoices').find({ series: 'A' }).toArray()).map(({ orderId }) => orderId)).size).toBe(100);
  expect(await faults()).toEqual([]);
});

test('failures at any step take no number: what failed is repeated, and no gap is left', async () => {
  let failed = 0;
  let seed = 7;
  const failpoint = (name: string) => {
    seed = (seed * 48271) % 2147483647;
    if (name.startsWith('invoices.') && seed % 3 === 0) {
      failed += 1;
      throw new Error(`failed on purpose: ${name}`);
    }
  };
  const nodes = [node('B', failpoint), node('B', failpoint)];
  const untilDone = async (at: number) => {
    for (let attempt = 0; attempt < 100; attempt++) {
      const done = await nodes[at % 2]!.service.hear(event('B', at)).then(() => true, (error: Error) => { if (!error.message.startsWith('failed on purpose')) throw error; return false; });
      if (done) return;
    }
    throw new Error('never done');
  };

  await Promise.all(upTo(60).map(untilDone));

  expect(failed).toBeGreaterThan(20);
  expect(await numbersOf('B')).toEqual(upTo(60));
  expect(await faults()).toEqual([]);
});

test('fifty refunds of one order, each told twice, are fifty credit notes that add up', async () => {
  const nodes = [node('D'), node('D')];
  await nodes[0]!.service.hear(event('D', 1));

  await Promise.all(upTo(50).flatMap((at) => nodes.map(({ service }) => service.hear(event('D', 1, 'payment.refunded', { key: `refund-${at}`, refundAmount: 100 })))));

  const notes = await world.connection.collection('invoices').find({ series: 'CD' }).toArray();
  const total = (of: 'gross' | 'tax') => notes.reduce((so, { totals }) => so + (totals[of].amount as number), 0);
  expect(await numbersOf('CD')).toEqual(upTo(50));
  expect([total('gross'), total('tax')]).toEqual([5000, 833]);
  expect(await faults()).toEqual([]);
});

test('a gap that somebody makes is found', async () => {
  await world.connection.collection('invoices').deleteOne({ series: 'A', sequence: 42 });

  expect(await faults()).toEqual([{ invariant: 'invoice numbers have no gap', subject: 'series:A', detail: '99 documents from 1 to 100, 100 numbers were given out' }]);
});
