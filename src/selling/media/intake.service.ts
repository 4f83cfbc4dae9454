import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { later, type Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { TemporarilyUnavailable } from '../../shared/errors.js';
import type { FetchOutside } from '../../shared/outside-fetch.js';
import type { Storage, UploadTarget } from '../../shared/storage/storage.js';
import type { StoredContent } from './blobs.repository.js';
import type { FileRepository, NewFile } from './files.repository.js';
import type { MediaMaker } from './maker.service.js';
import { fileName, IMAGE_TYPES, incomingKey, isVideoType, kindOf, SHOP_OWNER, VIDEO_TYPES, type Profile, type UploadedFile } from './media.js';
import { malwareFound, MediaNotFound, QuotaExceeded, tooLarge, unsupported, UploadMissing, videoUnavailable } from './media.errors.js';
import type { Scanner } from './scanner.js';
import type { Videos } from './videos.js';

/** Long enough for a slow line, and short enough that a link which leaks is worth nothing tomorrow. */
const UPLOAD_SECONDS = 3_600;
const FETCH_MS = 8_000;

export type Incoming = Readonly<{ path: string; name: string; owner: string; profile?: Profile }>;
type Deps = {
  files: FileRepository; storage: Storage; maker: MediaMaker; scan: Scanner | null; videos: Pick<Videos, 'isAvailable'>; now: Clock; inTransaction: InTransaction;
  report(error: unknown): void; fetchOutside: FetchOutside; uploadFolder: string; limits: Readonly<{ maxImageBytes: number; maxVideoBytes: number; quotaBytes: number }>;
};

/** The two ways in: a file in a request, and a link to which a client sends it. */
export class IntakeService {
  constructor(private readonly deps: Deps) {}

  /** A picture is ready at once; a video, or what could not be scanned, is ready when a worker has seen it. Nothing stays of what is refused. */
  async take({ path, name, owner, profile = 'picture' }: Incoming): Promise<UploadedFile> {
    const found = await this.deps.maker.identify(path, profile);
    await this.requireRoom(owner, found.bytes);
    if (found.kind === 'video' && !await this.deps.videos.isAvailable()) throw videoUnavailable();
    const file: NewFile = { ...this.blank(owner, name, profile), contentType: found.contentType, bytes: found.bytes };
    const verdict = await this.scanned(path);
    if (verdict.kind === 'found') throw malwareFound(verdict.name);
    if (verdict.kind === 'unknown' || found.kind === 'video') {
      return this.quarantine(path, { ...file, ...(verdict.kind === 'unknown' && { note: 'It waits for the malware scanner, which is away.' }) });
    }
    return retryLostRace(() => this.deps.maker.make(path, profile, (content) => this.store(file, content)));
  }

  /** From an address that staff name; where it leads is looked at before anything is asked of it. */
  async takeFrom({ url, name, owner }: { url: string; name: string; owner: string }): Promise<UploadedFile> {
    const { fetchOutside, limits, uploadFolder } = this.deps;
    const { body } = await fetchOutside(url, { maxBytes: limits.maxImageBytes, withinMs: FETCH_MS });
    const path = join(uploadFolder, randomUUID());
    await mkdir(uploadFolder, { recursive: true });
    try {
      await writeFile(path, body);
      return await this.take({ path, name, owner });
    } finally {
      await rm(path, { force: true });
    }
  }

  /** The client sends the bytes to the storage itself, then says `complete`. */
  async begin({ name, owner, contentType, bytes }: { name: string; owner: string; contentType: string; bytes: number }): Promise<{ file: UploadedFile; upload: UploadTarget }> {
    const { storage, limits, videos, now } = this.deps;
    const kind = kindOf(contentType);
    if (!kind) throw unsupported(contentType, [...IMAGE_TYPES, ...VIDEO_TYPES]);
    if (isVideoType(contentType) && !await videos.isAvailable()) throw videoUnavailable();
    const limit = kind === 'image' ? limits.maxImageBytes : limits.maxVideoBytes;
    if (bytes > limit) throw tooLarge(bytes, limit);
    const blank = this.blank(owner, name, 'picture');
    const upload = await storage.presignPut(incomingKey(blank.id), { contentType, size: bytes, expiresInSeconds: UPLOAD_SECONDS });
    // The link ends first: what comes through it in its last second is still expected.
    const awaited: NewFile = { ...blank, state: 'awaiting', contentType, bytes, dueAt: later(now(), UPLOAD_SECONDS * 2_000) };
    return { file: await retryLostRace(() => this.insert(awaited)), upload };
  }

  /** To say it twice is to say it once. */
  async complete(id: string, owner: string): Promise<UploadedFile> {
    const { files, storage, now } = this.deps;
    const file = await files.find(id, owner);
    if (!file) throw new MediaNotFound();
    if (file.state !== 'awaiting') return file;
    const arrived = await storage.stat(incomingKey(id));
    if (!arrived || arrived.size !== file.bytes) throw new UploadMissing();
    return await files.move(file, { state: 'quarantined', dueAt: now(), updatedAt: now() }) ?? (await files.find(id, owner))!;
  }

  private store(file: NewFile, content: StoredContent): Promise<UploadedFile> {
    const { objects: _objects, generation: _generation, isNew: _isNew, ...facts } = content;
    return this.insert({ ...file, ...facts, state: 'ready', dueAt: null }, () => this.deps.maker.keep(content, this.deps.now()));
  }

  private async quarantine(path: string, file: NewFile): Promise<UploadedFile> {
    const { storage, now } = this.deps;
    await storage.put(incomingKey(file.id), createReadStream(path), { contentType: 'application/octet-stream', size: (await stat(path)).size });
    try {
      return await retryLostRace(() => this.insert({ ...file, dueAt: now() }));
    } catch (error) {
      await storage.delete([incomingKey(file.id)]);
      throw error;
    }
  }

  /** The file and its share of the quota exist together or not at all. */
  private insert(file: NewFile, also: () => Promise<void> = async () => {}): Promise<UploadedFile> {
    const { files, inTransaction } = this.deps;
    return inTransaction(async () => {
      if (!await files.reserve(file.owner, file.bytes, this.limitOf(file.owner))) throw new QuotaExceeded(this.limitOf(file.owner), file.bytes);
      await also();
      return files.insert(file);
    });
  }

  private blank(owner: string, name: string, profile: Profile): NewFile {
    const now = this.deps.now();
    return {
      id: this.deps.files.newId(), owner, name: fileName(name), profile, state: 'quarantined', kind: null, contentType: '', bytes: 0, hash: null, isPublic: false,
      dueAt: null, touchedAt: now, createdAt: now, updatedAt: now,
    };
  }

  private limitOf(owner: string): number {
    return owner === SHOP_OWNER ? 0 : this.deps.limits.quotaBytes;
  }

  /** Before the work; what decides is the reservation after it. */
  private async requireRoom(owner: string, bytes: number): Promise<void> {
    const limit = this.limitOf(owner);
    if (limit > 0 && await this.deps.files.used(owner) + bytes > limit) throw new QuotaExceeded(limit, bytes);
  }

  private async scanned(path: string): Promise<{ kind: 'clean' } | { kind: 'found'; name: string } | { kind: 'unknown' }> {
    if (!this.deps.scan) return { kind: 'clean' };
    try {
      const name = await this.deps.scan(path);
      return name === null ? { kind: 'clean' } : { kind: 'found', name };
    } catch (error) {
      this.deps.report(error);
      return { kind: 'unknown' };
    }
  }
}

/** While a content is being removed nobody stores it; that takes a moment. */
export const orBusy = (error: { code?: string }): never => {
  throw error.code === 'concurrent_change' ? new TemporarilyUnavailable('media_busy', 'The same file is being stored or removed at this moment. Try again.') : error;
};
