/**
 * awaiting: its bytes are expected at a signed link. quarantined: they are here, nobody but us may have them. ready: looked at, made
 * anew and stored. refused: told why, its bytes are gone.
 */
export const FILE_STATES = ['awaiting', 'quarantined', 'ready', 'refused'] as const;
export type FileState = (typeof FILE_STATES)[number];
export type MediaKind = 'image' | 'video';
/** `picture` keeps its proportions; `avatar` is cut to a square. */
export type Profile = 'picture' | 'avatar';
export type Refusal = Readonly<{ code: string; message: string }>;

/** `bytes` as they were uploaded, which is what the quota counts; width and height as shown, after turning. */
export type UploadedFile = Readonly<{
  id: string; owner: string; name: string; profile: Profile; state: FileState; kind: MediaKind | null; contentType: string; bytes: number;
  hash: string | null; width?: number; height?: number; durationSeconds?: number; note?: string; refusal?: Refusal;
  /** Anybody may see it: something public shows it. */
  isPublic: boolean;
  attempts: number;
  /** When to look at it again: until then somebody works on it, or waits for it. */
  dueAt: Date | null;
  /** When something last began, ceased or was found to refer to it. */
  touchedAt: Date; createdAt: Date; updatedAt: Date;
}>;

/** One stored form of a file: `card.webp`. */
export type BlobObject = Readonly<{ name: string; contentType: string; bytes: number; width?: number | undefined; height?: number | undefined }>;
/** What is stored for one content, however many uploads had it. */
export type Content = Readonly<{ kind: MediaKind; contentType: string; width: number; height: number; durationSeconds?: number; objects: readonly BlobObject[] }>;
/** `generation` is in the names of its objects, so that to remove one storing never hurts a later one of the same content. */
export type Blob = Content & Readonly<{ hash: string; generation: string; state: 'ready' | 'deleting' }>;

/** The longest side in pixels; what is smaller stays as it is. */
export const RENDITIONS = { thumb: 160, card: 480, zoom: 1600 } as const;
export type Rendition = keyof typeof RENDITIONS;
export const AVATAR_SIDES: Readonly<Record<Rendition, number>> = { thumb: 64, card: 160, zoom: 512 };
export const FORMATS = { webp: 'image/webp', jpg: 'image/jpeg' } as const;

export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'] as const;
export const VIDEO_TYPES = ['video/mp4', 'video/quicktime', 'video/webm'] as const;

/** Of what is decoded: a picture of 64 megapixels needs 192 MB, one of a pixel flood all there is. */
export const MAX_PIXELS = 64_000_000;
export const MAX_VIDEO_SECONDS = 180;
/** A new pipeline makes other bytes of the same upload, so it must not meet the old ones under their name. */
export const PIPELINE = 'v1';

export const SHOP_OWNER = 'shop';
export const ownerOfUser = (userId: string): string => `user:${userId}`;

export const AREA = 'media';
export const INCOMING = 'incoming';
export const incomingKey = (fileId: string): string => `${INCOMING}/${fileId}`;
/** `<sha256>-card.webp`: in addresses. */
export const objectName = (hash: string, name: string): string => `${hash}-${name}`;
/** Where it lies. */
export const objectKey = ({ hash, generation }: Pick<Blob, 'hash' | 'generation'>, name: string): string => `${AREA}/${hash}.${generation}-${name}`;

export function parseObjectName(text: string): { hash: string; name: string } | null {
  const match = /^([0-9a-f]{64})-([a-z]{1,12}\.[a-z0-9]{2,4})$/.exec(text);
  return match && { hash: match[1]!, name: match[2]! };
}

export function parseObjectKey(key: string): { hash: string; generation: string } | null {
  const match = /^media\/([0-9a-f]{64})\.([0-9a-f]{8})-/.exec(key);
  return match && { hash: match[1]!, generation: match[2]! };
}

/** The hash in an address of ours, wherever it is served from; null for addresses of others. */
export function hashInUrl(url: string, publicUrl: string): string | null {
  const prefix = `${publicUrl}/media/`;
  return url.startsWith(prefix) ? parseObjectName(url.slice(prefix.length).split('?')[0]!)?.hash ?? null : null;
}

export const isImageType = (type: string): boolean => (IMAGE_TYPES as readonly string[]).includes(type);
export const isVideoType = (type: string): boolean => (VIDEO_TYPES as readonly string[]).includes(type);
export const kindOf = (type: string): MediaKind | null => (isImageType(type) ? 'image' : isVideoType(type) ? 'video' : null);

/** A name for people: no path, no control characters, never empty. */
export const fileName = (given: string): string => given.replace(/^.*[\\/]/s, '').replace(/[\p{Cc}"]+/gu, '').trim().slice(-120) || 'file';
