import type { Money } from '../../shared/money.js';

/** `price` is what it cost when it was put there, so that a drop can be told; null where it was not sold in the currency. */
export type WishlistItem = Readonly<{ productId: string; sku: string | null; note: string; price: Money | null; addedAt: Date }>;
export type Wishlist = Readonly<{
  id: string;
  /** Null for the one list of a guest, who has its token; it is forgotten after a while. */
  userId: string | null; guestTokenHash: string | null; expiresAt: Date | null;
  name: string; isDefault: boolean; items: readonly WishlistItem[];
  /** Whoever has the link may look; only its hash is kept. */
  shareTokenHash: string | null; version: number; createdAt: Date; updatedAt: Date;
}>;

export const MAX_LISTS = 50;
export const MAX_ITEMS = 500;

const isSame = (item: WishlistItem, productId: string, sku: string | null) => item.productId === productId && item.sku === sku;

/** Putting a thing there twice keeps the first, with the price of that day, and takes the newer note. */
export function withItem(items: readonly WishlistItem[], added: WishlistItem): readonly WishlistItem[] {
  const known = items.find((item) => isSame(item, added.productId, added.sku));
  if (!known) return [...items, added];
  return items.map((item) => (item === known ? { ...item, note: added.note === '' ? item.note : added.note } : item));
}

export function withoutItem(items: readonly WishlistItem[], productId: string, sku: string | null): readonly WishlistItem[] {
  return items.filter((item) => !(item.productId === productId && (sku === null || item.sku === sku)));
}

/** How much less it costs now, or null. */
export function dropOf(then: Money | null, now: Money | null): Money | null {
  if (!then || !now || then.currency !== now.currency || now.amount >= then.amount) return null;
  return { amount: then.amount - now.amount, currency: now.currency };
}

const keyOf = ({ productId, sku }: Pick<WishlistItem, 'productId' | 'sku'>): string => `${productId}:${sku ?? ''}`;

/** What is in the first and not in the second. */
export function itemsOnlyIn(some: readonly WishlistItem[], others: readonly WishlistItem[]): readonly WishlistItem[] {
  const known = new Set(others.map(keyOf));
  return some.filter((item) => !known.has(keyOf(item)));
}

/** Each thing once; what was there stays as it was, and what does not fit any more is left out. */
export const mergedItems = (own: readonly WishlistItem[], guests: readonly WishlistItem[]): readonly WishlistItem[] =>
  [...own, ...itemsOnlyIn(guests, own)].slice(0, Math.max(MAX_ITEMS, own.length));
