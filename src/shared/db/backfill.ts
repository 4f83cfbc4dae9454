import type { Connection, mongo } from 'mongoose';

type Mark = { _id: string; lastId: unknown };

type BackfillOptions = {
  connection: Connection; name: string; collection: string;
  /** What still lacks the new field: processes of the new version write it themselves meanwhile. */
  missing: mongo.Filter<mongo.BSON.Document>;
  /** Computed by the database from the document as it then is, so that a write beside it is not undone. */
  set: Record<string, unknown>;
  batch?: number;
  /** Told after each batch, with how many were filled so far. */
  progress?: (filled: number) => Promise<void> | void;
};

/** Fills a field in batches by id and notes how far it came: killed, it goes on there. Answers how many it filled this time. */
export async function backfill({ connection, name, collection, missing, set, batch = 500, progress }: BackfillOptions): Promise<number> {
  const marks = connection.collection<Mark>('backfills');
  const rows = connection.collection(collection);
  let filled = 0;
  for (let after = (await marks.findOne({ _id: name }))?.lastId; ;) {
    const next = await rows.find(after === undefined ? {} : { _id: { $gt: after as mongo.ObjectId } }, { projection: { _id: 1 } }).sort({ _id: 1 }).limit(batch).toArray();
    if (next.length === 0) return filled;
    const { modifiedCount } = await rows.updateMany({ $and: [{ _id: { $in: next.map(({ _id }) => _id) } }, missing] }, [{ $set: set }]);
    filled += modifiedCount;
    after = next.at(-1)!._id;
    await marks.updateOne({ _id: name }, { $set: { lastId: after } }, { upsert: true });
    await progress?.(filled);
  }
}
