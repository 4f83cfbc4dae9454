import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import { keyCustomerMarks } from './customer-marks.js';
import { personalCollections, vaultOf } from './personal.js';
import { resealBatch } from './sealed-rows.js';
import { NOTICED_MS, pathStates, PROMOTION_CUSTOMERS, SIGN_IN_ATTEMPTS, type PathState } from './sealing-state.js';

type Log = (line: string) => void;
type Collection = ReturnType<typeof personalCollections>[number];
const BATCH = 200;
/** Newest rows that show whether the version before this one sealed a path already. */
const LOOKED_AT = 500;
/** Without their marks nobody is found by e-mail address, so nobody could sign in. */
const FIRST = ['User', 'Customer'];
const IS_GONE = new Set([26, 27]);
/** Of what was plain. What is sealed is never twice the same: marks are unique instead. */
const OLD_INDEXES = [['users', 'email_1'], ['mailed_codes', 'userId_1_purpose_1_email_1_slot_-1'], ['saved_carts', 'userId_1_name_1'], ['security_events', 'address_1_at_-1__id_-1']] as const;

const sealable = (connection: Connection): Collection[] => {
  const rank = ({ model }: Collection) => (FIRST.includes(model.modelName) ? FIRST.indexOf(model.modelName) : FIRST.length);
  return personalCollections(connection).filter(({ options }) => options.isAppendOnly !== true).sort((a, b) => rank(a) - rank(b));
};
const pathsOf = ({ model, options }: Collection): string[] => [...options.fields, ...options.markLists ?? []].map((field) => `${model.collection.collectionName}|${field}`);

/**
 * What this version seals and the one before could not read waits: processes of both run on one database during a rolling
 * upgrade. On an empty database nothing does. Part of every `migrate`.
 */
export async function prepareSealing(connection: Connection, log: Log): Promise<void> {
  const states = pathStates(connection);
  const known = new Set((await states.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id));
  const collections = sealable(connection);
  if (collections.length === 0) return;
  const unknown = [...collections.flatMap(pathsOf), PROMOTION_CUSTOMERS, SIGN_IN_ATTEMPTS].filter((path) => !known.has(path));
  if (unknown.length === 0) return;
  const isFresh = await isEmpty(connection);
  const at = new Date();
  const rows: PathState[] = [];
  for (const _id of unknown) rows.push({ _id, at, state: isFresh || await isSealedAlready(connection, _id) ? 'on' : 'waiting' });
  await states.bulkWrite(rows.map(({ _id, ...row }) => ({ updateOne: { filter: { _id }, update: { $setOnInsert: row }, upsert: true } })), { ordered: false });
  vaultOf(connection).sealing.forget();
  const waiting = rows.filter(({ state }) => state === 'waiting').length;
  if (waiting > 0) log(`${waiting} kinds of personal data stay readable for the version before this one; when none of its processes runs any more: npm run migrate -- --finish (a worker does it after a day)`);
}

/** Seals what is stored plain, people first, in batches that go on where they were cut off. Of what still waits only marks are made. */
export async function sealStored(connection: Connection, name: string, log: Log): Promise<void> {
  for (const collection of sealable(connection)) {
    const { sealed, left } = await sealAll(connection, name, collection);
    const { collectionName } = collection.model.collection;
    if (sealed > 0) log(`${collectionName}: ${sealed} sealed`);
    if (left > 0) log(`${collectionName}: ${left} could not be sealed and stay as they are`);
  }
  await dropOldIndexes(connection);
}

/** When no process of an older version runs any more. Cut off, it goes on where it was; run by two at once it is done once. Answers whether there was anything to do. */
export async function finishSealing(connection: Connection, log: Log, noticedMs = 2 * NOTICED_MS): Promise<boolean> {
  const states = pathStates(connection);
  const { sealing } = vaultOf(connection);
  if (!await sealing.isUnderWay()) return false;
  if (await states.countDocuments({ state: 'waiting' }) > 0) {
    // Everybody has their mark before anybody is looked for by it alone.
    await connection.collection('backfills').deleteMany({ _id: /^sealing-/ as never });
    await sealStored(connection, 'sealing-marks', () => {});
    await states.updateMany({ state: 'waiting' }, { $set: { state: 'sealing', at: new Date() } });
  }
  sealing.forget();
  await pause(noticedMs);
  await sealStored(connection, 'sealing-rows', log);
  await keyCustomerMarks(connection, log);
  await states.updateMany({ state: 'sealing' }, { $set: { state: 'on' } });
  sealing.forget();
  return true;
}

/** Since when something has waited to be sealed; null when nothing does. */
export async function waitingSince(connection: Connection): Promise<Date | null> {
  return (await pathStates(connection).find({ state: { $ne: 'on' } }).sort({ at: -1 }).limit(1).toArray())[0]?.at ?? null;
}

async function sealAll(connection: Connection, name: string, collection: Collection): Promise<{ sealed: number; left: number }> {
  const marks = connection.collection<{ _id: string; lastId: unknown }>('backfills');
  const mark = { _id: `${name}:${collection.model.collection.collectionName}` };
  let [sealed, left] = [0, 0];
  for (let after: unknown = (await marks.findOne(mark))?.lastId ?? null; ;) {
    const { last, resealed, undecryptable } = await resealBatch(vaultOf(connection), collection, after, BATCH);
    if (last === null) return { sealed, left };
    sealed += resealed;
    left += undecryptable;
    after = last;
    await marks.updateOne(mark, { $set: { lastId: last } }, { upsert: true });
  }
}

/** Nobody was ever served by another version. */
async function isEmpty(connection: Connection): Promise<boolean> {
  for (const name of ['users', 'customers', 'carts', 'orders']) {
    if (await connection.collection(name).findOne({}, { projection: { _id: 1 } })) return false;
  }
  return true;
}

async function isSealedAlready(connection: Connection, path: string): Promise<boolean> {
  if (path === SIGN_IN_ATTEMPTS) return false;
  const [collection, field] = path.split('|') as [string, string];
  const sealed = path === PROMOTION_CUSTOMERS ? /email:[\w-]{43}$/ : field === 'searchKeys' ? /^[\w-]{43}$/ : /^e1\|/;
  const rows = connection.collection(collection);
  const newest = await rows.find({}, { projection: { _id: 1 } }).sort({ _id: -1 }).limit(LOOKED_AT).toArray();
  return await rows.countDocuments({ _id: { $in: newest.map(({ _id }) => _id) }, [field.replace('.*.', '.')]: sealed }, { limit: 1 }) > 0;
}

async function dropOldIndexes(connection: Connection): Promise<void> {
  const waiting = await vaultOf(connection).sealing.waiting();
  for (const [collection, index] of OLD_INDEXES) {
    if ([...waiting].some((path) => path.startsWith(`${collection}|`))) continue;
    await connection.collection(collection).dropIndex(index).catch((error: { code?: number }) => { if (!IS_GONE.has(error.code ?? 0)) throw error; });
  }
}
