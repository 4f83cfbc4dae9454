import { randomBytes } from 'node:crypto';
import { deriveSecret, sameText } from '../crypto/tokens.js';
import { ForbiddenError } from '../errors.js';

class CsrfTokenRequired extends ForbiddenError {
  readonly code = 'csrf_token_required';
  constructor() { super('A call that is signed in by a cookie and changes something needs the csrfToken of this session in x-csrf-token.'); }
}

export type CookieTokens = Readonly<{ accessToken: string; refreshToken: string; sessionId: string; accessSeconds: number; refreshSeconds: number }>;
export type CookieSessions = ReturnType<typeof createCookieSessions>;

/** Both bases of the API begin with it; the refresh token has no business at any other address. */
const API_PATH = '/api';

/**
 * Sessions of a browser: its scripts never see a token, and other sites cannot use the cookies, because a call that changes
 * something also needs a token that only our own pages can read. It is bound to the session by a MAC, so that a cookie which
 * somebody else planted in the browser fits no session.
 */
export function createCookieSessions({ secret, isSecure }: { secret: string; isSecure: boolean }) {
  const proof = deriveSecret(deriveSecret(secret)('csrf'));
  // Browsers take cookies of these names only when they are Secure and, for __Host-, of this very host.
  const access = isSecure ? '__Host-kontor_access' : 'kontor_access';
  const refresh = isSecure ? '__Secure-kontor_refresh' : 'kontor_refresh';
  const csrf = isSecure ? '__Host-kontor_csrf' : 'kontor_csrf';
  const flags = `HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  const cookie = (name: string, value: string, path: string, seconds: number) => `${name}=${value}; Path=${path}; Max-Age=${seconds}; ${flags}`;
  const tokenFor = (sessionId: string, random: string) => `${random}.${proof(`${random}.${sessionId}`)}`;

  return {
    accessTokenIn: (header: string) => valueIn(header, access),
    refreshTokenIn: (header: string) => valueIn(header, refresh),

    /** What to set, and the token to send back as x-csrf-token. */
    issue({ accessToken, refreshToken, sessionId, accessSeconds, refreshSeconds }: CookieTokens): { cookies: string[]; csrfToken: string } {
      const csrfToken = tokenFor(sessionId, randomBytes(16).toString('base64url'));
      // The one that scripts of our own pages may read, so that a page that was loaded again still knows it.
      const readable = cookie(csrf, csrfToken, '/', refreshSeconds).replace('; HttpOnly', '');
      return { cookies: [cookie(access, accessToken, '/', accessSeconds), cookie(refresh, refreshToken, API_PATH, refreshSeconds), readable], csrfToken };
    },

    cleared: (): string[] => [cookie(access, '', '/', 0), cookie(refresh, '', API_PATH, 0), cookie(csrf, '', '/', 0)],

    requireCsrf(given: unknown, sessionId: string): void {
      const [random = ''] = typeof given === 'string' && given.length <= 200 ? given.split('.') : [];
      if (random === '' || !sameText(given as string, tokenFor(sessionId, random))) throw new CsrfTokenRequired();
    },
  };
}

function valueIn(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || undefined;
  }
  return undefined;
}
