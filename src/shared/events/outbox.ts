import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import { atMost } from '../at-most.js';
import { createBatcher } from '../batcher.js';
import { later, type Clock } from '../clock.js';
import { duplicateKeyOf } from '../db/retry.js';
import { insideTransaction, writeLast, type InTransaction } from '../db/transaction.js';
import { currentRequestId } from '../http/request-context.js';
import { inboxModel, outboxModel, type Delivery, type DeliveryState, type OutboxRow } from './outbox.model.js';

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
/** A subscriber that takes longer has failed this time; what it still does meets the inbox. */
const HANDLE_MS = 10_000;
/** How soon to look again at what waits for an event that is being delivered right now. */
const LOOK_AGAIN_MS = 100;
const MAX_ATTEMPTS = 10;
const BATCH = 50;

/**
 * A mark that is lost in a fail-over means one more delivery, which every subscriber stands; waiting for the journal would cost each event a flush.
 * So the relay reads what is written, not what a majority has: else it would not find its own lease. An effect that is durable makes all
 * that was written before it durable, also the event that caused it.
 */
const BOOKKEEPING = { writeConcern: { w: 1, journal: false } } as const;

export type Outbox = ReturnType<typeof createOutbox>;

type OutboxDeps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; handleMs?: number;
  report: (error: unknown, context?: Readonly<Record<string, unknown>>) => void;
};

export function createOutbox({ handleMs = HANDLE_MS, ...deps }: OutboxDeps) {
  const rows = outboxModel(deps.connection);
  const inbox = inboxModel(deps.connection);
  const subscribers: Subscriber[] = [];
  const newId = createIds(deps.now);
  const save = createBatcher<Mark>(saveMarks);

  /** Stores the events with the change that caused them, so that neither can exist without the other. */
  async function record(...events: DomainEvent[]): Promise<void> {
    if (!insideTransaction()) throw new Error(`${events[0]?.type} was recorded outside a transaction`);
    const now = deps.now();
    const requestId = currentRequestId();
    const recorded = events.map((event): OutboxRow => {
      const deliveries: Delivery[] = subscribers.filter(({ on }) => on.includes(event.type)).map(({ name }) => ({ subscriber: name, state: 'pending', attempts: 0, dueAt: now }));
      return {
        _id: newId(), ...event, version: 1, occurredAt: now, ...(requestId !== undefined && { requestId }),
        state: deliveries.length > 0 ? 'pending' : 'delivered', dueAt: now, deliveries,
      };
    });
    writeLast('outbox', recorded, (all) => rows.insertMany(all, { lean: true }));
  }

  /** Delivers what is due, at least once and in order per aggregate and subscriber; answers how many events were taken. */
  async function deliverDue(): Promise<number> {
    const { leased, leaseId, leaseEnds } = await lease();
    const before = await findEarlier(leased);
    await Promise.all(byAggregate(leased).map(async (line) => {
      const waiting = before.get(line[0]!.aggregateId) ?? [];
      for (const [at, row] of line.entries()) {
        // Past the lease another relay may be delivering what comes next: a late one would break the order.
        if (deps.now() > later(leaseEnds, -handleMs)) return giveBack(line.slice(at), leaseId);
        const after = await deliver(row, waiting.filter(({ _id }) => _id < row._id));
        waiting.push({ _id: row._id, ...after });
      }
    }));
    return leased.length;
  }

  async function lease(): Promise<{ leased: OutboxRow[]; leaseId: string; leaseEnds: Date }> {
    const now = deps.now();
    const leaseId = newId();
    const leaseEnds = later(now, LEASE_MS);
    const due = await rows.find({ state: 'pending', dueAt: { $lte: now } }, { _id: 1 }).sort({ dueAt: 1, _id: 1 }).limit(BATCH).readConcern('local').lean();
    if (due.length === 0) return { leased: [], leaseId, leaseEnds };
    const ids = due.map(({ _id }) => _id);
    await rows.updateMany({ _id: { $in: ids }, state: 'pending', dueAt: { $lte: now } }, { $set: { leaseId, dueAt: leaseEnds } }, BOOKKEEPING);
    return { leased: await rows.find({ leaseId, _id: { $in: ids } }).sort({ _id: 1 }).readConcern('local').lean(), leaseId, leaseEnds };
  }

  async function giveBack(rest: readonly OutboxRow[], leaseId: string): Promise<void> {
    await rows.updateMany({ _id: { $in: rest.map(({ _id }) => _id) }, leaseId }, { $set: { dueAt: deps.now() }, $unset: { leaseId: 1 } }, BOOKKEEPING);
  }

  async function deliver(row: OutboxRow, earlier: readonly Earlier[]): Promise<Pick<OutboxRow, 'deliveries'>> {
    const blocked = heldBackBy(earlier);
    const now = deps.now();
    const waits: Date[] = [];
    const deliveries: Delivery[] = [];
    for (const delivery of row.deliveries) {
      const until = blocked.get(delivery.subscriber) ?? delivery.dueAt;
      const mayTry = delivery.state === 'pending' && until <= now;
      const after = mayTry ? await tryOne(row, delivery) : delivery;
      if (after.state === 'pending') waits.push(mayTry ? after.dueAt : until);
      deliveries.push(after);
    }
    const state = waits.length > 0 ? 'pending' : deliveries.some((d) => d.state === 'dead') ? 'dead' : 'delivered';
    const dueAt = new Date(Math.max(deps.now().getTime(), waits.length > 0 ? Math.min(...waits.map(Number)) : 0));
    await save({ _id: row._id, leaseId: row.leaseId ?? '', set: { deliveries, state, dueAt } });
    return { deliveries };
  }

  /** A worker slower than its lease finds another's id there and leaves the row alone; the inbox keeps effects single. */
  async function saveMarks(marks: readonly Mark[]): Promise<void> {
    await rows.bulkWrite(marks.map(({ _id, leaseId, set }) => ({ updateOne: { filter: { _id, leaseId }, update: { $set: set, $unset: { leaseId: 1 } } } })), { ordered: false, ...BOOKKEEPING });
  }

  /** What is still owed of earlier events of the same aggregates, but for those of this lease: these are delivered in their order. */
  async function findEarlier(leased: readonly OutboxRow[]): Promise<Map<string, Earlier[]>> {
    if (leased.length === 0) return new Map();
    const own = new Set(leased.map(({ _id }) => _id));
    const found = await rows.find({ aggregateId: { $in: [...new Set(leased.map(({ aggregateId }) => aggregateId))] }, state: 'pending', _id: { $lt: leased.at(-1)!._id } },
      { aggregateId: 1, deliveries: 1, leaseId: 1 }).readConcern('local').lean();
    const others = found.filter(({ _id }) => !own.has(_id));
    return new Map(byAggregate(others).map((line) => [line[0]!.aggregateId, [...line]]));
  }

  /** Subscribers that still owe an earlier event of the same aggregate, and when it is worth looking again. */
  function heldBackBy(earlier: readonly Earlier[]): Map<string, Date> {
    const soon = later(deps.now(), LOOK_AGAIN_MS);
    const blocked = new Map<string, Date>();
    for (const { deliveries, leaseId } of earlier) {
      for (const { subscriber, dueAt } of deliveries.filter(({ state }) => state === 'pending')) {
        const until = leaseId === undefined && dueAt > soon ? dueAt : soon;
        if (until > (blocked.get(subscriber) ?? 0)) blocked.set(subscriber, until);
      }
    }
    return blocked;
  }

  async function tryOne(row: OutboxRow, delivery: Delivery): Promise<Delivery> {
    const attempts = delivery.attempts + 1;
    try {
      const subscriber = subscribers.find(({ name }) => name === delivery.subscriber);
      // A newer version of us may know it: both run side by side during a release.
      if (!subscriber) throw new Error(`this process knows no subscriber ${delivery.subscriber}`);
      await atMost(handleMs, subscriber.handle(eventOf(row)), () => new Error(`${subscriber.name} took longer than ${handleMs} ms`));
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
          await inbox.insertMany([{ _id: `${subscriber}:${event.id}`, at: deps.now() }], { lean: true });
          await effect();
        });
      } catch (error) {
        if (duplicateKeyOf(error) !== '_id') throw error;
      }
    },

    /** For operations: how many wait, since when, and what is dead. */
    async overview() {
      const [pending, dead, oldest] = await Promise.all([
        rows.countDocuments({ state: 'pending' }).readConcern('local'), rows.countDocuments({ state: 'dead' }).readConcern('local'),
        rows.findOne({ state: 'pending' }, { occurredAt: 1 }).sort({ _id: 1 }).readConcern('local').lean(),
      ]);
      const deadRows = await rows.find({ state: 'dead' }).sort({ _id: -1 }).limit(50).readConcern('local').lean();
      return { pending, dead, oldestPendingAt: oldest?.occurredAt ?? null, deadEvents: deadRows.map((row) => ({ ...eventOf(row), deliveries: row.deliveries })) };
    },

    /** For the auditor: what has waited for longer than that, and what is dead. */
    async findOverdue(forMs: number): Promise<Array<{ id: string; type: string; state: DeliveryState; reason: string | null }>> {
      const waiting = { state: 'pending', occurredAt: { $lt: later(deps.now(), -forMs) } } as const;
      const dead = await rows.find({ state: 'dead' }).sort({ _id: -1 }).limit(1000).readConcern('local').lean();
      const found = [...dead, ...await rows.find(waiting).sort({ _id: 1 }).limit(1000).readConcern('local').lean()];
      return found.map(({ _id, type, state, deliveries }) => {
        const failing = deliveries.find((delivery) => delivery.state !== 'delivered' && delivery.lastError !== undefined);
        return { id: _id, type, state, reason: failing ? `${failing.subscriber}: ${failing.lastError}` : null };
      });
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

type Earlier = Pick<OutboxRow, '_id' | 'deliveries' | 'leaseId'>;
type Mark = { _id: string; leaseId: string; set: Pick<OutboxRow, 'deliveries' | 'state' | 'dueAt'> };

function byAggregate<Row extends { aggregateId: string }>(rows: readonly Row[]): Row[][] {
  const lines = new Map<string, Row[]>();
  for (const row of rows) lines.set(row.aggregateId, [...lines.get(row.aggregateId) ?? [], row]);
  return [...lines.values()];
}

const timePart = (ms: number): string => ms.toString(36).padStart(9, '0');
/** No event of this moment or later has a smaller id. */
export const firstEventId = (at: Date): string => `evt_${timePart(at.getTime())}`;

/** Ids that sort by time, and by order of making within a process: `evt_` + milliseconds + counter + 40 random bits. */
function createIds(now: Clock): () => string {
  let last = 0;
  let count = 0;
  return () => {
    const at = Math.max(last, now().getTime());
    count = at === last ? count + 1 : 0;
    last = at;
    return `evt_${timePart(at)}${count.toString(36).padStart(4, '0')}${randomBytes(5).toString('hex')}`;
  };
}
