import type { Connection, Model } from 'mongoose';
import { isSealed } from '../crypto/sealing.js';
import type { DataSubject } from '../personal-data.js';
import { isStale, keyFor, keyOwnersOf, openRows, personalCollections, sealRow, type PersonalOptions } from './personal.js';
import type { Vault } from './vault.js';

type Row = Record<string, unknown> & { _id?: unknown };
type Collection = { model: Model<Row>; options: PersonalOptions };

/**
 * Everything that is sealed about somebody becomes unreadable, here and in every backup without `data_keys`: keys of single
 * documents and the key of the person are shredded, and the marks they were found by go.
 */
export async function eraseSealed(connection: Connection, vault: Vault, subject: DataSubject): Promise<number> {
  const orderIds = await idsOf(connection, { userId: subject.userId });
  const owners = new Set([`u.${subject.userId}`, `a.${subject.userId}`]);
  let changed = 0;
  for (const collection of personalCollections(connection)) {
    const filter = collection.options.isKeptByLaw ? null : filterOf(collection, vault, subject, orderIds);
    if (!filter) continue;
    const { model, options } = collection;
    for await (const row of model.collection.find(filter as never)) for (const owner of keyOwnersOf(row as Row, options)) if (owner.startsWith('p.')) owners.add(owner);
    const marks = [...Object.values(options.marks ?? {}), ...options.markLists ?? []];
    if (marks.length > 0) changed += (await model.collection.updateMany(filter as never, { $unset: Object.fromEntries(marks.map((mark) => [mark, 1])) } as never)).modifiedCount;
  }
  return changed + await vault.shred([...owners]);
}

async function idsOf(connection: Connection, filter: object): Promise<string[]> {
  const orders = await connection.collection('orders').find(filter, { projection: { _id: 1 } }).toArray();
  return orders.map(({ _id }) => _id.toHexString());
}

/** By user, else by the orders of the user and by address; null where a collection knows none of these. */
function filterOf({ model, options }: Collection, vault: Vault, { userId, email }: DataSubject, orderIds: readonly string[]): object | null {
  if (model.schema.path('userId')) return { userId };
  if (!model.schema.path('orderId')) return null;
  const marked = email === null ? [] : Object.values(options.marks ?? {}).map((mark) => ({ [mark]: vault.mark(email) }));
  return { $or: [{ orderId: { $in: orderIds } }, ...marked] };
}

export type Resealed = { last: unknown; seen: number; resealed: number; undecryptable: number };

/** One batch of a collection: what is stored plain, or under an old version of its key, is sealed with today's. */
export async function resealBatch(vault: Vault, { model, options }: Collection, after: unknown, limit: number): Promise<Resealed> {
  const rows = await model.collection.find((after === null ? {} : { _id: { $gt: after } }) as never).sort({ _id: 1 }).limit(limit).toArray() as Row[];
  const collection = model.collection.collectionName;
  await vault.prepare(rows.flatMap((row) => options.fields.map((path) => row[path]).filter(isSealed)));
  const found: Resealed = { last: rows.at(-1)?._id ?? null, seen: rows.length, resealed: 0, undecryptable: 0 };
  for (const row of rows) {
    if (!isStale(vault, row, options)) continue;
    try {
      found.resealed += await reseal(vault, row, { collection, options, model }) ? 1 : 0;
    } catch {
      found.undecryptable += 1;
    }
  }
  return found;
}

/** Written where nobody changed the row meanwhile: who did has sealed it with today's key. */
async function reseal(vault: Vault, row: Row, { collection, options, model }: Collection & { collection: string }): Promise<boolean> {
  const [owner] = keyOwnersOf(row, options);
  const opened = { ...row };
  await openRows(vault, [opened], { collection, options });
  const wanted = owner === undefined ? options.owner(opened) ?? { own: true as const } : null;
  if (wanted === 'nobody') return false;
  const key = owner === undefined ? await keyFor(vault, wanted!) : await vault.keyOf(owner);
  // Marks are made of what was plain; what was sealed already keeps those it has.
  const sealed = await sealRow(vault, opened, { collection, options }, key);
  const paths = [...options.fields.map((path) => path.split('.')[0]!), ...Object.values(options.marks ?? {})];
  const set = Object.fromEntries([...new Set(paths)].filter((path) => sealed[path] !== undefined).map((path) => [path, sealed[path]]));
  const unchanged = Object.fromEntries(options.fields.filter((path) => row[path] !== undefined).map((path) => [path, row[path]]));
  const { modifiedCount } = await model.collection.updateOne({ _id: row._id, ...unchanged } as never, { $set: set } as never);
  return modifiedCount === 1;
}
