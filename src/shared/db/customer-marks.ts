import type { Connection, mongo } from 'mongoose';
import { vaultOf } from './personal.js';

type UseRow = { _id: string; uses: number; limit: number };
type Used = { _id: { promotionId: string; customerKey: string }; redemptions: mongo.ObjectId[] };
/** `email:` and a plain SHA-256, of which an address can be guessed. */
const PLAIN = /email:[0-9a-f]{64}$/;

/** Who used a promotion without an account is known by a keyed mark of that hash from here on; counted uses stay counted. Safe to repeat. */
export async function keyCustomerMarks(connection: Connection, log: (line: string) => void): Promise<void> {
  let moved = 0;
  // Of no index: each collection is read through once.
  const used = connection.collection('promotion_redemptions').aggregate<Used>([
    { $match: { customerKey: PLAIN } }, { $group: { _id: { promotionId: '$promotionId', customerKey: '$customerKey' }, redemptions: { $push: '$_id' } } },
  ], { allowDiskUse: true });
  for await (const { _id: { promotionId, customerKey }, redemptions } of used) {
    await move(connection, `${promotionId}:${customerKey}`, redemptions);
    moved += 1;
  }
  // Given back since, all of them.
  for await (const { _id } of connection.collection<UseRow>('promotion_customers').find({ _id: PLAIN as never }, { projection: { _id: 1 } })) {
    await move(connection, _id, []);
    moved += 1;
  }
  if (moved > 0) log(`promotion_customers: ${moved} known by a keyed mark`);
}

const HASH_LENGTH = 64;
const markOf = (connection: Connection, text: string): string => `${text.slice(0, -HASH_LENGTH)}${vaultOf(connection).mark(text.slice(-HASH_LENGTH))}`;

/** The count and what it counts move together: a cancellation in between finds both where they were, or both where they are. */
async function move(connection: Connection, _id: string, redemptions: mongo.ObjectId[]): Promise<void> {
  const customerKey = markOf(connection, _id.slice(_id.indexOf(':') + 1));
  await connection.transaction(async (session) => {
    const uses = connection.collection<UseRow>('promotion_customers');
    const found = await uses.findOneAndDelete({ _id } as mongo.Filter<UseRow>, { session });
    // A promotion without such a limit counts nobody's uses.
    if (found) await uses.updateOne({ _id: markOf(connection, _id) } as mongo.Filter<UseRow>, { $inc: { uses: found.uses }, $set: { limit: found.limit } }, { upsert: true, session });
    if (redemptions.length > 0) await connection.collection('promotion_redemptions').updateMany({ _id: { $in: redemptions } }, { $set: { customerKey } }, { session });
  });
}
