import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { Advice } from '../lib/terminal.js';
import { EXACT, keyFolderBeside, KEYS, keysOf, mergedKeys, readKeyCopy, saveKeyCopy, type KeyRow } from './keys.js';
import { findDamage, readDocuments, readManifest, type Manifest } from './manifest.js';

const { BSON, MongoClient } = mongoose.mongo;
type Client = InstanceType<typeof MongoClient>;
type Db = ReturnType<Client['db']>;
/** `keyId` of `data_keys`: whose data nobody shall be able to read again. */
export type Erasure = { _id: unknown; keyId?: unknown };
type Options = {
  from: string; into: string;
  /** Empties the target first; without it a target that holds anything is refused. */
  replace?: boolean;
  /** Where the newest copy of the data keys is; beside the backup unless told otherwise. */
  keys?: string;
  /** NDJSON of erasures, for when the database that knew them is lost. */
  erasures?: string;
  progress?: (done: number, total: number, what: string) => void;
};

const AT_ONCE = 4;
const BATCH_BYTES = 8_000_000;

/**
 * Checks every checksum before anything is touched, loads, counts, builds the indexes. Who was erased after the backup was
 * taken stays erased: the list is taken from the target before it is replaced and from the file, and applied at the end.
 */
export async function restoreBackup({ from, into, replace = false, keys: keyFolder = keyFolderBeside(from), erasures: file, progress = () => undefined }: Options): Promise<{ manifest: Manifest; erased: number; tookMs: number }> {
  const begun = Date.now();
  const manifest = await readManifest(from);
  const total = manifest.collections.reduce((sum, { documents }) => sum + documents, 0);
  const damage = await findDamage(from, manifest, (name) => { progress(0, total, `checking ${name}`); });
  if (damage.length > 0) throw new Advice(`This backup is damaged, so nothing was restored:\n${damage.map((line) => `  ${line}`).join('\n')}`);
  const client = new MongoClient(into, { serverSelectionTimeoutMS: 10_000, writeConcern: { w: 1 } });
  try {
    const db = client.db();
    const known = [...await db.collection<Erasure>('erasures').find().toArray(), ...await readErasures(file)] as Erasure[];
    const keys = await gatherKeys(db, keyFolder);
    await makeRoom(db, replace);
    let done = 0;
    const waiting = manifest.collections.filter(({ name }) => name !== KEYS);
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let stored = waiting.shift(); stored; stored = waiting.shift()) {
        const { name } = stored;
        await load(db, from, stored, (count) => { progress(done += count, total, name); });
      }
    }));
    const erased = await putKeys(db, keys, known);
    // What a majority has of this, it has of everything before it.
    await db.collection('restores').insertOne({ of: new Date(manifest.of), at: new Date(), erased }, { writeConcern: { w: 'majority', j: true } });
    return { manifest, erased, tookMs: Date.now() - begun };
  } finally {
    await client.close();
  }
}

async function makeRoom(db: Db, replace: boolean): Promise<void> {
  const present = (await db.listCollections({ type: 'collection' }).toArray()).map(({ name }) => name).filter((name) => !name.startsWith('system.'));
  for (const name of present) {
    if (replace) await db.collection(name).drop();
    else if (await db.collection(name).findOne({}, { projection: { _id: 1 } })) {
      throw new Advice(`The database ${db.databaseName} holds data already (${name}). Name an empty one with --into, or --replace what is there.`);
    }
  }
}

async function load(db: Db, folder: string, { name, file, documents, indexes }: Manifest['collections'][number], tell: (count: number) => void): Promise<void> {
  const target = db.collection(name);
  await db.createCollection(name).catch((error: { codeName?: string }) => { if (error.codeName !== 'NamespaceExists') throw error; });
  let [batch, bytes] = [[] as mongoose.mongo.Document[], 0];
  const flush = async () => {
    if (batch.length > 0) await target.insertMany(batch, { ordered: false });
    tell(batch.length);
    [batch, bytes] = [[], 0];
  };
  for await (const document of readDocuments(join(folder, file))) {
    batch.push(BSON.deserialize(document, EXACT));
    bytes += document.length;
    if (bytes >= BATCH_BYTES || batch.length >= 5000) await flush();
  }
  await flush();
  if (indexes.length > 0) await target.createIndexes(indexes as unknown as mongoose.mongo.IndexDescription[]);
  const found = await target.countDocuments();
  if (found !== documents) throw new Error(`${name} holds ${found} documents, ${documents} were stored`);
}

/** The keys as they are today, but for those of who was erased: what the backup still holds of them cannot be read. The list is kept for the next time. */
async function putKeys(db: Db, keys: Map<string, KeyRow>, known: readonly Erasure[]): Promise<number> {
  const all = new Map([...await db.collection<Erasure>('erasures').find().toArray(), ...known].map((erasure) => [String(erasure._id), erasure as Erasure]));
  let erased = 0;
  for (const { _id, keyId } of all.values()) {
    const id = String(keyId ?? _id);
    const row = keys.get(id);
    if (row?.shreddedAt !== undefined) continue;
    // A row stays, so that nobody makes another key under its name.
    keys.set(id, { _id: id, current: row?.current ?? 1, versions: [], createdAt: row?.createdAt ?? new Date(), shreddedAt: new Date() });
    erased += 1;
  }
  await db.collection(KEYS).deleteMany({});
  if (keys.size > 0) await db.collection(KEYS).insertMany([...keys.values()] as never, { writeConcern: { w: 'majority', j: true } });
  await eraseAgain(db, [...keys.values()].filter(({ shreddedAt }) => shreddedAt !== undefined).map(({ _id }) => String(_id)));
  for (const erasure of all.values()) await db.collection('erasures').replaceOne({ _id: erasure._id as never }, erasure as mongoose.mongo.Document, { upsert: true });
  return erased;
}

/** What the backup holds of them can be opened by nobody; nor does anybody sign in as them, and the worker takes away what every module has. */
async function eraseAgain(db: Db, ids: readonly string[]): Promise<void> {
  const userIds = ids.flatMap((id) => /^u\.([0-9a-f]{24})$/.exec(id)?.[1] ?? []);
  const guests = ids.filter((id) => id.startsWith('g.')).map((id) => id.slice(2));
  const marks = [...guests, ...ids.filter((id) => id.startsWith('m.')).map((id) => id.slice(2))];
  const now = new Date();
  await db.collection('outbox').updateMany({ emailKey: { $in: marks } }, { $set: { 'data.email': 'erased@erased.invalid' }, $unset: { emailKey: 1 } });
  await db.collection('sessions').deleteMany({ userId: { $in: userIds } });
  await db.collection('idempotency_keys').deleteMany({ userId: { $in: userIds } });
  await db.collection('users').deleteMany({ _id: { $in: userIds.map((id) => new mongoose.mongo.ObjectId(id)) } });
  const again = [...userIds.map((userId) => ({ type: 'privacy.erase', input: { userId, again: true } })), ...guests.map((emailKey) => ({ type: 'privacy.erase_guest', input: { emailKey, again: true } }))];
  if (again.length > 0) {
    await db.collection('jobs').insertMany(again.map((job) => ({
      ...job, state: 'queued', progress: { done: 0, total: null, message: null }, checkpoint: null, result: null, error: null, attempts: 0,
      createdBy: { type: 'system', id: null }, createdAt: now, updatedAt: now, dueAt: now, lockToken: 0,
    })));
  }
}

/** Today's keys: those of the target and those of the copy. What the target knows is saved before anything is dropped. */
async function gatherKeys(db: Db, folder: string): Promise<Map<string, KeyRow>> {
  const [copied, present] = [await readKeyCopy(folder), await keysOf(db)];
  if (copied === null && present.length === 0) {
    throw new Advice(`There are no data keys in ${folder} and none in the target: personal data would stay unreadable for ever. Name their newest copy with --keys DIR. Nothing was restored.`);
  }
  const keys = mergedKeys(copied ?? [], present);
  if (present.length > 0) await saveKeyCopy(folder, [...keys.values()]);
  return keys;
}

/** One erasure a line, as the collection `erasures` has them in extended JSON. */
async function readErasures(file: string | undefined): Promise<Erasure[]> {
  if (file === undefined) return [];
  const text = await readFile(file, 'utf8').catch(() => { throw new Advice(`${file} cannot be read`); });
  return text.split('\n').filter((line) => line.trim() !== '').map((line, at) => {
    try {
      return BSON.EJSON.parse(line) as Erasure;
    } catch {
      throw new Advice(`${file}, line ${at + 1} is no JSON. Nothing was restored.`);
    }
  });
}
