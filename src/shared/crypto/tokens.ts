import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** 192 random bits that fit a header. Whoever holds a token is its owner: store only its hash. */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** Random text over an alphabet, without modulo bias. */
export const randomText = (length: number, alphabet: string): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

export const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/** Compares without telling by its time where the first difference is. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
