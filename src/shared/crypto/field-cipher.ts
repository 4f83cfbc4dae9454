import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Which key sealed a text, so that another can follow it. */
const KEY_ID = 'k1';

export type FieldCipher = Readonly<{
  /** `context` names the place of the text (`licence_keys|cipher|64f…`): copied to another place it cannot be opened. */
  seal(text: string, context: string): string;
  open(sealed: string, context: string): string;
  /** Equal texts have equal marks; nobody without the key can try out texts. */
  blindIndex(text: string): string;
}>;

/** Encrypts single fields at rest. `purpose` keeps keys of different fields apart that follow from one secret. */
export function createFieldCipher(secret: string, purpose: string): FieldCipher {
  const derive = (info: string) => Buffer.from(hkdfSync('sha256', secret, '', `${purpose}:${info}`, 32));
  const [key, indexKey] = [derive('seal'), derive('index')];
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${KEY_ID}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
    },
    open(sealed, context) {
      const [keyId, body = ''] = sealed.split('.');
      if (keyId !== KEY_ID) throw new Error(`No key ${keyId} to open a field with`);
      const bytes = Buffer.from(body, 'base64url');
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
    },
    blindIndex: (text) => createHmac('sha256', indexKey).update(text).digest('base64url'),
  };
}
