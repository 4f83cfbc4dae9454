import type { Connection, Model } from 'mongoose';
import { ERASED_EMAIL } from './address.js';
import type { DataSubject } from '../personal-data.js';
import { isStale, keyFor, keyOwnersOf, markedList, openRows, personalCollections, sealedIn, sealRow, spotsIn, valueAt, type PersonalOptions, type WithWaiting } from './personal.js';
import { OwnerErased, type Vault } from './vault.js';

type Row = Record<string, unknown> & { _id?: unknown };
type Collection = { model: Model<Row>; options: PersonalOptions };

/**
 * Everything that is sealed about somebody becomes unreadable, here and in every backup without `data_keys`: keys of single
 * documents and the key of the person are shredded, and the marks they were found by go.
 */
export async function eraseSealed(connection: Connection, vault: Vault, subject: DataSubject): Promise<number> {
  const orderIds = await idsOf(connection, { userId: subject.userId });
  const marks = await connection.collection('orders').distinct('emailKey', { userId: subject.userId }) as string[];
  const events = await eraseEvents(connection, vault, 'account', [...marks, ...(subject.email === null ? [] : [vault.mark(subject.email)])]);
  return events + await eraseRows(connection, vault, { owners: [`u.${subject.userId}`, `a.${subject.userId}`], filterOf: (collection) => filterOf(collection, vault, subject, orderIds) });
}

/**
 * The same for what somebody left without an account, found by the mark of the address: their orders and what belongs to
 * them, drafts, mails. What is somebody's with an account stays.
 */
export async function eraseGuest(connection: Connection, vault: Vault, emailKey: string): Promise<number> {
  const orderIds = await idsOf(connection, { emailKey, userId: null });
  const events = await eraseEvents(connection, vault, 'guest', [emailKey]);
  const answers = await connection.collection('idempotency_keys').deleteMany({ orderId: { $in: orderIds } });
  return events + answers.deletedCount + await eraseRows(connection, vault, { owners: [], filterOf: ({ model, options }) => {
    const [hasUser, hasOrder] = [model.schema.path('userId') !== undefined, model.schema.path('orderId') !== undefined];
    const found = [...Object.values(options.marks ?? {}).map((mark) => ({ [mark]: emailKey })), ...(hasOrder ? [{ orderId: { $in: orderIds } }] : [])];
    return !(hasUser || hasOrder) || found.length === 0 ? null : { ...(hasUser && { userId: null }), $or: found };
  } });
}

/** Marks go last: an attempt that was cut off finds again by them what it has to shred. */
async function eraseRows(connection: Connection, vault: Vault, { owners, filterOf }: { owners: readonly string[]; filterOf(collection: Collection): object | null }): Promise<number> {
  const found = personalCollections(connection).filter(({ options }) => options.isKeptByLaw !== true)
    .flatMap((collection) => { const filter = filterOf(collection); return filter ? [{ ...collection, filter: filter as never }] : []; });
  const all = new Set(owners);
  for (const { model, options, filter } of found) {
    for await (const row of model.collection.find(filter)) for (const owner of keyOwnersOf(row as Row, options)) if (owner.startsWith('p.')) all.add(owner);
  }
  let changed = await vault.shred([...all]);
  for (const { model, options, filter } of found) {
    const marks = [...Object.values(options.marks ?? {}), ...options.markLists ?? [], ...options.alsoErase ?? []];
    if (marks.length > 0) changed += (await model.collection.updateMany(filter, { $unset: Object.fromEntries(marks.map((mark) => [mark, 1])) } as never)).modifiedCount;
  }
  return changed;
}

/** What was asked for an address by nobody who was signed in is sealed with the key of its month, which others need: the address itself goes. */
async function eraseEvents(connection: Connection, vault: Vault, of: 'account' | 'guest', marks: readonly string[]): Promise<number> {
  // For a restore of what was kept before.
  await vault.noteErased(of, marks);
  const { modifiedCount } = await connection.collection('outbox').updateMany({ emailKey: { $in: [...marks] } }, { $set: { 'data.email': ERASED_EMAIL }, $unset: { emailKey: 1 } });
  return modifiedCount;
}

async function idsOf(connection: Connection, filter: object): Promise<string[]> {
  const orders = await connection.collection('orders').find(filter, { projection: { _id: 1 } }).toArray();
  return orders.map(({ _id }) => _id.toHexString());
}

/** By user, and by the orders of the user and by address what names no user; null where a collection knows none of these. */
function filterOf({ model, options }: Collection, vault: Vault, { userId, email }: DataSubject, orderIds: readonly string[]): object | null {
  const hasUser = model.schema.path('userId') !== undefined;
  if (!model.schema.path('orderId')) return hasUser ? { userId } : null;
  const marked = email === null ? [] : Object.values(options.marks ?? {}).map((mark) => ({ [mark]: vault.mark(email) }));
  const theirs = { $or: [{ orderId: { $in: orderIds } }, ...marked] };
  return hasUser ? { $or: [{ userId }, { userId: null, ...theirs }] } : theirs;
}

type Change = Readonly<{ filter: object; update: object }>;
export type Resealed = { last: unknown; seen: number; resealed: number; undecryptable: number };

/** One batch of a collection: what is stored plain, or under an old version of its key, is sealed with today's. */
export async function resealBatch(vault: Vault, { model, options }: Collection, after: unknown, limit: number): Promise<Resealed> {
  const rows = await model.collection.find((after === null ? {} : { _id: { $gt: after } }) as never).sort({ _id: 1 }).limit(limit).toArray() as Row[];
  const collection = model.collection.collectionName;
  await vault.prepare(rows.flatMap((row) => sealedIn(row, options)));
  const found: Resealed = { last: rows.at(-1)?._id ?? null, seen: rows.length, resealed: 0, undecryptable: 0 };
  const waiting = await vault.sealing.waiting();
  const changes: Change[] = [];
  for (const row of rows) {
    if (!isStale(vault, row, { collection, options, waiting })) continue;
    try {
      changes.push(...await reseal(vault, row, { collection, options, waiting }));
    } catch (error) {
      // What stands there instead of what was erased is nobody's, and stays plain.
      if (!(error instanceof OwnerErased)) found.undecryptable += 1;
    }
  }
  // Natively: what is sealed has another type than the schema says.
  if (changes.length > 0) found.resealed = (await model.collection.bulkWrite(changes.map((updateOne) => ({ updateOne })) as never, { ordered: false })).modifiedCount;
  return found;
}

/** Written where nobody changed the row meanwhile: who did has sealed it with today's key. */
async function reseal(vault: Vault, row: Row, { collection, options, waiting }: WithWaiting): Promise<Change[]> {
  const [owner] = keyOwnersOf(row, options);
  const opened = { ...row };
  await openRows(vault, [opened], { collection, options });
  const wanted = owner === undefined ? options.owner(opened) ?? { own: true as const } : null;
  if (wanted === 'nobody') return [];
  const key = owner === undefined ? await keyFor(vault, wanted!) : await vault.keyOf(owner);
  // Marks are made of what was plain; what was sealed already keeps those it has.
  const sealed = await sealRow(vault, opened, { collection, options }, key);
  const lists = Object.fromEntries((options.markLists ?? []).filter((list) => Array.isArray(row[list])).map((list) => [list, markedList(vault, row[list] as string[], waiting.has(`${collection}|${list}`))]));
  const spots = spotsIn(row, options).map(({ path }) => path);
  const paths = [...spots, ...Object.values(options.marks ?? {})];
  const set = { ...lists, ...Object.fromEntries(paths.map((path) => [path, valueAt(sealed, path)] as const).filter(([, value]) => value !== undefined)) };
  const unchanged = Object.fromEntries([...spots, ...Object.keys(lists)].map((path) => [path, valueAt(row, path)] as const).filter(([, value]) => value !== undefined));
  return [{ filter: { _id: row._id, ...unchanged }, update: { $set: set } }];
}
