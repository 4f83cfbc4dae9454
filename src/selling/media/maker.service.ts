import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterCommit } from '../../shared/db/transaction.js';
import { ConcurrentChange } from '../../shared/errors.js';
import { createKeyedQueue } from '../../shared/keyed-queue.js';
import type { Storage } from '../../shared/storage/storage.js';
import type { BlobRepository, StoredContent } from './blobs.repository.js';
import { objectKey, type Blob, type BlobObject, type Content, type Profile } from './media.js';
import { tooLarge } from './media.errors.js';
import { makeRenditions } from './pictures.js';
import { sniff, type Sniffed } from './sniff.js';
import type { Videos } from './videos.js';

type Limits = Readonly<{ maxImageBytes: number; maxVideoBytes: number }>;
type Deps = { storage: Storage; blobs: Pick<BlobRepository, 'find' | 'keep'>; videos: Videos; limits: Limits };

/** Turns a file that anybody sent into what we are willing to show. */
export class MediaMaker {
  /** Of twenty uploads of one picture in this process, the first makes it and the others find it. */
  private readonly queue = createKeyedQueue();

  constructor(private readonly deps: Deps) {}

  /** What it is, by its bytes; MediaRefused when it is nothing that is taken. */
  async identify(path: string, profile: Profile): Promise<Sniffed> {
    const { maxImageBytes, maxVideoBytes } = this.deps.limits;
    const { size } = await stat(path);
    if (size > Math.max(maxImageBytes, maxVideoBytes)) throw tooLarge(size, Math.max(maxImageBytes, maxVideoBytes));
    const found = await sniff(path, profile);
    const limit = found.kind === 'image' ? maxImageBytes : maxVideoBytes;
    if (size > limit) throw tooLarge(size, limit);
    return found;
  }

  /** Makes and stores what is shown of a file, then lets `save` say so; what nobody needed after all is removed again. */
  async make<T>(path: string, profile: Profile, save: (content: StoredContent) => Promise<T>): Promise<T> {
    const found = await this.identify(path, profile);
    return this.queue.run([found.hash], async () => {
      const known = await this.deps.blobs.find(found.hash);
      if (known?.state === 'deleting') throw new ConcurrentChange('The same content is being removed at this moment.');
      if (known) return save({ ...contentOf(known), hash: known.hash, generation: known.generation, isNew: false });
      const mark = { hash: found.hash, generation: randomBytes(4).toString('hex') };
      const content = found.kind === 'image' ? await this.makePicture(path, profile, found, mark) : await this.makeVideo(path, found, mark);
      return save({ ...content, ...mark, isNew: true });
    });
  }

  private async makePicture(path: string, profile: Profile, { kind, contentType }: Sniffed, mark: Pick<Blob, 'hash' | 'generation'>): Promise<Content> {
    const { width, height, objects } = await makeRenditions(path, profile);
    for (const { body, ...object } of objects) await this.put(mark, object, body);
    return { kind, contentType, width, height, objects: objects.map(({ body: _body, ...object }) => object) };
  }

  private async makeVideo(path: string, { kind, contentType }: Sniffed, mark: Pick<Blob, 'hash' | 'generation'>): Promise<Content> {
    const folder = await mkdtemp(join(tmpdir(), 'kontor-video-'));
    try {
      const video = await this.deps.videos.clean(path, contentType, folder);
      const poster = await makeRenditions(video.poster, 'picture');
      const main: BlobObject = { name: `video.${video.extension}`, contentType: video.contentType, bytes: (await stat(video.path)).size, width: video.width, height: video.height };
      await this.put(mark, main, createReadStream(video.path));
      for (const { body, ...object } of poster.objects) await this.put(mark, object, body);
      return {
        kind, contentType: video.contentType, width: video.width, height: video.height, durationSeconds: video.durationSeconds,
        objects: [main, ...poster.objects.map(({ body: _body, ...object }) => object)],
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private put(mark: Pick<Blob, 'hash' | 'generation'>, { name, contentType, bytes }: BlobObject, body: Buffer | Readable): Promise<void> {
    return this.deps.storage.put(objectKey(mark, name), body, { contentType, size: bytes });
  }

  /** Inside a transaction. Of two processes that made the same at once the slower one's objects go again. */
  async keep(content: StoredContent, now: Date): Promise<void> {
    const kept = await this.deps.blobs.keep(content, now);
    if (content.isNew && kept !== content.generation) await afterCommit(() => this.deps.storage.delete(content.objects.map(({ name }) => objectKey(content, name))));
  }
}

const contentOf = ({ kind, contentType, width, height, durationSeconds, objects }: Blob): Content =>
  ({ kind, contentType, width, height, objects, ...(durationSeconds !== undefined && { durationSeconds }) });
