import { PERMISSIONS, STOREFRONT_SCOPES } from '../../shared/permissions.js';

export type KeyKind = 'publishable' | 'secret';
/** Secret keys only: whether the request may, or has to be signed instead of carrying the app secret. Absent is never. */
export type Signing = 'optional' | 'required';
/** How a key reads: `pk_live_<8 of its name>_<32 that prove it>`. */
export type PresentedKey = Readonly<{ kind: KeyKind; keyId: string; proof: string }>;

/** While a key is being rotated two of these are valid; the older one has an end. */
export type KeySecret = Readonly<{ hash: string; appSecretHash?: string; expiresAt?: Date }>;
export type ApiKey = Readonly<{
  id: string; keyId: string; prefix: string; name: string; kind: KeyKind; scopes: readonly string[]; secrets: readonly KeySecret[];
  expiresAt?: Date; rateLimitPerMinute?: number; channel?: string; signing?: Signing; revokedAt?: Date; lastUsedAt?: Date; createdAt: Date;
}>;

export const KNOWN_SCOPES: readonly string[] = [...new Set<string>([...STOREFRONT_SCOPES, ...PERMISSIONS])];
const storefront: ReadonlySet<string> = new Set(STOREFRONT_SCOPES);
const permissions: ReadonlySet<string> = new Set(PERMISSIONS);

const KINDS: Readonly<Record<string, KeyKind>> = { pk: 'publishable', sk: 'secret' };
const FORMAT = /^(pk|sk)_(?:live|demo)_([a-z0-9]{8})_([A-Za-z0-9]{32})$/;

/** Null for whatever cannot be a key of ours, so that it costs no look-up. */
export function readKey(apiKey: string): PresentedKey | null {
  const [, kind = '', keyId = '', proof = ''] = FORMAT.exec(apiKey) ?? [];
  return keyId === '' ? null : { kind: KINDS[kind]!, keyId, proof };
}

/** Everyone can read a publishable key out of an app, so it opens nothing but the shop's front. */
export const scopesBeyondKind = (kind: KeyKind, scopes: readonly string[]): string[] =>
  kind === 'secret' ? [] : scopes.filter((scope) => !storefront.has(scope));

/** Scopes of a new key that are powers over the shop, which only their holder may hand on. */
export const powersIn = (kind: KeyKind, scopes: readonly string[]): string[] =>
  kind === 'publishable' ? [] : scopes.filter((scope) => permissions.has(scope));

export const isUsable = (key: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, now: Date): boolean =>
  key.revokedAt === undefined && !hasPassed(key.expiresAt, now);

export const hasPassed = (end: Date | undefined, now: Date): boolean => end !== undefined && end <= now;
