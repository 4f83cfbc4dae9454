import { PERMISSIONS, type Permission } from '../../shared/permissions.js';

export const ROLES = ['customer', 'vendor', 'moderator', 'support', 'operations', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A role is a name for a set of permissions; what staff may do is asked of the permission, never of the role. */
export const PERMISSIONS_OF: Readonly<Record<Role, readonly Permission[]>> = {
  customer: [],
  vendor: [],
  moderator: ['products:read', 'reviews:moderate', 'reviews:reply', 'policy:read'],
  support: [
    'orders:read', 'orders:write', 'customers:read', 'customers:write', 'contacts:read', 'products:read', 'pricing:read', 'promotions:read', 'mails:read', 'mails:write',
    'policy:read', 'risk:review', 'reviews:reply',
  ],
  operations: [
    'inventory:read', 'inventory:write', 'orders:read', 'orders:write', 'cache:purge', 'jobs:read', 'jobs:write', 'outbox:read', 'outbox:write',
    'import:write', 'invariants:read', 'products:read', 'pricing:read', 'costs:read', 'shipping:write', 'policy:read', 'risk:review', 'risk:write', 'alerts:read', 'alerts:write',
  ],
  admin: PERMISSIONS,
};

export const permissionsOf = (roles: readonly string[]): ReadonlySet<string> =>
  new Set(roles.flatMap((role) => (Object.hasOwn(PERMISSIONS_OF, role) ? PERMISSIONS_OF[role as Role] : [])));

export type User = Readonly<{
  id: string; email: string; username?: string; roles: readonly Role[]; isDisabled: boolean; passwordHash: string;
  /** Raised when the password changes: sessions that were opened with an older one are over. */
  credentialsVersion: number;
  /** Since when we know that this person reads mail at this address. */
  emailVerifiedAt?: Date;
  /** Since when a second factor is asked for. */
  mfaEnabledAt?: Date;
  version: number; createdAt: Date; updatedAt: Date;
}>;

export type SessionEnd = 'signed_out' | 'revoked' | 'password_changed' | 'account_disabled' | 'refresh_token_reused' | 'password_reset' | 'mfa_changed';
export type Session = Readonly<{
  id: string; userId: string; credentialsVersion: number; device: string; ipRange: string;
  /** Refresh tokens follow from the seed, the generation and a secret of ours; none of them is stored. */
  seed: string; generation: number; rotatedAt: Date;
  /** When the second factor was last proved in it. */
  mfaAt?: Date;
  /** Only these of the user's roles hold in it; absent is all. */
  actingAs?: Role;
  createdAt: Date; lastUsedAt: Date; expiresAt: Date; endedAt?: Date; endReason?: SessionEnd;
}>;

/** Stands where a hash would: somebody who signs in with another provider only. No password matches it. */
export const NO_PASSWORD = 'none';
export const hasPassword = ({ passwordHash }: Pick<User, 'passwordHash'>): boolean => passwordHash !== NO_PASSWORD;

/** What holds in a session: one role of several, where it was opened as that one. Everybody may buy, so everybody may be a customer. */
export const rolesIn = (roles: readonly Role[], actingAs: Role | undefined): readonly Role[] =>
  (actingAs === undefined ? roles : roles.includes(actingAs) || actingAs === 'customer' ? [actingAs] : []);

/** How long a proof of the second factor counts as fresh. */
export const FRESH_SECONDS = 300;
export const isFresh = (at: Date | undefined, now: Date): boolean => at !== undefined && now.getTime() - at.getTime() <= FRESH_SECONDS * 1000;

/** A lost answer may be asked for again this long, if nobody used what it contained. */
export const SAME_ANSWER_MS = 10_000;

export const isAdmin = ({ roles, isDisabled }: Pick<User, 'roles' | 'isDisabled'>): boolean => roles.includes('admin') && !isDisabled;

/** `Firefox on Windows`: enough for people to know their device again. */
export function deviceOf(userAgent: string): string {
  const browser = BROWSERS.find(([, pattern]) => pattern.test(userAgent))?.[0];
  const system = SYSTEMS.find(([, pattern]) => pattern.test(userAgent))?.[0];
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? (userAgent.split(/[\s/(]/)[0]!.slice(0, 60) || 'Unknown device');
}

const BROWSERS: ReadonlyArray<[string, RegExp]> = [
  ['Edge', /\bEdg/], ['Opera', /\bOPR\//], ['Firefox', /\bFirefox\/|\bFxiOS\//], ['Chrome', /\bChrome\/|\bCriOS\//], ['Safari', /\bSafari\//],
];
const SYSTEMS: ReadonlyArray<[string, RegExp]> = [
  ['iPhone', /\biPhone\b/], ['iPad', /\biPad\b/], ['Android', /\bAndroid\b/], ['Windows', /\bWindows\b/], ['macOS', /\bMac OS X\b|\bMacintosh\b/], ['Linux', /\bLinux\b/],
];
