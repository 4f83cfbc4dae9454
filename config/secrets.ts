import { readFileSync } from 'node:fs';
import { deriveKey, readMasterKeys, type MasterKeys } from '../src/shared/crypto/sealing.js';

/** Each takes JWT_SECRET when it is empty; where one of several names is enough, the first is told. */
const FOLLOWING_JWT = [['DATA_MASTER_KEYS', 'DATA_MASTER_KEYS_FILE'], ['DATA_INDEX_SECRET'], ['MFA_SECRET'], ['GIFT_CARD_SECRET'], ['DIGITAL_SECRET'], ['RISK_SECRET']] as const;

/** Those that have no value of their own: what they open is lost with the next JWT_SECRET. */
export const followingJwt = (text: (name: string) => string): string[] => FOLLOWING_JWT.filter((names) => names.every((name) => !text(name))).map(([name]) => name);

/** From the file of a secret store, else from the variable, else one that follows from JWT_SECRET, so that a first start needs no more. */
export function masterKeysOf(listed: string, file: string, jwtSecret: string): MasterKeys {
  const keys = readMasterKeys(file === '' ? listed : readFileSync(file, 'utf8'));
  if (keys) return keys;
  if (file !== '') throw new Error('The environment is not usable:\n  DATA_MASTER_KEYS_FILE must hold lines like k1:BASE64 of 32 bytes, the current one first');
  return { current: 'jwt', keys: new Map([['jwt', deriveKey(jwtSecret, 'data-master')]]) };
}
