import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MARK = 'e1|';
export const KEY_BYTES = 32;

/** Nonce, tag and ciphertext as base64url. `context` is authenticated: the same bytes in another place cannot be opened. */
export function encrypt(key: Buffer, plain: string | Buffer, context: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Throws when the key, the context or a single bit differs. */
export function decrypt(key: Buffer, body: string, context: string): Buffer {
  const bytes = Buffer.from(body, 'base64url');
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
}

/** Which data key sealed a text, and of which version: `e1|u.64f…|1|<bytes>`. */
export type SealedText = Readonly<{ owner: string; v: number; body: string }>;
export const writeSealed = ({ owner, v, body }: SealedText): string => `${MARK}${owner}|${v}|${body}`;
export const isSealed = (value: unknown): value is string => typeof value === 'string' && value.startsWith(MARK);
export function readSealed(text: string): SealedText {
  const [, owner = '', v = '', body = ''] = text.split('|');
  return { owner, v: Number(v), body };
}

export type MasterKeys = Readonly<{ current: string; keys: ReadonlyMap<string, Buffer> }>;

/** `k2:<base64 of 32 bytes>,k1:…`, also one a line; the first wraps, all unwrap. Null for what is no list of keys. */
export function readMasterKeys(text: string): MasterKeys | null {
  const parts = text.split(/[,\n]/).map((part) => part.trim()).filter((part) => part !== '' && !part.startsWith('#'));
  const keys = new Map<string, Buffer>();
  for (const part of parts) {
    const [, kid, encoded] = /^([\w-]{1,32}):([A-Za-z0-9+/_-]{43}=?)$/.exec(part) ?? [];
    if (kid === undefined || encoded === undefined || keys.has(kid)) return null;
    const key = Buffer.from(encoded, 'base64');
    if (key.length !== KEY_BYTES) return null;
    keys.set(kid, key);
  }
  const [current] = keys.keys();
  return current === undefined ? null : { current, keys };
}

/** Texts that are left with somebody else for a while, such as copies in Redis. */
export type Box = Readonly<{ seal(text: string, context: string): string; open(sealed: string, context: string): string }>;
export const createBox = (key: Buffer): Box => ({ seal: (text, context) => encrypt(key, text, context), open: (sealed, context) => decrypt(key, sealed, context).toString('utf8') });

export const deriveKey = (secret: string, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES));
export const newKey = (): Buffer => randomBytes(KEY_BYTES);
/** Equal texts have equal marks; nobody without the key can try out texts. */
export const blindMark = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('base64url');
