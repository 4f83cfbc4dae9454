import type { CookieSessions } from '../../shared/http/cookie-sessions.js';
import type { Reply } from '../../shared/http/reply.js';
import { success } from '../../shared/http/schemas.js';
import type { Tokens } from './sessions.service.js';

export type SessionKind = 'token' | 'cookie' | undefined;
export type AnswerTokens = (sentence: string, tokens: Tokens, kind: SessionKind) => Pick<Reply, 'body' | 'cookies'>;

/** Tokens in the answer, or in cookies that no script can read. */
export const createAnswerTokens = (cookies: CookieSessions, refreshSeconds: number): AnswerTokens => (sentence, { sessionId, ...tokens }, kind) => {
  if (kind !== 'cookie') return { body: success(sentence, tokens) };
  const { accessToken, refreshToken, expiresIn, user } = tokens;
  const issued = cookies.issue({ accessToken, refreshToken, sessionId, accessSeconds: expiresIn, refreshSeconds });
  return { body: success(sentence, { tokenType: 'Cookie', csrfToken: issued.csrfToken, expiresIn, user }), cookies: issued.cookies };
};
