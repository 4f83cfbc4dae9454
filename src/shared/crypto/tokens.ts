import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** 192 random bits that fit a header. Whoever holds a token is its owner: store only its hash. */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** Random text over an alphabet, without modulo bias. */
export const randomText = (length: number, alphabet: string): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

export const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/** Secrets that need not be stored, because they can be made again from what they are for: `order-token:64f…`. */
export const deriveSecret = (key: string) => (purpose: string): string => createHmac('sha256', key).update(purpose).digest('base64url');

/** Compares without telling by its time where the first difference is. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
