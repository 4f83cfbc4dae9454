import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Advice } from '../lib/terminal.js';

/** `sha256` is of the documents before compression, in their order. */
export type StoredCollection = { name: string; file: string; documents: number; bytes: number; sha256: string; indexes: ReadonlyArray<Record<string, unknown>> };
export type Manifest = {
  format: 1; database: string;
  /** The one moment everything is of, by the database's clock. */
  of: string; takenMs: number; collections: StoredCollection[];
};

const MANIFEST = 'manifest.json';
const CHECKSUM = 'manifest.sha256';
const OWNER_ONLY = 0o600;
const digest = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** Written last and at once: a folder without it is half a backup, and none. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(join(folder, CHECKSUM), `${digest(text)}  ${MANIFEST}\n`, { mode: OWNER_ONLY });
  await writeFile(join(folder, `${MANIFEST}.part`), text, { mode: OWNER_ONLY });
  await rename(join(folder, `${MANIFEST}.part`), join(folder, MANIFEST));
}

export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => { throw new Advice(`${folder} holds no finished backup: there is no ${MANIFEST}`); });
  const noted = await readFile(join(folder, CHECKSUM), 'utf8').catch(() => '');
  if (noted.split(' ')[0] !== digest(text)) throw new Advice(`${join(folder, MANIFEST)} is not what was written: its checksum does not fit. Nothing was restored.`);
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== 1) throw new Advice(`${folder} is of format ${String(manifest.format)}, which this version cannot read`);
  return manifest;
}

/** Documents as the database has them, one after the other: BSON says itself how long it is. */
export async function writeDocuments(file: string, documents: AsyncIterable<Buffer>, count: (documents: number) => void): Promise<Pick<StoredCollection, 'documents' | 'bytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let [written, bytes] = [0, 0];
  async function* counted() {
    for await (const document of documents) {
      hash.update(document);
      bytes += document.length;
      count(++written);
      yield document;
    }
  }
  await pipeline(Readable.from(counted(), { objectMode: false }), createGzip({ level: 1 }), createWriteStream(file, { mode: OWNER_ONLY }));
  return { documents: written, bytes, sha256: hash.digest('hex') };
}

export async function* readDocuments(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file).pipe(createGunzip()) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      if (length < 5) throw new Error('this is no BSON');
      yield rest.subarray(0, length);
      rest = rest.subarray(length);
    }
  }
  if (rest.length > 0) throw new Error('it ends in the middle of a document');
}

/** Every file against the manifest; in sentences what does not fit. */
export async function findDamage(folder: string, { collections }: Manifest, tell: (name: string) => void): Promise<string[]> {
  const damage: string[] = [];
  for (const { name, file, documents, sha256 } of collections) {
    tell(name);
    const hash = createHash('sha256');
    let found = 0;
    try {
      for await (const document of readDocuments(join(folder, file))) { hash.update(document); found += 1; }
      if (found !== documents || hash.digest('hex') !== sha256) damage.push(`${file}: ${found} of ${documents} documents, and its checksum does not fit`);
    } catch (error) {
      damage.push(`${file}: ${(error as Error).message}`);
    }
  }
  return damage;
}
