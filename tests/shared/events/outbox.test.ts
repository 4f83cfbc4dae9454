import { setTimeout as pause } from 'node:timers/promises';
import type { StoredEvent } from '../../../src/shared/events/outbox.js';
import { Schema } from 'mongoose';
import { numberOf, openRelays, type Relay } from './relays.js';
import { soon } from '../../support/soon.js';

const COUNTER = new Schema({ _id: String, n: Number }, { versionKey: false });
let shop: Awaited<ReturnType<typeof openRelays>>;
let relay: Relay; let other: Relay;
beforeEach(async () => {
  shop = await openRelays(2, { handleMs: 300 });
  [relay, other] = shop.relays as [Relay, Relay];
});
afterEach(() => shop.close());

/** Subscribes the same on both relays, as every process of a shop does. */
const subscribe = (name: string, handle: (event: StoredEvent) => Promise<void>, on = ['thing.changed']) => {
  for (const { outbox } of shop.relays) outbox.subscribe({ name, on, handle });
};
const stateOf = async (n: number) => (await relay.connection.collection('outbox').findOne({ 'data.n': n }, { readConcern: { level: 'local' } }))!['state'] as string;

test('an event exists exactly when its change committed', async () => {
  subscribe('s', async () => {});
  await relay.record('a', 1);
  await expect(relay.inTransaction(async () => { await relay.outbox.record({ type: 'thing.changed', aggregateId: 'a', data: { n: 2 } }); throw new Error('no'); })).rejects.toThrow('no');
  await expect(relay.outbox.record({ type: 'thing.changed', aggregateId: 'a', data: { n: 3 } })).rejects.toThrow('outside a transaction');

  const rows = await relay.connection.collection('outbox').find().toArray();

  expect(rows.map((row) => [row['data'].n, row['state']])).toEqual([[1, 'pending']]);
});

test('it reaches those who asked for its type, with everything they need, and nobody else', async () => {
  const seen: StoredEvent[] = [];
  subscribe('mine', async (event) => { seen.push(event); });
  subscribe('others', async () => { throw new Error('not for me'); }, ['thing.removed']);
  await relay.record('a', 1);
  await relay.record('b', 2, 'thing.unheard');

  await relay.drain();

  expect(seen).toEqual([{ id: expect.stringMatching(/^evt_/), type: 'thing.changed', aggregateId: 'a', data: { n: 1 }, version: 1, occurredAt: expect.any(Date) }]);
  expect([await stateOf(1), await stateOf(2)]).toEqual(['delivered', 'delivered']);
  expect(relay.defects).toEqual([]);
});

test('two relays at once deliver six hundred events in order per aggregate, each effect once', async () => {
  const seen = new Map<string, number[]>();
  subscribe('s', async (event) => {
    await pause(Math.random() * 3);
    seen.set(event.aggregateId, [...seen.get(event.aggregateId) ?? [], numberOf(event)]);
  });
  await Promise.all(Array.from({ length: 20 }, async (_none, at) => { for (let n = 1; n <= 30; n++) await relay.record(`a${at}`, n); }));

  while (await relay.connection.collection('outbox').countDocuments({ state: 'pending' }, { readConcern: { level: 'local' } }) > 0) await Promise.all(shop.relays.map(({ drain }) => drain()));

  const inOrder = Array.from({ length: 30 }, (_none, at) => at + 1);
  for (const numbers of seen.values()) expect([...new Set(numbers)]).toEqual(inOrder);
  expect(seen.size).toBe(20);
  expect([...relay.defects, ...other.defects]).toEqual([]);
});

test('each effect happens once although every event is delivered five times by two consumers', async () => {
  const counters = relay.connection.collection('counters');
  const count = (on: Relay) => on.connection.models['Counter'] ?? on.connection.model('Counter', COUNTER, 'counters');
  for (const on of shop.relays) count(on);
  await counters.insertOne({ _id: 'c' as never, n: 0 });
  const effect = (on: Relay, event: StoredEvent) => on.outbox.once(event, 'counting', async () => { await count(on).updateOne({ _id: 'c' }, { $inc: { n: 1 } }); });
  const events: StoredEvent[] = Array.from({ length: 20 }, (_none, n) => ({ id: `evt_${n}`, type: 'thing.changed', aggregateId: 'a', data: { n }, version: 1, occurredAt: new Date() }));

  await Promise.all(events.flatMap((event) => Array.from({ length: 5 }, (_none, at) => effect(shop.relays[at % 2]!, event))));

  expect((await counters.findOne())!['n']).toBe(20);
  await expect(relay.outbox.once(events[0]!, 'failing', async () => { throw new Error('later'); })).rejects.toThrow('later');
  let ran = 0;
  await relay.outbox.once(events[0]!, 'failing', async () => { ran += 1; });
  expect(ran).toBe(1);
});

test('a poisonous event holds back only its own aggregate and subscriber, and is dead after ten tries', async () => {
  const seen: string[] = [];
  subscribe('picky', async (event) => { if (numberOf(event) === 1) throw new Error('indigestible'); seen.push(`picky ${event.aggregateId}${numberOf(event)}`); });
  subscribe('easy', async (event) => { seen.push(`easy ${event.aggregateId}${numberOf(event)}`); });
  for (const [aggregate, n] of [['a', 1], ['a', 2], ['b', 3]] as const) await relay.record(aggregate, n);

  await relay.drain();
  expect(seen.sort()).toEqual(['easy a1', 'easy a2', 'easy b3', 'picky b3']);
  for (let round = 0; round < 9; round++) { relay.clock.offsetMs += 600_000; await relay.drain(); }
  relay.clock.offsetMs += 600_000;
  await relay.drain();

  expect(await stateOf(1)).toBe('dead');
  expect(seen).toContain('picky a2');
  const { dead, pending, deadEvents } = await relay.outbox.overview();
  expect([dead, pending]).toEqual([1, 0]);
  expect(deadEvents[0]!.deliveries).toEqual([
    { subscriber: 'picky', state: 'dead', attempts: 10, dueAt: expect.any(Date), lastError: 'Error: indigestible' }, { subscriber: 'easy', state: 'delivered', attempts: 1, dueAt: expect.any(Date) },
  ]);
  expect(relay.defects).toHaveLength(10);
});

test('what is held back is not looked at again before the one in front of it is due', async () => {
  subscribe('s', async (event) => { if (numberOf(event) === 1) throw new Error('not now'); });
  for (let n = 1; n <= 40; n++) await relay.record('a', n);
  await relay.drain();
  await pause(150);

  expect(await relay.drain()).toBe(0);
});

test('a subscriber that never answers does not stop the relay', async () => {
  const seen: number[] = [];
  subscribe('s', async (event) => { if (numberOf(event) === 1) await new Promise(() => {}); seen.push(numberOf(event)); });
  await relay.record('a', 1);
  await relay.record('b', 2);

  const begun = Date.now();
  await relay.drain();

  expect(Date.now() - begun).toBeLessThan(soon(2000));
  expect(seen).toEqual([2]);
  expect(await stateOf(1)).toBe('pending');
  expect(String(relay.defects[0]!.error)).toContain('took longer than');
});

test('a relay that dies or sleeps in the middle loses its lease, and another goes on', async () => {
  const seen: string[] = [];
  let asleep!: () => void;
  const sleeping = new Promise<void>((resolve) => { asleep = resolve; });
  relay.outbox.subscribe({ name: 's', on: ['thing.changed'], handle: async (event) => { await sleeping; seen.push(`late ${numberOf(event)}`); } });
  other.outbox.subscribe({ name: 's', on: ['thing.changed'], handle: async (event) => { seen.push(`other ${numberOf(event)}`); } });
  for (let n = 1; n <= 3; n++) await relay.record('a', n);
  const holding = relay.outbox.deliverDue();
  await pause(100);
  expect(await other.drain()).toBe(0);
  other.clock.offsetMs = 31_000;
  await other.drain();
  // Asleep for longer than its lease, as a process that was stopped.
  relay.clock.offsetMs = 31_000;
  asleep();
  await holding;

  expect(seen.filter((line) => line.startsWith('other'))).toEqual(['other 1', 'other 2', 'other 3']);
  expect(seen.filter((line) => line.startsWith('late'))).toEqual(['late 1']);
  expect([await stateOf(1), await stateOf(2), await stateOf(3)]).toEqual(['delivered', 'delivered', 'delivered']);
});

test('an older version that does not know a subscriber leaves its events to the newer one', async () => {
  const seen: number[] = [];
  relay.outbox.subscribe({ name: 'new', on: ['thing.changed'], handle: async (event) => { seen.push(numberOf(event)); } });
  await relay.record('a', 1);

  await other.drain();
  expect([seen, await stateOf(1)]).toEqual([[], 'pending']);
  relay.clock.offsetMs = 60_000;
  await relay.drain();

  expect([seen, await stateOf(1)]).toEqual([[1], 'delivered']);
});

test('dead events get another round by hand, all or the chosen ones', async () => {
  let broken = true;
  const seen: number[] = [];
  subscribe('s', async (event) => { if (broken) throw new Error('down'); seen.push(numberOf(event)); });
  for (const [aggregate, n] of [['a', 1], ['b', 2]] as const) await relay.record(aggregate, n);
  for (let round = 0; round < 10; round++) { await relay.drain(); relay.clock.offsetMs += 600_000; }
  const dead = (await relay.outbox.overview()).deadEvents;
  expect(dead).toHaveLength(2);
  broken = false;

  expect(await relay.outbox.retryDead([dead[1]!.id])).toBe(1);
  await relay.drain();
  expect(seen).toEqual([1]);
  expect(await relay.outbox.retryDead()).toBe(1);
  await relay.drain();
  expect(seen).toEqual([1, 2]);
  expect(await relay.outbox.retryDead()).toBe(0);
});

test('the auditor is told what waits for more than a minute and what is dead', async () => {
  let broken = true;
  subscribe('s', async () => { if (broken) throw new Error('down'); });
  await relay.record('a', 1);
  await relay.drain();
  expect(await relay.outbox.findOverdue(60_000)).toEqual([]);
  relay.clock.offsetMs = 61_000;
  expect(await relay.outbox.findOverdue(60_000)).toEqual([{ id: expect.stringMatching(/^evt_/), type: 'thing.changed', state: 'pending', reason: 's: Error: down' }]);
  for (let round = 0; round < 10; round++) { await relay.drain(); relay.clock.offsetMs += 600_000; }
  expect(await relay.outbox.findOverdue(60_000)).toMatchObject([{ state: 'dead', reason: 's: Error: down' }]);
  broken = false;
  await relay.outbox.retryDead();
  await relay.drain();

  expect(await relay.outbox.findOverdue(60_000)).toEqual([]);
});
