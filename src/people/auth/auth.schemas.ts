import Joi from 'joi';
import { fold } from '../../shared/fold.js';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { ROLES, type Role } from './auth.js';
import { PASSWORD_SENTENCES, passwordProblem } from './password-policy.js';

const address = Joi.string().email({ tlds: false }).max(254);
/** Any spelling is taken and folded into one; what is no address any more after that was none. */
export const emailInput = () => address.custom((given: string, helpers) => {
  const folded = fold(given);
  const isSpoilt = !address.validate(given).error && address.validate(folded).error;
  return isSpoilt ? helpers.error('string.email') : folded;
});

/** The password of somebody who signs in is only compared; what it looks like is no business of ours. */
export const enteredPassword = () => Joi.string().max(1000);
export const newPassword = () => Joi.string().max(1000).custom((password: string, helpers) => {
  const { email } = helpers.state.ancestors[0] as { email?: unknown };
  const problem = passwordProblem(password, typeof email === 'string' ? email : '');
  return problem ? helpers.error(`password.${problem}`) : password;
}).messages(Object.fromEntries(Object.entries(PASSWORD_SENTENCES).map(([problem, sentence]) => [`password.${problem}`, sentence])))
  .description('10 to 72 bytes, not the e-mail address, not among the first that are guessed');

export type SignInHeaders = { 'x-cart-token'?: string; 'x-wishlist-token'?: string };
export const signInHeaders = Joi.object<SignInHeaders>({
  'x-cart-token': Joi.string().max(128).description('A guest cart that becomes this person\'s'), 'x-wishlist-token': Joi.string().max(128).description('A guest wishlist that goes into this person\'s default one'),
});

export type RegisterBody = { email: string; password: string; firstName: string; lastName: string; username?: string };
export const registerBody = Joi.object<RegisterBody>({
  email: emailInput().required(), password: newPassword().required(), firstName: line(100).min(1).required(), lastName: line(100).min(1).required(),
  username: Joi.string().pattern(/^[\p{L}\p{N}][\p{L}\p{N}._-]{2,31}$/u, 'user name').description('Optional public name, 3 to 32 letters, digits, . _ -'),
});

export type SessionChoice = { session?: 'token' | 'cookie' };
export const sessionChoice = () => Joi.string().valid('token', 'cookie').description('`cookie`: for browsers; the tokens come as HttpOnly cookies and the answer carries csrfToken');
export type ActingAs = { as?: Role };
export const actingAs = () => Joi.string().valid(...ROLES).description('One of the account\'s roles: only what it allows holds in this session. Without it all of them do');

export type LoginBody = { email: string; password: string } & SessionChoice & ActingAs;
export const loginBody = Joi.object<LoginBody>({ email: Joi.string().max(254).required(), password: enteredPassword().required(), session: sessionChoice(), as: actingAs() });

export type PasswordBody = { currentPassword: string; newPassword: string };
export const passwordBody = Joi.object<PasswordBody, true>({ currentPassword: enteredPassword().required(), newPassword: newPassword().required() });

/** What a browser sends by itself, and what it has to send with it. */
export type CookieHeaders = { cookie?: string; 'x-csrf-token'?: string };
export const cookieHeaders = Joi.object<CookieHeaders>({
  cookie: Joi.string().max(8_192).description('Cookies of a login with `session: "cookie"`'), 'x-csrf-token': Joi.string().max(200).description('csrfToken of that login'),
});

export type RefreshBody = { refreshToken?: string };
export const refreshBody = Joi.object<RefreshBody>({ refreshToken: Joi.string().max(500).description('Left out by browsers that have it as a cookie') });
export type VerifyBody = { token: string };
export const verifyBody = Joi.object<VerifyBody, true>({ token: Joi.string().max(8000).required() });

export type SessionParams = { id: string };
export const sessionParams = Joi.object<SessionParams, true>({ id: id().required() });
export const sessionsQuery = Joi.object<PageQuery>(pageParams(['lastUsedAt']));

const roles = Joi.array().items(Joi.string().valid(...ROLES)).required();
export const tokensAnswer = successOf(Joi.object({
  accessToken: Joi.string().description('Absent where it came as a cookie, like refreshToken'), refreshToken: Joi.string(),
  tokenType: Joi.string().valid('Bearer', 'Cookie').required(), csrfToken: Joi.string().description('Of cookie sessions: to be sent as x-csrf-token with every call that changes something'),
  expiresIn: Joi.number().integer().required().description('Seconds that the access token lives'),
  user: Joi.object({ id: id().required(), email: Joi.string().required(), roles }).required(),
}));
export const verifyAnswer = successOf(Joi.object({
  valid: Joi.boolean().valid(true).required(), sub: id().required().description('The user'), sid: id().required().description('The session'),
  roles, scope: Joi.string().allow('').required().description('Permissions, separated by spaces, as they are now'), exp: Joi.number().integer().required(),
}));
export const meAnswer = successOf(Joi.object({
  id: id().required(), email: Joi.string().required(), username: Joi.string(), firstName: Joi.string(), lastName: Joi.string(), roles,
  emailVerified: Joi.boolean().required(), mfaEnabled: Joi.boolean().required(), hasPassword: Joi.boolean().required(), permissions: Joi.array().items(Joi.string()).required(), sessionId: id().required(), createdAt: timestamp().required(),
}));
export const nothingAnswer = successOf(Joi.object({}));
export const sessionsAnswer = pageOf(Joi.object({
  id: id().required(), device: Joi.string().required(), ipRange: Joi.string().allow('').required(), createdAt: timestamp().required(),
  lastUsedAt: timestamp().required(), expiresAt: timestamp().required(), current: Joi.boolean().required(),
}));
