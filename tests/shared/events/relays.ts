import { openConnection, prepareCollections } from '../../../src/shared/db/connection.js';
import { createInTransaction } from '../../../src/shared/db/transaction.js';
import { createOutbox, type StoredEvent } from '../../../src/shared/events/outbox.js';
import { testEnvironment } from '../../support/world.js';

export type Relay = Awaited<ReturnType<typeof openRelay>>;

export async function openRelay(uri: string, timing: { handleMs?: number } = {}) {
  const connection = openConnection(uri, { maxPoolSize: 20, monitorCommands: true });
  await connection.asPromise();
  const clock = { offsetMs: 0 };
  const defects: Array<{ error: unknown; context: Record<string, unknown> | undefined }> = [];
  const report = (error: unknown, context?: Readonly<Record<string, unknown>>) => { defects.push({ error, context }); };
  const now = () => new Date(Date.now() + clock.offsetMs);
  const inTransaction = createInTransaction({ connection, report });
  const outbox = createOutbox({ connection, now, inTransaction, report, ...timing });
  return {
    connection, clock, defects, inTransaction, outbox,
    record: (aggregateId: string, n: number, type = 'thing.changed') => inTransaction(() => outbox.record({ type, aggregateId, data: { n } })),
    drain: async () => { let taken = 0; for (let n = 1; n > 0; taken += n) n = await outbox.deliverDue(); return taken; },
  };
}

/** Relays of one shop, each as a process of its own would have it. */
export async function openRelays(count: number, timing: { handleMs?: number } = {}) {
  const uri = testEnvironment()['MONGODB_URI']!;
  const relays = await Promise.all(Array.from({ length: count }, () => openRelay(uri, timing)));
  await prepareCollections(relays[0]!.connection);
  return {
    uri, relays,
    close: async () => {
      await relays[0]!.connection.dropDatabase();
      await Promise.all(relays.map(({ connection }) => connection.close()));
    },
  };
}

export const numberOf = ({ data }: StoredEvent): number => data['n'] as number;
