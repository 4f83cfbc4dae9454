import type { Request } from 'express';
import { sha256 } from '../crypto/tokens.js';

/** What a partner signed: the request as it was sent, when, and a word that is used once. */
export type SignedRequest = Readonly<{
  method: string;
  /** Path with query, exactly as sent. */
  target: string;
  /** Seconds since 1970, as text, because that is what was signed. */
  timestamp: string;
  nonce: string;
  /** Hex; of no body the hash of nothing. */
  bodySha256: string;
  /** Hex HMAC-SHA-256 over `signedText`. */
  signature: string;
}>;

export const HASH_OF_NOTHING = sha256('');

/** `x-signature` says that a request is signed; whatever else is missing then cannot be right and is left empty. */
export function readSignature(req: Request): SignedRequest | undefined {
  const textOf = (name: string): string => { const value = req.headers[name]; return typeof value === 'string' ? value : ''; };
  if (req.headers['x-signature'] === undefined) return undefined;
  return {
    method: req.method, target: req.originalUrl, timestamp: textOf('x-signature-timestamp'), nonce: textOf('x-signature-nonce'),
    bodySha256: req.headers['x-content-sha256'] === undefined ? HASH_OF_NOTHING : textOf('x-content-sha256'), signature: textOf('x-signature'),
  };
}

/** Only the address can contain the separator, so no two requests have the same text. */
export const signedText = ({ method, target, timestamp, nonce, bodySha256 }: Omit<SignedRequest, 'signature'>): string =>
  [method, target, timestamp, nonce, bodySha256].join('|');
