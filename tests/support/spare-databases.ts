import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mongo } from 'mongoose';

type Spare = { _id: string; schema: string };

const src = fileURLToPath(new URL('../../src', import.meta.url));
const EMPTYING_MS = 5_000;

/** Everything that decides which collections and indexes a database has. */
const schema = (() => {
  const hash = createHash('sha1');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /\.model\.ts$|shared\/(db|events)\/[^/]+\.ts$/.test(name)).sort();
  for (const name of files) hash.update(name).update(readFileSync(path.join(src, name)));
  return hash.digest('hex');
})();

async function withServer<T>(uri: string, work: (client: mongo.MongoClient, spares: mongo.Collection<Spare>) => Promise<T>): Promise<T> {
  const client = await new mongo.MongoClient(uri).connect();
  try {
    return await work(client, client.db('kontor_spare_databases').collection<Spare>('spare'));
  } finally {
    await client.close();
  }
}

/** An empty database that has every collection and index already, or null: to build them takes ten times as long as to empty them. */
export const takeSpareDatabase = (uri: string): Promise<string | null> =>
  withServer(uri, async (_client, spares) => (await spares.findOneAndDelete({ schema }))?._id ?? null);

/** Empties a database for the next test; one that cannot be emptied is dropped. No test may change the indexes of its world. */
export const giveBackDatabase = (uri: string): Promise<void> => withServer(uri, async (client, spares) => {
  const database = client.db(new URL(uri).pathname.slice(1));
  try {
    for (const { name } of await database.listCollections({}, { nameOnly: true }).toArray()) await database.collection(name).deleteMany({}, { maxTimeMS: EMPTYING_MS });
    await spares.insertOne({ _id: database.databaseName, schema });
  } catch {
    await database.dropDatabase();
  }
});
