import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { Advice } from '../lib/terminal.js';
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
  /** NDJSON of erasures, for when the database that knew them is lost. */
  erasures?: string;
  progress?: (done: number, total: number, what: string) => void;
};

const AT_ONCE = 4;
const BATCH_BYTES = 8_000_000;
/** Types as they were stored: a long that fits into a double is a long again. */
const EXACT = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

/**
 * Checks every checksum before anything is touched, loads, counts, builds the indexes. Who was erased after the backup was
 * taken stays erased: the list is taken from the target before it is replaced and from the file, and applied at the end.
 */
export async function restoreBackup({ from, into, replace = false, erasures: file, progress = () => undefined }: Options): Promise<{ manifest: Manifest; erased: number; tookMs: number }> {
  const begun = Date.now();
  const manifest = await readManifest(from);
  const total = manifest.collections.reduce((sum, { documents }) => sum + documents, 0);
  const damage = await findDamage(from, manifest, (name) => { progress(0, total, `checking ${name}`); });
  if (damage.length > 0) throw new Advice(`This backup is damaged, so nothing was restored:\n${damage.map((line) => `  ${line}`).join('\n')}`);
  const client = new MongoClient(into, { serverSelectionTimeoutMS: 10_000, writeConcern: { w: 1 } });
  try {
    const db = client.db();
    const known = [...await db.collection<Erasure>('erasures').find().toArray(), ...await readErasures(file)] as Erasure[];
    await makeRoom(db, replace);
    let done = 0;
    const waiting = [...manifest.collections];
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let stored = waiting.shift(); stored; stored = waiting.shift()) {
        const { name } = stored;
        await load(db, from, stored, (count) => { progress(done += count, total, name); });
      }
    }));
    const erased = await eraseAgain(db, known);
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

/** Their keys go again, so that what the backup still holds of them cannot be read; the list itself is kept for the next time. */
async function eraseAgain(db: Db, known: readonly Erasure[]): Promise<number> {
  const all = new Map([...await db.collection<Erasure>('erasures').find().toArray(), ...known].map((erasure) => [String(erasure._id), erasure as Erasure]));
  if (all.size === 0) return 0;
  const keys = [...all.values()].map(({ _id, keyId }) => keyId ?? _id);
  const { deletedCount } = await db.collection('data_keys').deleteMany({ _id: { $in: keys as never[] } }, { writeConcern: { w: 'majority', j: true } });
  for (const erasure of all.values()) await db.collection('erasures').replaceOne({ _id: erasure._id as never }, erasure as mongoose.mongo.Document, { upsert: true });
  return deletedCount;
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
