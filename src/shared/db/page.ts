import { Types, type Model, type Schema, type SortOrder } from 'mongoose';
import { BadCursor, decodeCursor, encodeCursor, sortKeys, toPage, type Page, type PageQuery, type SortKey } from '../http/pagination.js';

type Filter = Record<string, unknown>;
/** A model of these rows, whatever virtuals and helpers it has besides: rows are read lean. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Rows<Row> = Model<Row, any, any, any, any, any, any>;
type Find = {
  filter: Filter;
  query: PageQuery;
  /** API name -> path in the document, for the names that differ. */
  paths?: Readonly<Record<string, string>>;
  fallbackSort: string;
  projection?: Record<string, 0 | 1>;
  /** Where the planner's own choice would cost more than the query: it tries every index for every new shape of a filter. */
  hint?: { rows?: IndexKeys | undefined; total?: IndexKeys | string | undefined };
  /** Where the total is known without counting. */
  total?: (() => Promise<number>) | undefined;
};
export type IndexKeys = Readonly<Record<string, 1 | -1>>;

/** One page of lean rows, by number with totals or by keyset cursor without. The sort needs an index that ends in _id, or is of what is unique. */
export async function findPage<Row>(model: Rows<Row>, find: Find): Promise<Page<Row & { _id: Types.ObjectId }>> {
  const { query, filter, projection = {} } = find;
  const keys = withId(sortKeys(query.sort, find.fallbackSort), find.paths ?? {}, uniqueOf(model));
  const sort = Object.fromEntries(keys.map(({ field, direction }) => [field, direction as SortOrder]));
  if (query.cursor !== undefined) return walk(model, find, keys, sort);

  const rows = model.find(filter, projection, hinted(find.hint?.rows)).sort(sort).skip((query.page - 1) * query.per_page).limit(query.per_page).lean();
  const [items, total] = await Promise.all([rows, find.total?.() ?? countOf(model, find)]);
  return toPage(items as unknown as Array<Row & { _id: Types.ObjectId }>, total, query);
}

/** Of everything, the database knows the number; to count it would take as long as the collection is large. */
const countOf = <Row>(model: Rows<Row>, { filter, hint }: Find): Promise<number> =>
  (Object.keys(filter).length === 0 ? model.estimatedDocumentCount() : model.countDocuments(filter, hinted(hint?.total)));

const hinted = (index: IndexKeys | string | undefined) => (index === undefined ? {} : { hint: typeof index === 'string' ? index : { ...index } });

/** Paths that every document has a value of its own at: nothing is left to order behind them. */
const uniquePaths = new WeakMap<Schema, ReadonlySet<string>>();
function uniqueOf<Row>({ schema }: Rows<Row>): ReadonlySet<string> {
  let paths = uniquePaths.get(schema);
  if (!paths) {
    const whole = schema.indexes().filter(([fields, options]) => options.unique === true && !options.sparse && !options.partialFilterExpression && Object.keys(fields).length === 1);
    uniquePaths.set(schema, paths = new Set(whole.flatMap(([fields]) => Object.keys(fields))));
  }
  return paths;
}

function withId(keys: SortKey[], paths: Readonly<Record<string, string>>, unique: ReadonlySet<string>): SortKey[] {
  const mapped = keys.map(({ field, direction }) => ({ field: paths[field] ?? field, direction }));
  const end = mapped.findIndex(({ field }) => unique.has(field));
  return end !== -1 ? mapped.slice(0, end + 1) : [...mapped, { field: '_id', direction: mapped[0]?.direction ?? 1 }];
}

async function walk<Row>(model: Rows<Row>, find: Find, keys: SortKey[], sort: Record<string, SortOrder>) {
  const { query, filter, projection = {}, fallbackSort } = find;
  const order = query.sort ?? fallbackSort;
  const seek = query.cursor ? after(keys, decodeCursor(query.cursor, order, keys.length)) : {};
  const found = await model.find({ $and: [filter, seek] } as never, projection, hinted(find.hint?.rows)).sort(sort).limit(query.per_page + 1).lean().catch(refuseForged);
  const rows = found as unknown as Array<Row & { _id: Types.ObjectId }>;
  const items = rows.slice(0, query.per_page);
  const last = rows.length > query.per_page ? items.at(-1) : undefined;
  const next = last ? encodeCursor(order, keys.map(({ field }) => flat(valueAt(last, field)))) : null;
  return { items, total: null, pages: null, current_page: null, per_page: query.per_page, next_cursor: next };
}

/**
 * (a, b, id) after (x, y, z): a > x, or a = x and b > y, or both equal and id > z. The first key's bound lets an index start
 * there. The schema turns texts back into times and ids.
 */
function after(keys: readonly SortKey[], values: readonly unknown[]): Filter {
  const { field, direction } = keys[0]!;
  // Not "at most", which would leave out what is null.
  const bound = values[0] === null ? {} : { [field]: direction === 1 ? { $gte: values[0] } : { $not: { $gt: values[0] } } };
  return { ...bound, $or: keys.flatMap((key, at) => {
    const equal = Object.fromEntries(keys.slice(0, at).map((earlier, i) => [earlier.field, values[i]]));
    return beyond(key, values[at]).map((condition) => ({ $and: [equal, condition] }));
  }) };
}

/** MongoDB sorts what is null or missing first, but compares only within a type. */
function beyond({ field, direction }: SortKey, value: unknown): Filter[] {
  if (direction === 1) return [value === null ? { [field]: { $ne: null } } : { [field]: { $gt: value } }];
  return value === null ? [] : [{ [field]: { $lt: value } }, { [field]: null }];
}

/** A cursor that was put together by hand names what the schema cannot read. */
function refuseForged(error: Error): never {
  if (error.name === 'CastError') throw new BadCursor();
  throw error;
}

const valueAt = (row: unknown, path: string): unknown => path.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], row);
const flat = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value instanceof Types.ObjectId ? value.toHexString() : value ?? null);
