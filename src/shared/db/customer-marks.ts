import type { Connection, mongo } from 'mongoose';
import { vaultOf } from './personal.js';

type UseRow = { _id: string; uses: number; limit: number };
/** `email:` and a plain SHA-256, of which an address can be guessed. */
const PLAIN = /email:[0-9a-f]{64}$/;

/** Who used a promotion without an account is known by a keyed mark of that hash from here on; counted uses stay counted. Safe to repeat. */
export async function keyCustomerMarks(connection: Connection, log: (line: string) => void): Promise<void> {
  const uses = connection.collection<UseRow>('promotion_customers');
  let moved = 0;
  for (let row = await uses.findOne({ _id: PLAIN as never }); row; row = await uses.findOne({ _id: PLAIN as never })) {
    await move(connection, row);
    moved += 1;
  }
  // Redemptions of promotions without such a limit.
  const redemptions = connection.collection('promotion_redemptions');
  for (const customerKey of await redemptions.distinct('customerKey', { customerKey: PLAIN }) as string[]) {
    await redemptions.updateMany({ customerKey }, { $set: { customerKey: markOf(connection, customerKey) } });
  }
  if (moved > 0) log(`promotion_customers: ${moved} known by a keyed mark`);
}

const HASH_LENGTH = 64;
const markOf = (connection: Connection, text: string): string => `${text.slice(0, -HASH_LENGTH)}${vaultOf(connection).mark(text.slice(-HASH_LENGTH))}`;

/** The count and what it counts move together: a cancellation in between finds both where they were, or both where they are. */
async function move(connection: Connection, { _id }: UseRow): Promise<void> {
  await connection.transaction(async (session) => {
    const uses = connection.collection<UseRow>('promotion_customers');
    const found = await uses.findOneAndDelete({ _id } as mongo.Filter<UseRow>, { session });
    if (!found) return;
    const [promotionId, customerKey] = [_id.slice(0, _id.indexOf(':')), _id.slice(_id.indexOf(':') + 1)];
    await uses.updateOne({ _id: markOf(connection, _id) } as mongo.Filter<UseRow>, { $inc: { uses: found.uses }, $set: { limit: found.limit } }, { upsert: true, session });
    await connection.collection('promotion_redemptions').updateMany({ promotionId, customerKey }, { $set: { customerKey: markOf(connection, customerKey) } }, { session });
  });
}
