import { createHash } from 'node:crypto';
import { sha256 } from '../../shared/crypto/tokens.js';
import type { AuditEntry } from '../../shared/audit.js';

/**
 * One chain would make its head the one document that all audited changes of the shop wait for; the entries of one subject
 * always share a chain, so that their order is proven too.
 */
export const CHAINS = 16;
/** What the first entry of a chain follows. */
export const GENESIS = '0'.repeat(64);

/** Where a chain ends, or, as its floor, where what is kept of it begins. */
export type Head = Readonly<{ sequence: number; hash: string }>;
export type Link = Readonly<{ chain: number; sequence: number; prev: string; hash: string }>;
export type Chained<Entry> = Entry & Link;
/** What a hash covers: everything that is stored but for the id and the link. */
export type Content = Omit<AuditEntry, 'about'> & Readonly<{ requestId?: string; at: Date }>;

export const chainOf = (subject: string): number => createHash('sha256').update(subject).digest().readUInt32BE(0) % CHAINS;

/** The same text for the same content, in whatever order a database gives the names back. */
export function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const named = Object.entries(value).filter(([, held]) => held !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${named.map(([name, held]) => `${JSON.stringify(name)}:${canonical(held)}`).join(',')}}`;
}

/** hash = SHA-256(prev | canonical JSON of place and content) */
export function hashOf(place: Omit<Link, 'hash'>, { actor, action, subject, before, after, requestId, at }: Content): string {
  const { chain, sequence, prev } = place;
  return sha256(`${prev}|${canonical({ chain, sequence, actor: { type: actor.type, id: actor.id }, action, subject, before, after, requestId, at })}`);
}

export function linkAfter<Entry extends Content>(head: Head, chain: number, entry: Entry): Chained<Entry> {
  const place = { chain, sequence: head.sequence + 1, prev: head.hash };
  return { ...entry, ...place, hash: hashOf(place, entry) };
}

export type Problem = 'edited' | 'removed' | 'unchained';
/** The first thing wrong with a chain. An entry that is gone has a place, but no id. */
export type Break = Readonly<{ chain: number; sequence: number; problem: Problem; id?: string; subject?: string; at?: Date }>;

type Read = Chained<Content> & { id: string };
const where = ({ chain, sequence, id, subject, at }: Read) => ({ chain, sequence, id, subject, at });

/** What is wrong with an entry that stands after `last`, or null. */
export function breakAt(last: Head, entry: Read): Break | null {
  if (entry.sequence !== last.sequence + 1) return { chain: entry.chain, sequence: last.sequence + 1, problem: 'removed' };
  const isWhole = entry.prev === last.hash && entry.hash === hashOf(entry, entry);
  return isWhole ? null : { ...where(entry), problem: 'edited' };
}

/** `0:17:5f…,3:4:ab…`: chain, sequence and hash of every chain that has begun. */
export const writeAnchor = (heads: ReadonlyMap<number, Head>): string =>
  [...heads].sort(([a], [b]) => a - b).map(([chain, { sequence, hash }]) => `${chain}:${sequence}:${hash}`).join(',');

/** Null for what is no anchor. */
export function readAnchor(text: string): Map<number, Head> | null {
  if (!/^(\d{1,3}:\d{1,12}:[\da-f]{64})(,\d{1,3}:\d{1,12}:[\da-f]{64})*$/.test(text)) return null;
  return new Map(text.split(',').map((part) => {
    const [chain, sequence, hash] = part.split(':') as [string, string, string];
    return [Number(chain), { sequence: Number(sequence), hash }];
  }));
}
