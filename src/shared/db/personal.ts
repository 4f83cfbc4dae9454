import { Types, type Connection, type Model, type Query, type Schema } from 'mongoose';
import { isSealed, readSealed } from '../crypto/sealing.js';
import type { DataKey, Vault } from './vault.js';

type Row = Record<string, unknown> & { _id?: unknown };

export type PersonalOptions = Readonly<{
  /** Paths that are stored sealed, each as one text; what they hold must be JSON. `data.email` names one inside. */
  fields: readonly string[];
  /** Path -> path of its mark: equality look-ups on the first are answered by the second. Never for what has few values. */
  marks?: Readonly<Record<string, string>>;
  /** Lists of texts that are kept as marks only, to search by. */
  markLists?: readonly string[];
  /** Whose key seals a row; `nobody` where it is about nobody. Sees the row, or the filter and the change of an update; undefined when they do not tell. */
  owner(row: Row): Owner | 'nobody' | undefined;
  /** Never written again: its keys keep their version. */
  isAppendOnly?: boolean;
  /** Kept after an erasure, because the law wants it. */
  isKeptByLaw?: boolean;
  /** What stands for a field whose key was shredded. */
  erased?: Readonly<Record<string, unknown>>;
}>;
/** A person with an account, in what may change and in what may not; a key for this document alone; or a ring, whose keys go with their time. */
export type Owner = Readonly<{ userId: string } | { auditOf: string } | { own: true } | { ring: string }>;

type Registered = { model: string; collection: string; options: PersonalOptions };
const vaults = new WeakMap<Connection, Vault>();
const registered = new Map<string, Registered>();

/** Before the first query: models reach the keys through their connection. */
export const attachVault = (connection: Connection, vault: Vault): void => { vaults.set(connection, vault); };

export function vaultOf(connection: Connection): Vault {
  const vault = vaults.get(connection);
  if (!vault) throw new Error('This connection has no vault: personal data would be stored as it is');
  return vault;
}

/** Every collection that holds personal data on this connection, with its model. */
export const personalCollections = (connection: Connection): Array<{ model: Model<Row>; options: PersonalOptions }> =>
  [...registered.values()].filter(({ model }) => connection.models[model] !== undefined).map(({ model, options }) => ({ model: connection.models[model] as Model<Row>, options }));

export const userOrOwn = (userId: unknown): Owner => (typeof userId === 'string' ? { userId } : { own: true });
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7);

/**
 * Seals the named paths on every write and opens them on every lean read of this schema, with
 * AAD = collection|path|document id. Aggregations and cursors see what is stored.
 */
export function personal(schema: Schema, name: string, collection: string, options: PersonalOptions): void {
  registered.set(name, { model: name, collection, options });
  const context = { collection, options };
  schema.add(Object.fromEntries(Object.values(options.marks ?? {}).filter((path) => !schema.path(path)).map((path) => [path, String])));

  schema.pre('insertMany', async function onInsert(this: Model<Row>, ...args: unknown[]) {
    const docs = args.find((arg) => Array.isArray(arg)) as Row[];
    for (const [at, doc] of docs.entries()) if (holdsPersonal(doc, options)) docs[at] = await sealRow(vaultOf(this.db), doc, context);
  } as never);
  schema.pre(['updateOne', 'findOneAndUpdate'], async function onUpdate(this: Query<unknown, Row>) {
    await sealUpdate(vaultOf(this.model.db), this, context);
  } as never);
  schema.pre(['find', 'findOne', 'countDocuments', 'updateOne', 'updateMany', 'findOneAndUpdate', 'deleteMany', 'deleteOne'], function onFilter(this: Query<unknown, Row>) {
    this.setQuery(markFilter(this.getFilter(), () => vaultOf(this.model.db), options) as never);
  } as never);
  schema.post(['find', 'findOne', 'findOneAndUpdate'], async function onRead(this: Query<unknown, Row>, found: Row[] | Row | null) {
    const rows = Array.isArray(found) ? found : found ? [found] : [];
    if (rows.length > 0 && this.mongooseOptions().lean) await openRows(vaults.get(this.model.db), rows, context);
  } as never);
}

type Context = { collection: string; options: PersonalOptions };

/** A sealed copy; what is sealed already stays, so that work that runs twice seals once. */
export async function sealRow(vault: Vault, given: Row, { collection, options }: Context, chosen?: DataKey): Promise<Row> {
  const row: Row = { ...given, _id: given._id ?? new Types.ObjectId() };
  const present = options.fields.filter((path) => isOpen(valueAt(row, path)));
  addMarks(vault, row, options);
  if (present.length === 0) return row;
  const owner = options.owner(row) ?? { own: true };
  if (owner === 'nobody') return row;
  const key = chosen ?? await keyFor(vault, owner);
  for (const path of present) setAt(row, path, vault.seal(JSON.stringify(valueAt(row, path)), key, `${collection}|${path}|${String(row._id)}`));
  return row;
}

async function sealUpdate(vault: Vault, query: Query<unknown, Row>, { collection, options }: Context): Promise<void> {
  const update = query.getUpdate();
  if (!update || Array.isArray(update)) return;
  const set = (update as { $set?: Row }).$set;
  if (!set) return;
  const present = options.fields.filter((path) => isOpen(set[path]));
  const lists = (options.markLists ?? []).filter((path) => set[path] !== undefined);
  if (present.length === 0 && lists.length === 0) return;
  const filter = query.getFilter();
  if (present.length > 0 && filter['_id'] === undefined) throw new Error(`Personal fields of ${collection} are changed by id only`);
  const sealed: Row = { ...set };
  addMarks(vault, sealed, options);
  const owner = options.owner({ ...filter, ...set }) ?? await storedOwner(query, options);
  if (owner === 'nobody') return;
  const key = await keyFor(vault, owner);
  for (const path of present) sealed[path] = vault.seal(JSON.stringify(set[path]), key, `${collection}|${path}|${String(filter['_id'])}`);
  query.setUpdate({ ...update, $set: sealed } as never);
}

/** Where filter and change do not say whose it is, the document does. */
async function storedOwner(query: Query<unknown, Row>, options: PersonalOptions): Promise<Owner | 'nobody'> {
  const stored = await query.model.collection.findOne({ _id: new Types.ObjectId(String(query.getFilter()['_id'])) as never });
  return (stored && options.owner(stored as Row)) ?? { own: true };
}

export async function openRows(vault: Vault | undefined, rows: readonly Row[], { collection, options }: Context): Promise<void> {
  const sealed = rows.flatMap((row) => options.fields.map((path) => valueAt(row, path)).filter(isSealed));
  if (sealed.length > 0) await vault!.prepare(sealed);
  for (const row of rows) {
    for (const path of options.fields) {
      const value = valueAt(row, path);
      if (!isSealed(value)) continue;
      if (row._id === undefined) throw new Error(`${collection}.${path} can only be opened with the row's _id: read it as well`);
      const text = vault!.open(value, `${collection}|${path}|${String(row._id)}`);
      setAt(row, path, text === null ? options.erased?.[path] ?? null : JSON.parse(text));
    }
    for (const mark of Object.values(options.marks ?? {})) Reflect.deleteProperty(row, mark);
    for (const list of options.markLists ?? []) Reflect.deleteProperty(row, list);
  }
}

/** Sealed with another key than today's, or not at all. */
export const isStale = (vault: Vault, row: Row, { fields, marks = {} }: PersonalOptions): boolean =>
  fields.some((path) => { const value = valueAt(row, path); return isSealed(value) ? !vault.isCurrent(value) : isOpen(value); })
  || Object.entries(marks).some(([path, mark]) => { const value = valueAt(row, path); return value !== undefined && row[mark] === undefined && !(isSealed(value) && vault.isErased(value)); });

/** The owners of the keys that sealed this row as it is stored. */
export const keyOwnersOf = (row: Row, { fields }: PersonalOptions): string[] =>
  [...new Set(fields.map((path) => valueAt(row, path)).filter(isSealed).map((text) => readSealed(text).owner))];

function addMarks(vault: Vault, row: Row, { marks = {}, markLists = [] }: PersonalOptions): void {
  for (const [path, mark] of Object.entries(marks)) {
    const value = valueAt(row, path);
    if (typeof value === 'string' && !isSealed(value)) row[mark] = vault.mark(value);
  }
  for (const list of markLists) if (Array.isArray(row[list])) row[list] = (row[list] as string[]).map((text) => vault.mark(text));
}

/** `{ email }` becomes `{ emailKey }`, also inside $and and $or. */
function markFilter(filter: Row, vault: () => Vault, options: PersonalOptions): Row {
  const { marks = {}, markLists = [] } = options;
  return Object.fromEntries(Object.entries(filter).map(([path, wanted]) => {
    if ((path === '$and' || path === '$or') && Array.isArray(wanted)) return [path, wanted.map((part) => markFilter(part as Row, vault, options))];
    if (typeof wanted !== 'string') return [path, wanted];
    // An index of what is text can only be used where the question says so too.
    if (marks[path] !== undefined) return [marks[path], { $eq: vault().mark(wanted), $type: 'string' }];
    return [path, markLists.includes(path) ? vault().mark(wanted) : wanted];
  }));
}

export function keyFor(vault: Vault, owner: Owner): Promise<DataKey> {
  if ('userId' in owner) return vault.keyOf(`u.${owner.userId}`);
  if ('auditOf' in owner) return vault.keyOf(`a.${owner.auditOf}`);
  return 'ring' in owner ? vault.ringKey(owner.ring) : vault.freshKey();
}

const holdsPersonal = (row: Row, { fields, markLists = [] }: PersonalOptions): boolean => fields.some((path) => isOpen(valueAt(row, path))) || markLists.some((list) => row[list] !== undefined);
const isOpen = (value: unknown): boolean => value !== undefined && value !== null && !isSealed(value);
const valueAt = (row: Row, path: string): unknown => path.split('.').reduce<unknown>((at, step) => (at as Row | null | undefined)?.[step], row);

/** Copies what lies on the way: the caller's objects stay as they are. */
function setAt(row: Row, path: string, value: unknown): void {
  const [head, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) row[head] = value;
  else {
    const inner = { ...row[head] as Row };
    setAt(inner, rest.join('.'), value);
    row[head] = inner;
  }
}
