import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import { later, type Clock } from '../clock.js';
import { duplicateKeyOf } from '../db/retry.js';
import { insideTransaction, type InTransaction } from '../db/transaction.js';
import { currentRequestId } from '../http/request-context.js';
import { inboxModel, outboxModel, type Delivery, type OutboxRow } from './outbox.model.js';

/** `type` is past tense (`order.placed`); `data` carries ids and the numbers that were true then. */
export type DomainEvent = { type: string; aggregateId: string; data: Record<string, unknown> };
export type StoredEvent = DomainEvent & { id: string; version: number; occurredAt: Date; requestId?: string };
export type Subscriber = {
  /** Stable: deliveries and the inbox are kept under it. */
  name: string;
  on: readonly string[];
  handle(event: StoredEvent): Promise<void>;
};

const LEASE_MS = 30_000;
const MAX_ATTEMPTS = 10;
const BATCH = 50;

export type Outbox = ReturnType<typeof createOutbox>;

export function createOutbox(deps: { connection: Connection; now: Clock; inTransaction: InTransaction; report: (error: unknown, context?: Readonly<Record<string, unknown>>) => void }) {
  const rows = outboxModel(deps.connection);
  const inbox = inboxModel(deps.connection);
  const subscribers: Subscriber[] = [];
  const newId = createIds(deps.now);

  /** Stores the events with the change that caused them, so that neither can exist without the other. */
  async function record(...events: DomainEvent[]): Promise<void> {
    if (!insideTransaction()) throw new Error(`${events[0]?.type} was recorded outside a transaction`);
    const now = deps.now();
    const requestId = currentRequestId();
    await rows.insertMany(events.map((event): OutboxRow => {
      const deliveries: Delivery[] = subscribers.filter(({ on }) => on.includes(event.type)).map(({ name }) => ({ subscriber: name, state: 'pending', attempts: 0, dueAt: now }));
      return {
        _id: newId(), ...event, version: 1, occurredAt: now, ...(requestId !== undefined && { requestId }),
        state: deliveries.length > 0 ? 'pending' : 'delivered', dueAt: now, deliveries,
      };
    }));
  }

  /** Delivers what is due, at least once and in order per aggregate and subscriber; answers how many events were taken. */
  async function deliverDue(): Promise<number> {
    const leased = await lease();
    await Promise.all(byAggregate(leased).map(async (line) => {
      for (const row of line) await deliver(row);
    }));
    return leased.length;
  }

  async function lease(): Promise<OutboxRow[]> {
    const now = deps.now();
    const due = await rows.find({ state: 'pending', dueAt: { $lte: now } }, { _id: 1 }).sort({ dueAt: 1, _id: 1 }).limit(BATCH).lean();
    if (due.length === 0) return [];
    const leaseId = newId();
    const ids = due.map(({ _id }) => _id);
    await rows.updateMany({ _id: { $in: ids }, state: 'pending', dueAt: { $lte: now } }, { $set: { leaseId, dueAt: later(now, LEASE_MS) } });
    return rows.find({ leaseId, _id: { $in: ids } }).sort({ _id: 1 }).lean();
  }

  async function deliver(row: OutboxRow): Promise<void> {
    const waiting = row.deliveries.filter(({ state }) => state === 'pending');
    const blocked = new Set(await heldBackBy(row));
    const outcome = new Map<string, Delivery>();
    for (const delivery of waiting) {
      if (blocked.has(delivery.subscriber) || delivery.dueAt > deps.now()) outcome.set(delivery.subscriber, delivery);
      else outcome.set(delivery.subscriber, await tryOne(row, delivery));
    }
    const deliveries = row.deliveries.map((delivery) => outcome.get(delivery.subscriber) ?? delivery);
    const open = deliveries.filter(({ state }) => state === 'pending');
    const state = open.length > 0 ? 'pending' : deliveries.some((d) => d.state === 'dead') ? 'dead' : 'delivered';
    const soonest = Math.min(...open.map(({ dueAt }) => dueAt.getTime()), Infinity);
    const dueAt = new Date(Math.max(Number.isFinite(soonest) ? soonest : 0, deps.now().getTime() + (open.length > 0 ? 100 : 0)));
    // A worker slower than its lease finds another's id there and leaves the row alone; the inbox keeps effects single.
    await rows.updateOne({ _id: row._id, leaseId: row.leaseId ?? '' }, { $set: { deliveries, state, dueAt }, $unset: { leaseId: 1 } });
  }

  /** Subscribers that still owe an earlier event of the same aggregate. */
  async function heldBackBy(row: OutboxRow): Promise<string[]> {
    const earlier = await rows.find({ aggregateId: row.aggregateId, state: 'pending', _id: { $lt: row._id } }, { deliveries: 1 }).lean();
    return earlier.flatMap(({ deliveries }) => deliveries.filter(({ state }) => state === 'pending').map(({ subscriber }) => subscriber));
  }

  async function tryOne(row: OutboxRow, delivery: Delivery): Promise<Delivery> {
    const attempts = delivery.attempts + 1;
    try {
      const subscriber = subscribers.find(({ name }) => name === delivery.subscriber);
      await subscriber?.handle(eventOf(row));
      return { ...delivery, attempts, state: 'delivered' };
    } catch (error) {
      deps.report(error, { event: row._id, type: row.type, subscriber: delivery.subscriber, attempts });
      const dead = attempts >= MAX_ATTEMPTS;
      const wait = 500 * 2 ** attempts * (0.75 + Math.random() / 2);
      return { ...delivery, attempts, state: dead ? 'dead' : 'pending', dueAt: later(deps.now(), wait), lastError: String(error).slice(0, 500) };
    }
  }

  return {
    record,
    deliverDue,
    subscribe(...added: Subscriber[]): void { subscribers.push(...added); },

    /** Runs the effect of an event once per subscriber: its inbox row commits with the effect, or neither does. */
    async once(event: StoredEvent, subscriber: string, effect: () => Promise<void>): Promise<void> {
      try {
        await deps.inTransaction(async () => {
          await inbox.create([{ _id: `${subscriber}:${event.id}`, at: deps.now() }]);
          await effect();
        });
      } catch (error) {
        if (duplicateKeyOf(error) !== '_id') throw error;
      }
    },

    /** For operations: how many wait, since when, and what is dead. */
    async overview() {
      const [pending, dead, oldest] = await Promise.all([
        rows.countDocuments({ state: 'pending' }), rows.countDocuments({ state: 'dead' }),
        rows.findOne({ state: 'pending' }, { occurredAt: 1 }).sort({ _id: 1 }).lean(),
      ]);
      const deadRows = await rows.find({ state: 'dead' }).sort({ _id: -1 }).limit(50).lean();
      return { pending, dead, oldestPendingAt: oldest?.occurredAt ?? null, deadEvents: deadRows.map((row) => ({ ...eventOf(row), deliveries: row.deliveries })) };
    },

    /** Gives dead deliveries another round; answers how many events. */
    async retryDead(ids?: readonly string[]): Promise<number> {
      const chosen = ids ? { _id: { $in: ids } } : {};
      const { modifiedCount } = await rows.updateMany({ state: 'dead', ...chosen },
        { $set: { state: 'pending', dueAt: deps.now(), 'deliveries.$[d].state': 'pending', 'deliveries.$[d].attempts': 0, 'deliveries.$[d].dueAt': deps.now() } },
        { arrayFilters: [{ 'd.state': 'dead' }] });
      return modifiedCount;
    },

    async findEvents(filter: { aggregateId?: string; types?: readonly string[] }): Promise<StoredEvent[]> {
      const found = await rows.find({ ...(filter.aggregateId && { aggregateId: filter.aggregateId }), ...(filter.types && { type: { $in: filter.types } }) }).sort({ _id: 1 }).lean();
      return found.map(eventOf);
    },

    /** For the auditor: ids among these aggregates that lack an event of the type, or have more than one. */
    async countByAggregate(type: string, aggregateIds: readonly string[]): Promise<Map<string, number>> {
      const counted = await rows.aggregate<{ _id: string; n: number }>([
        { $match: { aggregateId: { $in: aggregateIds }, type } }, { $group: { _id: '$aggregateId', n: { $sum: 1 } } },
      ]);
      return new Map(counted.map(({ _id, n }) => [_id, n]));
    },
  };
}

const eventOf = ({ _id, type, aggregateId, data, version, occurredAt, requestId }: OutboxRow): StoredEvent =>
  ({ id: _id, type, aggregateId, data, version, occurredAt, ...(requestId !== undefined && { requestId }) });

function byAggregate(rows: readonly OutboxRow[]): OutboxRow[][] {
  const lines = new Map<string, OutboxRow[]>();
  for (const row of rows) lines.set(row.aggregateId, [...lines.get(row.aggregateId) ?? [], row]);
  return [...lines.values()];
}

/** Ids that sort by time, and by order of making within a process: `evt_` + milliseconds + counter + 40 random bits. */
function createIds(now: Clock): () => string {
  let last = 0;
  let count = 0;
  return () => {
    const at = Math.max(last, now().getTime());
    count = at === last ? count + 1 : 0;
    last = at;
    return `evt_${at.toString(36).padStart(9, '0')}${count.toString(36).padStart(4, '0')}${randomBytes(5).toString('hex')}`;
  };
}
