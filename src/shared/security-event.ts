/**
 * Something that whoever watches over the shop wants to know: a refused sign-in, a key that was changed. Never holds a
 * password, a token, a code or an e-mail address; `address` is the network address it came from.
 */
export type SecurityEvent = Readonly<{
  /** Past tense, snake_case: `sign_in_refused`, `mfa_enabled`. */
  kind: string;
  userId?: string;
  address?: string;
  detail?: Readonly<Record<string, string | number | boolean>>;
}>;

/** Takes it at once and writes it soon: what watches may neither slow down nor fail what it watches. */
export type RecordSecurityEvent = (event: SecurityEvent) => void;
