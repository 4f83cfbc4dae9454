import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { later, type Clock } from '../clock.js';
import { sameText } from '../crypto/tokens.js';
import { exactSize } from './exact-size.js';
import { ObjectMissing, SignedUrlRefused } from './storage.errors.js';
import { requireKey, type Storage, type StoredObject } from './storage.js';

/** What a signed link of ours says; all of it is signed. */
export type SignedTerms = Readonly<{ method: 'GET' | 'PUT'; key: string; expires: number; type: string; bytes: number }>;
export type LocalStorage = Storage & { verify(terms: SignedTerms, signature: string): void };

/** Half-written files; a rename makes them whole. On the same file system, or the rename would copy. */
const UNFINISHED = '.unfinished';

type Deps = { directory: string; publicUrl: string; sign: (text: string) => string; now: Clock };

/** Files in a folder of this machine, for one node or a shared mount. */
export function createLocalStorage({ directory, publicUrl, sign, now }: Deps): LocalStorage {
  // Spread over folders by the first letters of the name: some tools are slow with a hundred thousand files in one.
  const pathOf = (key: string) => {
    const [area, name] = requireKey(key).split('/') as [string, string];
    return join(directory, area, name.slice(0, 2), name);
  };
  const signatureOf = ({ method, key, expires, type, bytes }: SignedTerms) => sign(`storage:${JSON.stringify([method, key, expires, type, bytes])}`);
  const addressOf = (terms: SignedTerms) => {
    const { method, key, expires, type, bytes } = terms;
    return `${publicUrl}/storage/${key}?${new URLSearchParams({ method, expires: String(expires), type, bytes: String(bytes), signature: signatureOf(terms) })}`;
  };
  const statOf = (key: string) => stat(pathOf(key)).catch((error: unknown) => { if (isMissing(error)) return null; throw error; });

  return {
    kind: 'local',
    async put(key, body, { size }) {
      const path = pathOf(key);
      const unfinished = join(directory, UNFINISHED, randomUUID());
      await mkdir(dirname(path), { recursive: true });
      await mkdir(dirname(unfinished), { recursive: true });
      try {
        await pipeline(Buffer.isBuffer(body) ? Readable.from([body], { objectMode: false }) : body, exactSize(size), createWriteStream(unfinished, { mode: 0o600, flush: true }));
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
    async open(key, range) {
      if (!await statOf(key)) throw new ObjectMissing();
      return createReadStream(pathOf(key), range ? { start: range.start, end: range.end } : {});
    },
    async stat(key) {
      const found = await statOf(key);
      return found && { size: found.size };
    },
    async delete(keys) {
      for (const key of keys) await rm(pathOf(key), { force: true });
    },
    list: (area) => filesIn(join(directory, area), area),
    async presignPut(key, { contentType, size, expiresInSeconds }) {
      const expiresAt = later(now(), expiresInSeconds * 1000);
      const url = addressOf({ method: 'PUT', key: requireKey(key), expires: expiresAt.getTime(), type: contentType, bytes: size });
      return { url, method: 'PUT', headers: { 'content-type': contentType }, expiresAt };
    },
    async presignGet(key, { contentType, expiresInSeconds }) {
      return addressOf({ method: 'GET', key: requireKey(key), expires: later(now(), expiresInSeconds * 1000).getTime(), type: contentType, bytes: 0 });
    },
    verify(terms, signature) {
      if (!sameText(signature, signatureOf(terms)) || terms.expires < now().getTime()) throw new SignedUrlRefused();
    },
    async tidy(before) {
      const folder = join(directory, UNFINISHED);
      let removed = 0;
      for (const name of await readdir(folder).catch(() => [])) {
        const found = await stat(join(folder, name)).catch(() => null);
        if (!found || found.mtime >= before) continue;
        await rm(join(folder, name), { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

async function* filesIn(folder: string, area: string): AsyncGenerator<StoredObject> {
  for (const shard of await readdir(folder).catch(() => [])) {
    for (const name of await readdir(join(folder, shard)).catch(() => [])) {
      const found = await stat(join(folder, shard, name)).catch(() => null);
      if (found?.isFile()) yield { key: `${area}/${name}`, size: found.size, modifiedAt: found.mtime };
    }
  }
}

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
