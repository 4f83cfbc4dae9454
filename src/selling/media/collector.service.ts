import { later, type Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Storage } from '../../shared/storage/storage.js';
import type { BlobRepository } from './blobs.repository.js';
import type { FileRepository } from './files.repository.js';
import { AREA, INCOMING, incomingKey, objectKey, parseObjectKey, type UploadedFile } from './media.js';

/** Who may show files: asked with many ids, answers those that are in use, and may answer others besides. */
export type ReferenceSource = Readonly<{ name: string; inUse(mediaIds: readonly string[]): Promise<Iterable<string>> }>;

const STEP = 200;
/** What a request may still be at work on. */
const STRAY_MS = 24 * 3_600_000;

type Deps = { files: FileRepository; blobs: BlobRepository; storage: Storage; now: Clock; inTransaction: InTransaction; graceMs: number; sources(): readonly ReferenceSource[] };

/**
 * Deletes what nothing refers to. References are asked of the documents themselves each time, never counted along; whoever begins
 * to refer to a file touches it in the same transaction, and only what was not touched since it was looked at is removed.
 */
export class CollectorService {
  constructor(private readonly deps: Deps) {}

  /** Answers how many files were removed. */
  async collect(stop?: AbortSignal): Promise<number> {
    const removed = await this.collectFiles('ready', stop) + await this.collectFiles('refused', stop) + await this.collectAwaiting(stop);
    await this.deleteCondemned(stop);
    return removed;
  }

  /** Objects that no document knows: left by requests that died between storing and saying so. Walks through everything, so run it rarely. */
  async sweep(stop?: AbortSignal): Promise<number> {
    const { storage, blobs, files, now } = this.deps;
    const before = later(now(), -STRAY_MS);
    let removed = await storage.tidy(before);
    for await (const { key, modifiedAt } of storage.list(AREA)) {
      if (stop?.aborted) return removed;
      const mark = modifiedAt < before ? parseObjectKey(key) : null;
      if (!mark || (await blobs.find(mark.hash))?.generation === mark.generation) continue;
      await storage.delete([key]);
      removed += 1;
    }
    for await (const { key, modifiedAt } of storage.list(INCOMING)) {
      if (stop?.aborted) return removed;
      const id = key.slice(INCOMING.length + 1);
      const file = modifiedAt < before && /^[0-9a-f]{24}$/.test(id) ? await files.find(id) : undefined;
      if (file === undefined || file?.state === 'awaiting' || file?.state === 'quarantined') continue;
      await storage.delete([key]);
      removed += 1;
    }
    return removed;
  }

  private async collectFiles(state: 'ready' | 'refused', stop?: AbortSignal): Promise<number> {
    const { files, now, graceMs } = this.deps;
    let removed = 0;
    for (;;) {
      const old = await files.untouchedSince(state, later(now(), -graceMs), STEP);
      if (old.length === 0 || stop?.aborted) return removed;
      const inUse = state === 'ready' ? await this.inUse(old.map(({ id }) => id)) : new Set<string>();
      // Looked at: they come up again when it is their turn, and whoever ceases to refer to one touches it.
      await files.touch(old.filter(({ id }) => inUse.has(id)).map(({ id }) => id), now());
      for (const file of old) if (!inUse.has(file.id) && await this.remove(file)) removed += 1;
    }
  }

  private async collectAwaiting(stop?: AbortSignal): Promise<number> {
    const { files, storage, now } = this.deps;
    for (let removed = 0; ; removed++) {
      const file = stop?.aborted ? null : await files.takeDue('awaiting', now(), later(now(), STRAY_MS));
      if (!file) return removed;
      if (await this.remove(file)) await storage.delete([incomingKey(file.id)]);
    }
  }

  async inUse(mediaIds: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const source of this.deps.sources()) for (const id of await source.inUse(mediaIds)) found.add(id);
    return found;
  }

  /** False when it was touched since it was read. Its content goes with the last file that has it. */
  async remove(file: UploadedFile): Promise<boolean> {
    const { files, blobs, inTransaction } = this.deps;
    return inTransaction(async () => {
      if (!await files.remove(file)) return false;
      if (file.state !== 'refused') await files.release(file.owner, file.bytes);
      if (file.hash !== null && file.state === 'ready' && !await files.hasHash(file.hash)) await blobs.condemn(file.hash);
      return true;
    });
  }

  async deleteCondemned(stop?: AbortSignal): Promise<void> {
    const { blobs, storage } = this.deps;
    for (;;) {
      const condemned = await blobs.condemned(STEP);
      if (condemned.length === 0 || stop?.aborted) return;
      for (const blob of condemned) {
        await storage.delete(blob.objects.map(({ name }) => objectKey(blob, name)));
        await blobs.forget(blob.hash);
      }
    }
  }
}
