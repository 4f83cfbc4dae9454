import { createHmac } from 'node:crypto';
import { sameText } from '../../shared/crypto/tokens.js';
import { signedText, type SignedRequest } from '../../shared/http/signature.js';

/** How far the clock of a partner may be off, either way. */
export const WINDOW_SECONDS = 300;
/** A signature made at the far edge of the window is good for twice the window; our own clocks differ a little as well. */
export const NONCE_KEPT_SECONDS = 2 * WINDOW_SECONDS + 60;

const SHAPES = { timestamp: /^\d{10}$/, nonce: /^[\w-]{16,64}$/, bodySha256: /^[0-9a-f]{64}$/, signature: /^[0-9a-f]{64}$/ } as const;

export const isWellFormed = (signed: SignedRequest): boolean =>
  Object.entries(SHAPES).every(([name, shape]) => shape.test(signed[name as keyof typeof SHAPES]));

export const isInTime = ({ timestamp }: Pick<SignedRequest, 'timestamp'>, now: Date): boolean =>
  Math.abs(now.getTime() / 1000 - Number(timestamp)) <= WINDOW_SECONDS;

export const isSignedWith = (signingSecret: string, signed: SignedRequest): boolean =>
  sameText(createHmac('sha256', signingSecret).update(signedText(signed)).digest('hex'), signed.signature);

/** Follows from the key's proof and a secret of ours, so it need not be stored and ends together with that proof. */
export const signingSecretOf = (deriveSecret: (purpose: string) => string, secretHash: string): string => `ss_${deriveSecret(`api-key-signing:${secretHash}`)}`;
