import type { Readable } from 'node:stream';
import type { ByteRange } from '../http/content.js';

export type StoredObject = Readonly<{ key: string; size: number; modifiedAt: Date }>;
/** Where a client sends the bytes itself: exactly that method, those headers, before it expires. */
export type UploadTarget = Readonly<{ url: string; method: 'PUT'; headers: Readonly<Record<string, string>>; expiresAt: Date }>;

/**
 * Files by key, `area/name`. What is put is there as a whole or not at all, and read as it is streamed: no file is ever held
 * in memory. To put the same key again replaces it.
 */
export type Storage = Readonly<{
  kind: 'local' | 's3';
  /** Refuses, and keeps nothing, when the body has not exactly `size` bytes. */
  put(key: string, body: Readable | Buffer, facts: { contentType: string; size: number }): Promise<void>;
  /** ObjectMissing when there is none. */
  open(key: string, range?: ByteRange): Promise<Readable>;
  stat(key: string): Promise<{ size: number } | null>;
  /** Those that are gone already count as deleted. */
  delete(keys: readonly string[]): Promise<void>;
  list(area: string): AsyncIterable<StoredObject>;
  /** Only a body of this type and of exactly `size` bytes is taken. */
  presignPut(key: string, terms: { contentType: string; size: number; expiresInSeconds: number }): Promise<UploadTarget>;
  presignGet(key: string, terms: { contentType: string; expiresInSeconds: number }): Promise<string>;
  /** Removes what writes that were killed half way left behind; answers how many. */
  tidy(before: Date): Promise<number>;
}>;

/** Names that no file system and no address reads as anything else. */
const KEY = /^[a-z]{1,20}\/[A-Za-z0-9][A-Za-z0-9._-]{0,180}$/;

export function requireKey(key: string): string {
  if (!KEY.test(key) || key.includes('..')) throw new Error(`${JSON.stringify(key)} is no key of the storage`);
  return key;
}
