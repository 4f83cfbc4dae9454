import Joi from 'joi';
import { fold } from '../../shared/fold.js';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { ROLES } from './auth.js';
import { PASSWORD_SENTENCES, passwordProblem } from './password-policy.js';

const address = Joi.string().email({ tlds: false }).max(254);
/** Any spelling is taken and folded into one; what is no address any more after that was none. */
export const emailInput = () => address.custom((given: string, helpers) => {
  const folded = fold(given);
  const isSpoilt = !address.validate(given).error && address.validate(folded).error;
  return isSpoilt ? helpers.error('string.email') : folded;
});

/** The password of somebody who signs in is only compared; what it looks like is no business of ours. */
const enteredPassword = () => Joi.string().max(1000);
const newPassword = () => Joi.string().max(1000).custom((password: string, helpers) => {
  const { email } = helpers.state.ancestors[0] as { email?: unknown };
  const problem = passwordProblem(password, typeof email === 'string' ? email : '');
  return problem ? helpers.error(`password.${problem}`) : password;
}).messages(Object.fromEntries(Object.entries(PASSWORD_SENTENCES).map(([problem, sentence]) => [`password.${problem}`, sentence])))
  .description('10 to 72 bytes, not the e-mail address, not among the first that are guessed');

export type SignInHeaders = { 'x-cart-token'?: string };
export const signInHeaders = Joi.object<SignInHeaders>({ 'x-cart-token': Joi.string().max(128).description('A guest cart that becomes this person\'s') });

export type RegisterBody = { email: string; password: string; firstName: string; lastName: string; username?: string };
export const registerBody = Joi.object<RegisterBody>({
  email: emailInput().required(), password: newPassword().required(), firstName: line(100).min(1).required(), lastName: line(100).min(1).required(),
  username: Joi.string().pattern(/^[\p{L}\p{N}][\p{L}\p{N}._-]{2,31}$/u, 'user name').description('Optional public name, 3 to 32 letters, digits, . _ -'),
});

export type LoginBody = { email: string; password: string };
export const loginBody = Joi.object<LoginBody, true>({ email: Joi.string().max(254).required(), password: enteredPassword().required() });

export type PasswordBody = { currentPassword: string; newPassword: string };
export const passwordBody = Joi.object<PasswordBody, true>({ currentPassword: enteredPassword().required(), newPassword: newPassword().required() });

export type RefreshBody = { refreshToken: string };
export const refreshBody = Joi.object<RefreshBody, true>({ refreshToken: Joi.string().max(500).required() });
export type VerifyBody = { token: string };
export const verifyBody = Joi.object<VerifyBody, true>({ token: Joi.string().max(8000).required() });

export type SessionParams = { id: string };
export const sessionParams = Joi.object<SessionParams, true>({ id: id().required() });
export const sessionsQuery = Joi.object<PageQuery>(pageParams(['lastUsedAt']));

const roles = Joi.array().items(Joi.string().valid(...ROLES)).required();
export const tokensAnswer = successOf(Joi.object({
  accessToken: Joi.string().required(), refreshToken: Joi.string().required(), tokenType: Joi.string().valid('Bearer').required(),
  expiresIn: Joi.number().integer().required().description('Seconds that the access token lives'),
  user: Joi.object({ id: id().required(), email: Joi.string().required(), roles }).required(),
}));
export const verifyAnswer = successOf(Joi.object({
  valid: Joi.boolean().valid(true).required(), sub: id().required().description('The user'), sid: id().required().description('The session'),
  roles, scope: Joi.string().allow('').required().description('Permissions, separated by spaces, as they are now'), exp: Joi.number().integer().required(),
}));
export const meAnswer = successOf(Joi.object({
  id: id().required(), email: Joi.string().required(), username: Joi.string(), firstName: Joi.string(), lastName: Joi.string(), roles,
  permissions: Joi.array().items(Joi.string()).required(), sessionId: id().required(), createdAt: timestamp().required(),
}));
export const nothingAnswer = successOf(Joi.object({}));
export const sessionsAnswer = pageOf(Joi.object({
  id: id().required(), device: Joi.string().required(), ipRange: Joi.string().allow('').required(), createdAt: timestamp().required(),
  lastUsedAt: timestamp().required(), expiresAt: timestamp().required(), current: Joi.boolean().required(),
}));
