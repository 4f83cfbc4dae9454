import type { CookieSessions } from '../../shared/http/cookie-sessions.js';
import { success, problems } from '../../shared/http/schemas.js';
import { defineRoute, type Context } from '../../shared/http/route.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import type { AccountService } from './account.service.js';
import { InvalidRefreshToken } from './auth.errors.js';
import type { AuthService } from './auth.service.js';
import {
  cookieHeaders, loginBody, meAnswer, nothingAnswer, passwordBody, refreshBody, registerBody, sessionParams, sessionsAnswer, sessionsQuery, signInHeaders,
  tokensAnswer, verifyAnswer, verifyBody, type CookieHeaders, type LoginBody, type PasswordBody, type RefreshBody, type RegisterBody, type SessionParams,
  type SignInHeaders, type VerifyBody,
} from './auth.schemas.js';
import type { SessionService } from './sessions.service.js';
import type { AnswerTokens } from './token-answers.js';

const tag = 'Sign in';
const anybody = { scope: 'auth:write', user: 'ignored' } as const;
const signedIn = { scope: 'auth:write', user: 'required' } as const;

const clientOf = ({ caller, userAgent }: Context) => ({ ip: caller.ip, userAgent });
const signingIn = (headers: SignInHeaders, context: Context) => ({ ...clientOf(context), cartToken: headers['x-cart-token'], wishlistToken: headers['x-wishlist-token'], channel: context.caller.key?.channel });

type Doors = { auth: AuthService; sessions: SessionService; accounts: AccountService; cookies: CookieSessions; answerTokens: AnswerTokens };

export function authRoutes({ auth, sessions, accounts, cookies, answerTokens }: Doors) {
  return [
    defineRoute<object, object, SignInHeaders, RegisterBody>({
      method: 'post', path: '/auth/register', summary: 'Open an account and sign in', tag, access: anybody, rate: 'auth',
      description: 'A code that confirms the address is mailed (POST /auth/email/verify). 409 `email_taken` says that there is an account, so taken addresses are counted per address range: 10 in 15 min, then 429.',
      headers: signInHeaders, body: registerBody, responses: { 201: tokensAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ headers, body }, context) => {
        const tokens = await auth.register(body, signingIn(headers, context), context.caller.key?.rateLimitPerMinute);
        return { status: 201, location: '/auth/me', ...answerTokens('Welcome.', tokens, 'token') };
      },
    }),
    defineRoute<object, object, SignInHeaders, LoginBody>({
      method: 'post', path: '/auth/login', summary: 'Sign in with e-mail and password', tag, access: anybody, rate: 'auth',
      description: 'Whoever has a second factor is answered 401 `mfa_required` with a challengeToken for POST /auth/mfa/challenge. After 10 failures in 15 min of an account or an address range: 429; the owner can still sign in by mail (POST /auth/login/link).',
      headers: signInHeaders, body: loginBody, responses: { 200: tokensAnswer, ...problems(400, 401, 403) },
      handle: async ({ headers, body: { session, as: actingAs, ...body } }, context) => {
        const tokens = await auth.login(body, { ...signingIn(headers, context), actingAs }, context.caller.key?.rateLimitPerMinute);
        return { status: 200, ...answerTokens('Signed in.', tokens, session) };
      },
    }),
    defineRoute<object, object, CookieHeaders, RefreshBody>({
      method: 'post', path: '/auth/refresh', summary: 'Change a refresh token for a new pair; each works once', tag, access: anybody, rate: 'auth',
      description: 'The same token again within 10 s, while the new one is unused, answers the same pair. Any later use ends the session. A browser sends an empty object, its cookies and x-csrf-token.',
      headers: cookieHeaders, body: refreshBody, responses: { 200: tokensAnswer, ...problems(400, 401, 403) },
      handle: async ({ headers, body }, context) => {
        const cookie = body.refreshToken === undefined ? cookies.refreshTokenIn(headers.cookie ?? '') : undefined;
        const token = body.refreshToken ?? cookie;
        if (token === undefined) throw new InvalidRefreshToken();
        if (cookie !== undefined) cookies.requireCsrf(headers['x-csrf-token'], sessions.sessionIdIn(cookie) ?? '');
        return { status: 200, ...answerTokens('Signed in for longer.', await sessions.refresh(token, clientOf(context)), cookie === undefined ? 'token' : 'cookie') };
      },
    }),
    defineRoute<object, object, CookieHeaders>({
      method: 'post', path: '/auth/logout', summary: 'End this session, its access tokens and its refresh token', tag, access: signedIn,
      headers: cookieHeaders, responses: { 200: nothingAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ headers }, { caller }) => {
        await sessions.end(caller.user!.sessionId, caller.user!.id, 'signed_out');
        return { status: 200, body: success('Signed out.', {}), ...(headers.cookie !== undefined && { cookies: cookies.cleared() }) };
      },
    }),
    defineRoute<object, object, object, VerifyBody>({
      method: 'post', path: '/auth/verify', summary: 'Is this access token valid now, whose is it and what may it do?', tag, access: anybody,
      body: verifyBody, responses: { 200: verifyAnswer, ...problems(400, 401, 403) },
      handle: async ({ body }) => ({ status: 200, body: success('The token is valid.', await accounts.verify(body.token)) }),
    }),
    defineRoute({
      method: 'get', path: '/auth/me', summary: 'Who is signed in', tag, access: signedIn,
      responses: { 200: meAnswer, ...problems(400, 401, 403) },
      handle: async (_input, { caller }) => ({ status: 200, body: success('You.', await accounts.me(caller.user!)) }),
    }),
    defineRoute<object, object, object, PasswordBody>({
      method: 'post', path: '/auth/password/change', summary: 'Change the password; every other session ends', tag, access: signedIn, rate: 'auth',
      body: passwordBody, responses: { 200: nothingAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ body }, context) => {
        await auth.changePassword(context.caller.user!, body, clientOf(context));
        return { status: 200, body: success('The password is changed and every other session is over.', {}) };
      },
    }),
    defineRoute<object, PageQuery>({
      method: 'get', path: '/auth/sessions', summary: 'Where you are signed in', tag, access: signedIn,
      query: sessionsQuery, responses: { 200: sessionsAnswer, ...problems(400, 401, 403) },
      handle: async ({ query }, { caller }) => {
        const page = await sessions.listOf(caller.user!.id, query);
        const items = page.items.map(({ id, device, ipRange, createdAt, lastUsedAt, expiresAt }) => (
          { id, device, ipRange, createdAt, lastUsedAt, expiresAt, current: id === caller.user!.sessionId }));
        return { status: 200, body: success('Your sessions.', { ...page, items }) };
      },
    }),
    defineRoute<SessionParams>({
      method: 'delete', path: '/auth/sessions/:id', summary: 'Sign out another device', tag, access: signedIn,
      params: sessionParams, responses: { 200: nothingAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => {
        await sessions.end(params.id, caller.user!.id, 'revoked');
        return { status: 200, body: success('That device is signed out.', {}) };
      },
    }),
  ];
}
