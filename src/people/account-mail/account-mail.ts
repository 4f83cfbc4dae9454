export const PURPOSES = ['password_reset', 'email_verification', 'email_change', 'login_link'] as const;
export type Purpose = (typeof PURPOSES)[number];

const MINUTE_MS = 60_000;
/** How long a mailed code is good. What opens an account lives shortest. */
export const GOOD_FOR_MS: Readonly<Record<Purpose, number>> = {
  password_reset: 60 * MINUTE_MS, login_link: 10 * MINUTE_MS, email_verification: 72 * 60 * MINUTE_MS, email_change: 24 * 60 * MINUTE_MS,
};
/** However often somebody asks, an address gets one mail of a kind in each stretch of this length. */
export const QUIET_MS = 2 * MINUTE_MS;
export const slotOf = (at: Date): number => Math.floor(at.getTime() / QUIET_MS);

export type MailedCode = Readonly<{
  id: string; purpose: Purpose; userId: string;
  /** Where it went. */
  email: string;
  /** The password that was good then: a code is void once the password is another. */
  credentialsVersion: number;
  createdAt: Date; expiresAt: Date;
}>;
type Account = Readonly<{ email: string; credentialsVersion: number; isDisabled: boolean }>;

/** Codes are void as soon as what they rest on changes: the address they were sent to, the password. */
export function isStillGood({ purpose, email, credentialsVersion }: MailedCode, account: Account): boolean {
  if (account.isDisabled) return false;
  if (purpose !== 'email_change' && account.email !== email) return false;
  return purpose === 'email_verification' || account.credentialsVersion === credentialsVersion;
}

/** What the code itself is derived from, so that it is stored nowhere. */
export const secretRefOf = (codeId: string): string => `account-code:${codeId}`;
