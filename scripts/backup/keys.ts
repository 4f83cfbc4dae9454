import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import mongoose from 'mongoose';
import { Advice } from '../lib/terminal.js';
import { readDocuments, writeDocuments } from './manifest.js';

const { BSON } = mongoose.mongo;
type Db = ReturnType<InstanceType<typeof mongoose.mongo.MongoClient>['db']>;
/** A row of `data_keys`; numbers as they are stored. */
export type KeyRow = { _id: string; current: unknown; versions: unknown[]; createdAt: unknown; shreddedAt?: unknown };

/** No part of a backup: with an older copy of the keys an older backup would bring back who was erased. */
export const KEYS = 'data_keys';
const FILE = 'data_keys.bson.gz';
/** Types as they were stored. */
export const EXACT = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Beside the backups, shared by all of them. */
export const keyFolderBeside = (backup: string): string => join(dirname(resolve(backup)), 'newest-data-keys');

/** Replaces the copy that was there at once: only the newest is kept. */
export async function copyKeys(db: Db, folder: string): Promise<number> {
  return write(folder, db.collection(KEYS).find({}, { raw: true, readConcern: { level: 'majority' } }) as unknown as AsyncIterable<Buffer>);
}

/** Null where there is no copy. */
export async function readKeyCopy(folder: string): Promise<KeyRow[] | null> {
  const file = join(folder, FILE);
  if (!await stat(file).catch(() => null)) return null;
  const rows: KeyRow[] = [];
  try {
    for await (const document of readDocuments(file)) rows.push(BSON.deserialize(document, EXACT) as unknown as KeyRow);
  } catch (error) {
    throw new Advice(`${file} is damaged (${(error as Error).message}). Nothing was restored; without the data keys nobody's personal data can be read.`);
  }
  return rows;
}

export async function saveKeyCopy(folder: string, rows: readonly KeyRow[]): Promise<void> {
  await write(folder, (async function* each() { for (const row of rows) yield Buffer.from(BSON.serialize(row)); })());
}

export async function keysOf(db: Db): Promise<KeyRow[]> {
  return await db.collection(KEYS).find({}, EXACT).toArray() as unknown as KeyRow[];
}

/** What was shredded anywhere stays shredded; else the newest version counts. Later lists are believed more. */
export function mergedKeys(...lists: ReadonlyArray<readonly KeyRow[]>): Map<string, KeyRow> {
  const merged = new Map<string, KeyRow>();
  for (const row of lists.flat()) {
    const before = merged.get(String(row._id));
    if (before && (before.shreddedAt !== undefined || (row.shreddedAt === undefined && Number(row.current) < Number(before.current)))) continue;
    merged.set(String(row._id), row);
  }
  return merged;
}

async function write(folder: string, documents: AsyncIterable<Buffer>): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const part = join(folder, `${FILE}.part`);
  const { documents: written } = await writeDocuments(part, documents, () => undefined);
  await rename(part, join(folder, FILE));
  return written;
}
