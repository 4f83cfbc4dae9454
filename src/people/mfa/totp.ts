import { generateSecret, generateURI, verifySync } from 'otplib';
import { isTotpCode } from './mfa.js';

const PERIOD_SECONDS = 30;

/** 160 bits, as RFC 4226 recommends, in base32. */
export const newTotpSecret = (): string => generateSecret();

/** What an authenticator app reads from a QR code. */
export const totpUri = (secret: string, label: string, issuer: string): string => generateURI({ secret, label, issuer });

/**
 * Which 30 seconds (RFC 6238, SHA-1, 6 digits) this is the code of, or null. One step before and after now is accepted,
 * because clocks differ and people type slowly.
 */
export function stepOfCode(secret: string, code: string, at: Date): number | null {
  if (!isTotpCode(code)) return null;
  const result = verifySync({ secret, token: code, epoch: Math.floor(at.getTime() / 1000), epochTolerance: PERIOD_SECONDS });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}
