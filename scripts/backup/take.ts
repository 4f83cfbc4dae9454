import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { Advice } from '../lib/terminal.js';
import { copyKeys, keyFolderBeside, KEYS } from './keys.js';
import { writeDocuments, writeManifest, type Manifest, type StoredCollection } from './manifest.js';

type Client = InstanceType<typeof mongoose.mongo.MongoClient>;
type Progress = (done: number, total: number, what: string) => void;
type Options = {
  uri: string; folder: string; progress?: Progress;
  /** Where the newest copy of the data keys is kept; beside the backup unless told otherwise. */
  keys?: string;
  /** For the drill's control: every collection as it is when its turn comes, which is no moment at all. */
  naive?: boolean;
  /** Between two collections of a naive one, to make sure that the shop does something meanwhile. */
  pauseMs?: number;
};

/** The history of that moment is gone: it was longer ago than minSnapshotHistoryWindowInSeconds. */
const TOO_OLD = new Set([239, 246]);
const ATTEMPTS = 3;
const BATCH = 1000;

/** All collections but the data keys as they were at one moment, while the shop goes on selling. */
export async function takeBackup(options: Options): Promise<Manifest> {
  await requireEmpty(options.folder);
  const client = new mongoose.mongo.MongoClient(options.uri, { serverSelectionTimeoutMS: 10_000, readPreference: 'primary' });
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const manifest = await readOnce(client, options);
        // After everything else: no document is in the backup whose key is not in the copy.
        await copyKeys(client.db(), options.keys ?? keyFolderBeside(options.folder));
        return manifest;
      } catch (error) {
        if (!TOO_OLD.has((error as { code?: number }).code ?? 0)) throw error;
        await emptyFolder(options.folder);
        if (attempt >= ATTEMPTS) throw new Advice('The database forgets its past before the backup is through. Keep more of it, on every node:\n  --setParameter minSnapshotHistoryWindowInSeconds=1800');
      }
    }
  } finally {
    await client.close();
  }
}

async function readOnce(client: Client, { folder, progress = () => undefined, naive = false, pauseMs = 0 }: Options): Promise<Manifest> {
  const begun = Date.now();
  const db = client.db();
  const listed = (await db.listCollections({ type: 'collection' }).toArray()).map(({ name }) => name).filter((name) => !name.startsWith('system.') && name !== KEYS).sort();
  const counts = await Promise.all(listed.map((name) => db.collection(name).estimatedDocumentCount()));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const session = naive ? undefined : client.startSession({ snapshot: true });
  const collections: StoredCollection[] = [];
  let done = 0;
  try {
    for (const name of listed) {
      const before = done;
      const cursor = db.collection(name).find({}, { ...(session && { session }), raw: true, batchSize: BATCH, sort: { $natural: 1 } });
      const file = `${name.replaceAll('/', '_')}.bson.gz`;
      const stored = await writeDocuments(join(folder, file), cursor as unknown as AsyncIterable<Buffer>, (count) => {
        done = before + count;
        if (count % BATCH === 0) progress(done, total, name);
      });
      progress(done, total, name);
      collections.push({ name, file, ...stored, indexes: await indexesOf(db, name) });
      if (pauseMs > 0) await new Promise((resolve) => { setTimeout(resolve, pauseMs); });
    }
    const of = momentOf(session) ?? new Date();
    const manifest: Manifest = { format: 1, database: db.databaseName, of: of.toISOString(), takenMs: Date.now() - begun, collections };
    await writeManifest(folder, manifest);
    return manifest;
  } finally {
    await session?.endSession();
  }
}

/** Where the driver keeps the atClusterTime of its first read. */
const momentOf = (session: unknown): Date | undefined => {
  const moment = (session as { snapshotTime?: mongoose.mongo.Timestamp } | undefined)?.snapshotTime;
  return moment && new Date(moment.getHighBits() * 1000);
};

async function indexesOf(db: ReturnType<Client['db']>, name: string): Promise<Array<Record<string, unknown>>> {
  const found = await db.collection(name).indexes();
  return found.filter(({ name: index }) => index !== '_id_').map(({ v: _version, ...index }) => index as Record<string, unknown>);
}

async function requireEmpty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new Advice(`${folder} is not empty; name a new folder for each backup`);
}

const emptyFolder = async (folder: string): Promise<void> => {
  for (const file of await readdir(folder)) await rm(join(folder, file));
};
