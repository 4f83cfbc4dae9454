import { isDeepStrictEqual } from 'node:util';
import { Types, type Connection, type Model, type Query, type Schema } from 'mongoose';
import { isSealed, readSealed } from '../crypto/sealing.js';
import { fold } from '../fold.js';
import { OwnerErased, type DataKey, type Vault } from './vault.js';

type Row = Record<string, unknown> & { _id?: unknown };

export type PersonalOptions = Readonly<{
  /** Paths that are stored sealed, each as one text; what they hold must be JSON. `data.email` names one inside, `items.*.note` one in each of a list. */
  fields: readonly string[];
  /** Path -> path of its mark: equality look-ups on the first are answered by the second. Never for what has few values. */
  marks?: Readonly<Record<string, string>>;
  /** Paths of marks that older versions filled with the folded text. */
  oncePlain?: readonly string[];
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
  /** What else goes with the marks of who is erased, such as links to others. */
  alsoErase?: readonly string[];
  /** A new row about who was erased is refused, unless it is stored with its fields as erased, or not stored at all. */
  whenErased?: 'hide' | 'skip';
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
    const sealed: Array<Row | null> = [];
    for (const doc of docs) sealed.push(holdsPersonal(doc, options) ? await sealRow(vaultOf(this.db), doc, context).catch(ifSkipped(options)) : doc);
    docs.splice(0, docs.length, ...sealed.filter((row) => row !== null));
  } as never);
  schema.pre(['updateOne', 'findOneAndUpdate'], async function onUpdate(this: Query<unknown, Row>) {
    await sealUpdate(vaultOf(this.model.db), this, context);
  } as never);
  schema.pre(['find', 'findOne', 'countDocuments', 'updateOne', 'updateMany', 'findOneAndUpdate', 'deleteMany', 'deleteOne'], async function onFilter(this: Query<unknown, Row>) {
    const waiting = await waitingOn(vaults.get(this.model.db));
    this.setQuery(markFilter(this.getFilter(), () => vaultOf(this.model.db), { ...context, waiting }) as never);
  } as never);
  schema.post(['find', 'findOne', 'findOneAndUpdate'], async function onRead(this: Query<unknown, Row>, found: Row[] | Row | null) {
    const rows = Array.isArray(found) ? found : found ? [found] : [];
    if (rows.length > 0 && this.mongooseOptions().lean) await openRows(vaults.get(this.model.db), rows, context);
  } as never);
}

const ifSkipped = ({ whenErased }: PersonalOptions) => (error: unknown): null => {
  if (error instanceof OwnerErased && whenErased === 'skip') return null;
  throw error;
};

type Context = { collection: string; options: PersonalOptions };
export type WithWaiting = Context & { waiting: ReadonlySet<string> };
const NOTHING: ReadonlySet<string> = new Set();
const waitingOn = (vault: Vault | undefined) => vault?.sealing.waiting() ?? NOTHING;

/** A sealed copy; what is sealed already stays, so that work that runs twice seals once. */
export async function sealRow(vault: Vault, given: Row, { collection, options }: Context, chosen?: DataKey): Promise<Row> {
  const row: Row = { ...given, _id: given._id ?? new Types.ObjectId() };
  const waiting = await waitingOn(vault);
  const present = spotsIn(row, options).filter(({ field, path }) => isSomebodys(valueAt(row, path), field, options) && !waiting.has(`${collection}|${field}`));
  const owner = present.length === 0 ? 'nobody' : options.owner(row) ?? { own: true };
  const key = owner === 'nobody' ? null : chosen ?? await keyUnlessHidden(vault, owner, options);
  const isHidden = key === null && owner !== 'nobody';
  if (isHidden) for (const { field, path } of present) setAt(row, path, options.erased?.[field] ?? null);
  addMarks(vault, row, { collection, options, waiting });
  if (key !== null) for (const { field, path } of present) setAt(row, path, vault.seal(JSON.stringify(valueAt(row, path)), key, `${collection}|${field}|${String(row._id)}`));
  return row;
}

async function sealUpdate(vault: Vault, query: Query<unknown, Row>, { collection, options }: Context): Promise<void> {
  const update = query.getUpdate();
  if (!update || Array.isArray(update)) return;
  const set = (update as { $set?: Row }).$set;
  if (!set) return;
  // `{ bought: { labelUrl } }` as well as `{ 'bought.labelUrl': … }`.
  const given = (path: string) => set[path] ?? valueAt(set, path);
  const waiting = await waitingOn(vault);
  const present = spotsIn(set, options).filter(({ field, path }) => isSomebodys(given(path), field, options) && !waiting.has(`${collection}|${field}`));
  const marked = Object.keys(options.marks ?? {}).filter((path) => isSomebodys(set[path], path, options));
  const lists = (options.markLists ?? []).filter((path) => set[path] !== undefined);
  if (present.length === 0 && lists.length === 0 && marked.length === 0) return;
  const filter = query.getFilter();
  if (present.length > 0 && filter['_id'] === undefined) throw new Error(`Personal fields of ${collection} are changed by id only`);
  const sealed: Row = { ...set };
  const owner = present.length === 0 ? 'nobody' : options.owner({ ...filter, ...set }) ?? await storedOwner(query, options);
  const key = owner === 'nobody' ? null : await keyUnlessHidden(vault, owner, options);
  const isHidden = key === null && owner !== 'nobody';
  const put = (path: string, value: unknown) => { if (set[path] === undefined) setAt(sealed, path, value); else sealed[path] = value; };
  if (isHidden) for (const { field, path } of present) put(path, options.erased?.[field] ?? null);
  addMarks(vault, sealed, { collection, options, waiting });
  if (key !== null) for (const { field, path } of present) put(path, vault.seal(JSON.stringify(given(path)), key, `${collection}|${field}|${String(filter['_id'])}`));
  query.setUpdate({ ...update, $set: sealed } as never);
}

/** Where filter and change do not say whose it is, the document does. */
async function storedOwner(query: Query<unknown, Row>, options: PersonalOptions): Promise<Owner | 'nobody'> {
  const stored = await query.model.collection.findOne({ _id: new Types.ObjectId(String(query.getFilter()['_id'])) as never });
  return (stored && options.owner(stored as Row)) ?? { own: true };
}

export async function openRows(vault: Vault | undefined, rows: readonly Row[], { collection, options }: Context): Promise<void> {
  const sealed = rows.flatMap((row) => sealedIn(row, options));
  if (sealed.length > 0) await vault!.prepare(sealed);
  for (const row of rows) {
    for (const { field, path } of spotsIn(row, options)) {
      const value = valueAt(row, path);
      if (!isSealed(value)) continue;
      if (row._id === undefined) throw new Error(`${collection}.${path} can only be opened with the row's _id: read it as well`);
      const text = vault!.open(value, `${collection}|${field}|${String(row._id)}`);
      setAt(row, path, text === null ? options.erased?.[field] ?? null : JSON.parse(text));
    }
    for (const mark of Object.values(options.marks ?? {})) Reflect.deleteProperty(row, mark);
    for (const list of options.markLists ?? []) Reflect.deleteProperty(row, list);
  }
}

/** Sealed with another key than today's, or not at all though it should be. */
export function isStale(vault: Vault, row: Row, { collection, options, waiting }: WithWaiting): boolean {
  const { marks = {}, markLists = [] } = options;
  return markLists.some((list) => Array.isArray(row[list]) && !(waiting.has(`${collection}|${list}`) ? (row[list] as string[]).some(isMark) : (row[list] as string[]).every(isMark)))
    || spotsIn(row, options).some(({ field, path }) => { const value = valueAt(row, path); return isSealed(value) ? !vault.isCurrent(value) : isSomebodys(value, field, options) && !waiting.has(`${collection}|${field}`); })
    || Object.entries(marks).some(([path, mark]) => { const value = valueAt(row, path); return row[mark] === undefined && (isSealed(value) ? !vault.isErased(value) : isSomebodys(value, path, options)); });
}

const isMark = (text: string): boolean => /^[\w-]{43}$/.test(text);
/** Of what was plain, those that tell somebody apart: a first or a last name alone has too few values. Beside the plain ones while these are needed. */
export function markedList(vault: Vault, texts: readonly string[], isWaiting: boolean): string[] {
  const plain = texts.filter((text) => !isMark(text));
  const marks = [...texts.filter(isMark), ...plain.filter((text) => /[@ ]/.test(text)).map((text) => vault.mark(text))];
  return [...isWaiting ? plain : [], ...new Set(marks)];
}

/** The owners of the keys that sealed this row as it is stored. */
export const keyOwnersOf = (row: Row, options: PersonalOptions): string[] => [...new Set(sealedIn(row, options).map((text) => readSealed(text).owner))];
/** What of this row is sealed as it is stored. */
export const sealedIn = (row: Row, options: PersonalOptions): string[] => spotsIn(row, options).map(({ path }) => valueAt(row, path)).filter(isSealed);

function addMarks(vault: Vault, row: Row, { collection, options, waiting }: WithWaiting): void {
  const { marks = {}, markLists = [], oncePlain = [] } = options;
  for (const [path, mark] of Object.entries(marks)) {
    const value = valueAt(row, path);
    if (typeof value === 'string' && isSomebodys(value, path, options)) row[mark] = oncePlain.includes(mark) && waiting.has(`${collection}|${path}`) ? fold(value) : vault.mark(value);
  }
  for (const list of markLists) if (Array.isArray(row[list])) row[list] = markedList(vault, row[list] as string[], waiting.has(`${collection}|${list}`));
}

/** `{ email }` becomes `{ emailKey }`, also inside $and and $or; either of them while other versions write the first only. */
function markFilter(filter: Row, vault: () => Vault, context: WithWaiting): Row {
  const { collection, options: { marks = {}, markLists = [] }, waiting } = context;
  const either: Row[] = [];
  const marked = Object.fromEntries(Object.entries(filter).flatMap(([path, wanted]): Array<[string, unknown]> => {
    if ((path === '$and' || path === '$or') && Array.isArray(wanted)) return [[path, wanted.map((part) => markFilter(part as Row, vault, context))]];
    if (typeof wanted !== 'string') return [[path, wanted]];
    const isWaiting = waiting.has(`${collection}|${path}`);
    if (markLists.includes(path)) return [[path, isWaiting ? { $in: [wanted, vault().mark(wanted)] } : vault().mark(wanted)]];
    const mark = marks[path];
    if (mark === undefined) return [[path, wanted]];
    // An index of what is text can only be used where the question says so too.
    const marked = { $eq: vault().mark(wanted), $type: 'string' };
    if (!isWaiting) return [[mark, marked]];
    either.push({ $or: [{ [path]: wanted }, { [mark]: marked }] });
    return [];
  }));
  return either.length === 0 ? marked : { ...marked, $and: [...Array.isArray(marked['$and']) ? marked['$and'] as Row[] : [], ...either] };
}

export function keyFor(vault: Vault, owner: Owner): Promise<DataKey> {
  if ('userId' in owner) return vault.keyOf(`u.${owner.userId}`);
  if ('auditOf' in owner) return vault.keyOf(`a.${owner.auditOf}`);
  return 'ring' in owner ? vault.ringKey(owner.ring) : vault.freshKey();
}

/** Null where what would be sealed is hidden instead, because its owner was erased. */
async function keyUnlessHidden(vault: Vault, owner: Owner, { whenErased }: PersonalOptions): Promise<DataKey | null> {
  try {
    return await keyFor(vault, owner);
  } catch (error) {
    if (error instanceof OwnerErased && whenErased === 'hide') return null;
    throw error;
  }
}

const holdsPersonal = (row: Row, { fields, markLists = [] }: PersonalOptions): boolean => spotsIn(row, { fields }).some(({ path }) => isOpen(valueAt(row, path))) || markLists.some((list) => row[list] !== undefined);
const isOpen = (value: unknown): boolean => value !== undefined && value !== null && !isSealed(value);
/** What stands for erased data is nobody's: it is stored as it is, so that what is told of an erased person's order needs no key. */
const isSomebodys = (value: unknown, field: string, { erased }: PersonalOptions): boolean => isOpen(value) && !isDeepStrictEqual(value, erased?.[field]);
export const valueAt = (row: Row, path: string): unknown => (path.includes('.') ? path.split('.').reduce<unknown>((at, step) => (at as Row | null | undefined)?.[step], row) : row[path]);

type Spot = Readonly<{ field: string; path: string }>;
/** Fields as they are declared: a place each, or a list and what is inside its entries. Read once: every read and write of a row asks for it. */
const shapes = new WeakMap<readonly string[], { plain: readonly Spot[]; lists: ReadonlyArray<Readonly<{ field: string; list: string; inner: string }>> }>();

function shapeOf(fields: readonly string[]) {
  let shape = shapes.get(fields);
  if (!shape) {
    const split = fields.map((field) => ({ field, parts: field.split('.*.') as [string, string?] }));
    shape = {
      plain: split.filter(({ parts }) => parts[1] === undefined).map(({ field }) => ({ field, path: field })),
      lists: split.flatMap(({ field, parts: [list, inner] }) => (inner === undefined ? [] : [{ field, list, inner }])),
    };
    shapes.set(fields, shape);
  }
  return shape;
}

/** Where the fields are in this row: as many places as its lists have entries. The field, not the place, is authenticated: lists are reordered. */
export function spotsIn(row: Row, { fields }: Pick<PersonalOptions, 'fields'>): readonly Spot[] {
  const { plain, lists } = shapeOf(fields);
  if (lists.length === 0) return plain;
  return [...plain, ...lists.flatMap(({ field, list, inner }) => {
    const entries = valueAt(row, list);
    return Array.isArray(entries) ? entries.map((_entry, at) => ({ field, path: `${list}.${at}.${inner}` })) : [];
  })];
}

/** Copies what lies on the way: the caller's objects stay as they are. */
function setAt(row: Row, path: string, value: unknown): void {
  const [head, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) row[head] = value;
  else {
    const inner = (Array.isArray(row[head]) ? [...row[head] as unknown[]] : { ...row[head] as Row }) as Row;
    setAt(inner, rest.join('.'), value);
    row[head] = inner;
  }
}
