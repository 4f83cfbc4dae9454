import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import { sameText } from '../../shared/crypto/tokens.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Storage } from '../../shared/storage/storage.js';
import type { AttachmentRepository } from './attachments.repository.js';
import type { BlobRepository } from './blobs.repository.js';
import type { CollectorService } from './collector.service.js';
import type { FileRepository } from './files.repository.js';
import { hashInUrl, incomingKey, objectKey, objectName, parseObjectName, type Blob, type BlobObject, type FileState, type UploadedFile } from './media.js';
import { MediaInUse, MediaNotFound, UnknownMedia } from './media.errors.js';

/** How long a publication or a removal takes to be felt on other nodes. */
const REMEMBERED_MS = 1_000;

/** A picture as other modules keep it. `url` leads to the largest JPEG; the other sizes stand beside it under the same name. */
export type MediaImage = Readonly<{ url: string; alt: string; mediaId?: string }>;
/** A file for an answer: addresses by object, as in `{ "card.webp": "https://…" }`. */
export type MediaView = Readonly<{ id: string; kind: 'image' | 'video'; contentType: string; width: number; height: number; durationSeconds?: number; url: string; urls: Readonly<Record<string, string>> }>;
export type Served = Readonly<{ object: BlobObject; isPublic: boolean; key: string }>;
type Signature = Readonly<{ expires: number; signature: string }>;

type Deps = {
  files: FileRepository; blobs: BlobRepository; attachments: AttachmentRepository; storage: Storage; collector: CollectorService; now: Clock; inTransaction: InTransaction;
  publicUrl: string; sign(text: string): string;
};

/** Files that are there: whose they are, what shows them, and where they are read. */
export class LibraryService {
  private readonly served = new Recent<{ blob: Blob; isPublic: boolean } | null>({ ttlMs: REMEMBERED_MS, max: 5_000 });

  constructor(private readonly deps: Deps) {}

  list(owner: string, state: FileState | undefined, query: PageQuery): Promise<Page<UploadedFile>> {
    return this.deps.files.page(owner, state, query);
  }

  async get(id: string, owner: string): Promise<UploadedFile> {
    const file = await this.deps.files.find(id, owner);
    if (!file) throw new MediaNotFound();
    return file;
  }

  /** At once, with its content if nobody else has the same. */
  async delete(id: string, owner: string): Promise<void> {
    const { collector, storage } = this.deps;
    const file = await this.get(id, owner);
    if ((await collector.inUse([id])).has(id)) throw new MediaInUse();
    // Whoever attached it since then has touched it.
    if (!await collector.remove(file)) throw new MediaInUse();
    await storage.delete([incomingKey(id)]);
    if (file.hash !== null) this.served.forget(file.hash);
    await collector.deleteCondemned();
  }

  /** Refuses ids that are not ready files of this owner, all at once. */
  async requireOwn(mediaIds: readonly string[], owner: string): Promise<void> {
    const own = new Set((await this.deps.files.findMany(mediaIds)).filter((file) => file.owner === owner && file.state === 'ready').map(({ id }) => id));
    const unknown = mediaIds.filter((id) => !own.has(id));
    if (unknown.length > 0) throw new UnknownMedia(unknown);
  }

  /** For what is shown once at most. Who attaches a file touches it, so of two at once one finds it in use. */
  async requireFree(mediaIds: readonly string[], owner: string): Promise<void> {
    await this.requireOwn(mediaIds, owner);
    const inUse = mediaIds.length === 0 ? new Set<string>() : await this.deps.collector.inUse(mediaIds);
    if (mediaIds.some((id) => inUse.has(id))) throw new MediaInUse();
  }

  /** Inside the transaction of whoever shows them: exactly these, in this order, instead of those before. With `hidesDropped` nobody may have those any more, unless something else shows them. */
  async attach(kind: string, ownerId: string, mediaIds: readonly string[], { isPublic = true, hidesDropped = false } = {}): Promise<void> {
    const { attachments, collector, files, now } = this.deps;
    const before = await attachments.find(kind, ownerId);
    const wanted = [...new Set(mediaIds)];
    const dropped = before.filter((id) => !wanted.includes(id));
    if (await files.touch(wanted, now(), { isPublic }) < wanted.length) throw new UnknownMedia(wanted);
    await attachments.replace(kind, ownerId, wanted, now());
    const elsewhere = hidesDropped && dropped.length > 0 ? await collector.inUse(dropped) : new Set(dropped);
    await files.touch(dropped.filter((id) => elsewhere.has(id)), now());
    await files.touch(dropped.filter((id) => !elsewhere.has(id)), now(), { isPublic: false });
  }

  /**
   * Inside the transaction that saves a document with pictures: what it shows from now on is kept and public, what it ceases to show
   * may go after a while. Answers the pictures with their addresses. Addresses of others pass as they are.
   */
  async adopt(before: readonly MediaImage[], after: readonly MediaImage[]): Promise<readonly MediaImage[]> {
    const { files, now, publicUrl } = this.deps;
    const hashes = after.map(({ url, mediaId }) => (mediaId === undefined ? hashInUrl(url, publicUrl) : null)).filter((hash) => hash !== null);
    const byHash = new Map((hashes.length > 0 ? await files.findReadyByHash(hashes) : []).map((file) => [file.hash, file]));
    const named = after.map((image) => (image.mediaId === undefined ? { ...image, ...idOf(byHash.get(hashInUrl(image.url, publicUrl))) } : image));
    const ids = [...new Set(named.flatMap(({ mediaId }) => mediaId ?? []))];
    const gone = before.flatMap(({ mediaId }) => (mediaId === undefined || ids.includes(mediaId) ? [] : [mediaId]));
    await files.touch(gone, now());
    if (ids.length === 0) return named;
    const found = new Map((await files.findMany(ids)).filter(({ state, kind }) => state === 'ready' && kind === 'image').map((file) => [file.id, file]));
    if (found.size < ids.length || await files.touch(ids, now(), { isPublic: true }) < ids.length) throw new UnknownMedia(ids.filter((id) => !found.has(id)));
    return named.map((image) => (image.mediaId === undefined ? image : { ...image, url: this.addressOf(found.get(image.mediaId)!.hash!, 'zoom.jpg') }));
  }

  /** Ready ones only, by id. With `signedForSeconds` the addresses also work while a file is not public, until then. */
  async urlsOf(mediaIds: readonly string[], { signedForSeconds }: { signedForSeconds?: number } = {}): Promise<Map<string, MediaView>> {
    const files = (mediaIds.length === 0 ? [] : await this.deps.files.findMany(mediaIds)).filter(({ state, hash }) => state === 'ready' && hash !== null);
    const blobs = await this.deps.blobs.findMany(files.map(({ hash }) => hash!));
    const address = (hash: string, name: string) => (signedForSeconds === undefined ? this.addressOf(hash, name) : this.signedAddress(hash, name, signedForSeconds));
    return new Map(files.map(({ id, kind, hash, contentType, width = 0, height = 0, durationSeconds }) => {
      const names = (blobs.get(hash!)?.objects ?? []).map(({ name }) => name);
      const main = names.find((name) => name.startsWith('video.')) ?? 'zoom.jpg';
      const urls = Object.fromEntries(names.map((name) => [name, address(hash!, name)]));
      return [id, { id, kind: kind!, contentType, width, height, ...(durationSeconds !== undefined && { durationSeconds }), url: urls[main] ?? address(hash!, main), urls }];
    }));
  }

  /** What is served under this name; null when there is nothing, or nothing for whoever asks. */
  async find(text: string, given: Partial<Signature>): Promise<Served | null> {
    const asked = parseObjectName(text);
    if (!asked) return null;
    const { hash, name } = asked;
    const known = await this.served.get(hash, async () => {
      const blob = await this.deps.blobs.find(hash);
      return blob?.state === 'ready' ? { blob, isPublic: await this.deps.files.isPublic(hash) } : null;
    });
    const object = known?.blob.objects.find((one) => one.name === name);
    if (!known || !object || (!known.isPublic && !this.isSigned(hash, name, given))) return null;
    return { object, isPublic: known.isPublic, key: objectKey(known.blob, name) };
  }

  addressOf(hash: string, name: string): string {
    return `${this.deps.publicUrl}/media/${objectName(hash, name)}`;
  }

  private signedAddress(hash: string, name: string, seconds: number): string {
    const expires = Math.floor(this.deps.now().getTime() / 1000) + seconds;
    return `${this.addressOf(hash, name)}?expires=${expires}&signature=${this.signatureOf(hash, name, expires)}`;
  }

  private isSigned(hash: string, name: string, { expires, signature }: Partial<Signature>): boolean {
    if (expires === undefined || signature === undefined) return false;
    return sameText(signature, this.signatureOf(hash, name, expires)) && expires * 1000 >= this.deps.now().getTime();
  }

  private signatureOf(hash: string, name: string, expires: number): string {
    return this.deps.sign(`media:${objectName(hash, name)}:${expires}`);
  }
}

const idOf = (file: UploadedFile | undefined) => (file ? { mediaId: file.id } : {});
