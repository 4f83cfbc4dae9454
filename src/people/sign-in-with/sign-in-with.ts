/** Somebody as another provider knows them. */
export type Stranger = Readonly<{ provider: string; subject: string; email?: string; isEmailVerified: boolean; firstName: string; lastName: string }>;
export type Identity = Readonly<{ provider: string; subject: string; userId: string; email?: string; linkedAt: Date }>;
/** Who speaks with a provider; the secrets are only in the adapter. */
export type ProviderSettings = Readonly<{ id: string; name: string; issuer: string; clientId: string; clientSecret: string; redirectUrl: string; scope: string }>;

export const FLOW_SECONDS = 600;

export type Decision = 'sign_in' | 'link' | 'create' | 'refuse_unverified' | 'refuse_existing';

/**
 * What becomes of somebody whom a provider sends. An address that the provider has not verified says nothing. An account that
 * has the address is theirs only when we know so too: else whoever registered it first, perhaps with a stranger's address,
 * would share it from then on.
 */
export function decide({ isKnown, stranger, account }: { isKnown: boolean; stranger: Stranger; account: { emailVerifiedAt?: Date } | null }): Decision {
  if (isKnown) return 'sign_in';
  if (stranger.email === undefined || !stranger.isEmailVerified) return 'refuse_unverified';
  if (!account) return 'create';
  return account.emailVerifiedAt ? 'link' : 'refuse_existing';
}
