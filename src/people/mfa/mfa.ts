/** A second factor as it is stored: the secret sealed, of recovery codes only keyed hashes. */
export type Factor = Readonly<{
  userId: string; sealedSecret: string;
  /** Null until its owner has shown that the app works. */
  confirmedAt: Date | null;
  /** The last 30 seconds whose code was taken: none of them is taken twice. */
  lastStep: number;
  recovery: ReadonlyArray<Readonly<{ hash: string; usedAt: Date | null }>>;
}>;

/** Somebody who proved the first factor and has not brought the second yet. */
export type Challenge = Readonly<{ id: string; userId: string; credentialsVersion: number; via: string; actingAs?: string }>;

export const CHALLENGE_SECONDS = 300;
export const TRIES_PER_CHALLENGE = 5;
export const RECOVERY_CODES = 10;

/** Without letters and digits that are taken for one another. 16 of 31 are 79 bits. */
export const RECOVERY_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ2345679';
export const RECOVERY_LENGTH = 16;
/** `ABCD-EFGH-JKLM-NPQR` */
export const grouped = (code: string): string => code.replace(/.{4}(?=.)/g, '$&-');
/** As people type it. */
export const plainCode = (typed: string): string => typed.toUpperCase().replace(/[\s-]/g, '');

export const isTotpCode = (code: string): boolean => /^\d{6}$/.test(code);
export const codesLeft = ({ recovery }: Pick<Factor, 'recovery'>): number => recovery.filter(({ usedAt }) => usedAt === null).length;
/** Where the secret stands; sealed, it can be opened nowhere else. */
export const placeOf = (userId: string): string => `mfa_factors|sealedSecret|${userId}`;
