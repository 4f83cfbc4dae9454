import type { Connection } from 'mongoose';
import { MongoDBStorage, Umzug } from 'umzug';
import { prepareCollections } from './connection.js';
import { withMigrationLock } from './migration-lock.js';
import { migrations as released } from './migrations/index.js';
import { finishSealing, prepareSealing } from './seal-stored.js';

/** `name` begins with its number: `0001-prices-in-minor-units`. It must be safe to run again after it was cut off. */
export type Migration = Readonly<{ name: string; up(context: MigrationContext): Promise<void>; down?(context: MigrationContext): Promise<void> }>;
export type MigrationContext = Readonly<{ connection: Connection; log: (line: string) => void }>;

type MigrateOptions = {
  connection: Connection;
  log: (line: string) => void;
  migrations?: readonly Migration[];
  /** No process of an older version runs any more: what waits for that is done too. */
  finish?: boolean;
  lockTtlMs?: number;
  patienceMs?: number;
};

/**
 * Brings a database to what this version of the code needs: collections and indexes of every model registered on the
 * connection (make the container first), then the numbered changes. Processes of the version before run beside it. Several processes may call it at once: one works,
 * the others wait and find it done.
 */
export async function migrate({ connection, log, migrations = released, finish = false, lockTtlMs = 30_000, patienceMs = 600_000 }: MigrateOptions): Promise<{ models: number; applied: string[] }> {
  requireOrder(migrations);
  await connection.asPromise();
  const lock = { ttlMs: lockTtlMs, patienceMs, onWait: () => { log('another process migrates this database; waiting for it'); } };
  return withMigrationLock(connection, lock, async () => {
    await prepareCollections(connection);
    const models = Object.keys(connection.models).length;
    log(`${models} collections have their indexes`);
    await prepareSealing(connection, log);
    const umzug = new Umzug({
      migrations: migrations.map(({ name, up }) => ({ name, up: () => up({ connection, log }) })),
      storage: new MongoDBStorage({ collection: connection.collection('migrations') }),
      logger: undefined,
    });
    umzug.on('migrated', ({ name }) => { log(`applied ${name}`); });
    const applied = await umzug.up();
    log(applied.length === 0 ? 'no change of data was due' : `${applied.length} changes of data applied`);
    if (finish && await finishSealing(connection, log)) log('what older versions needed plain is sealed');
    return { models, applied: applied.map(({ name }) => name) };
  });
}

/** Takes back what was applied from this change on, newest first; nothing happens when one of them does not say how. */
export async function migrateDown({ connection, log, migrations = released, lockTtlMs = 30_000, patienceMs = 600_000 }: MigrateOptions, from: string): Promise<string[]> {
  requireOrder(migrations);
  if (!migrations.some(({ name }) => name === from)) throw new Error(`There is no change ${from}`);
  await connection.asPromise();
  const lock = { ttlMs: lockTtlMs, patienceMs, onWait: () => { log('another process migrates this database; waiting for it'); } };
  return withMigrationLock(connection, lock, async () => {
    const storage = new MongoDBStorage({ collection: connection.collection('migrations') });
    const executed = new Set(await storage.executed());
    const due = migrations.filter(({ name }) => name >= from && executed.has(name)).reverse();
    const stuck = due.find(({ down }) => !down);
    if (stuck) throw new Error(`${stuck.name} does not say how it is taken back; nothing was done`);
    for (const { name, down } of due) {
      await down!({ connection, log });
      await storage.unlogMigration({ name });
      log(`took back ${name}`);
    }
    return due.map(({ name }) => name);
  });
}

function requireOrder(migrations: readonly Migration[]): void {
  migrations.forEach(({ name }, at) => {
    if (!/^\d{4}-[a-z0-9-]+$/.test(name) || (at > 0 && name.slice(0, 4) <= migrations[at - 1]!.name.slice(0, 4))) {
      throw new Error(`Migration ${name} must be named like 0001-what-it-does and stand in order`);
    }
  });
}
