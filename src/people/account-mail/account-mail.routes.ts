import { defineRoute, type Context } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { nothingAnswer, signInHeaders, tokensAnswer, type Auth, type SignInHeaders } from '../auth/index.js';
import {
  addressBody, codeBody, emailAnswer, emailBody, linkBody, resetBody, type AddressBody, type CodeBody, type EmailBody, type LinkBody, type ResetBody,
} from './account-mail.schemas.js';
import type { AccountMailService } from './account-mail.service.js';

const anybody = { tag: 'Sign in', access: { scope: 'auth:write', user: 'ignored' }, rate: 'auth' } as const;
const signedIn = { tag: 'Sign in', access: { scope: 'auth:write', user: 'required' }, rate: 'auth' } as const;
const ALIKE = 'The same answer in the same time whether there is such an account or not; one mail in two minutes, however often it is asked for.';
const clientOf = ({ caller, userAgent }: Context) => ({ ip: caller.ip, userAgent });

export function accountMailRoutes(mail: AccountMailService, { answerTokens }: Pick<Auth, 'answerTokens'>) {
  const asked = { status: 202, body: success('If there is such an account, a message is on its way.', {}) };
  return [
    defineRoute<object, object, object, AddressBody>({
      ...anybody, method: 'post', path: '/auth/password/forgot', summary: 'Ask for a code that lets one choose a new password',
      description: `${ALIKE} The code is good for an hour, once.`,
      body: addressBody, responses: { 202: nothingAnswer, ...problems(400, 401, 403) },
      handle: async ({ body: { email } }) => { await mail.request({ purpose: 'password_reset', email }); return asked; },
    }),
    defineRoute<object, object, object, ResetBody>({
      ...anybody, method: 'post', path: '/auth/password/reset', summary: 'Choose a new password with the code that was mailed',
      description: 'Every session of the account ends. Nobody is signed in by it: log in afterwards, with the second factor if there is one.',
      body: resetBody, responses: { 200: nothingAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ body }, context) => {
        await mail.resetPassword(body.token, body.newPassword, clientOf(context));
        return { status: 200, body: success('The password is changed and every session is over. Sign in with it.', {}) };
      },
    }),
    defineRoute<object, object, object, AddressBody>({
      ...anybody, method: 'post', path: '/auth/login/link', summary: 'Ask for a code that signs in once, without the password',
      description: `${ALIKE} The code is good for 10 min, once. It works while guesses of others have locked the password out.`,
      body: addressBody, responses: { 202: nothingAnswer, ...problems(400, 401, 403) },
      handle: async ({ body: { email } }) => { await mail.request({ purpose: 'login_link', email }); return asked; },
    }),
    defineRoute<object, object, SignInHeaders, LinkBody>({
      ...anybody, method: 'post', path: '/auth/login/link/confirmation', summary: 'Sign in with the code that was mailed',
      description: 'Whoever has a second factor is answered 401 `mfa_required`, as by POST /auth/login.',
      headers: signInHeaders, body: linkBody, responses: { 200: tokensAnswer, ...problems(400, 401, 403) },
      handle: async ({ headers, body }, context) => {
        const tokens = await mail.signInByLink(body.token, { ...clientOf(context), cartToken: headers['x-cart-token'], wishlistToken: headers['x-wishlist-token'], channel: context.caller.key?.channel, actingAs: body.as });
        return { status: 200, ...answerTokens('Signed in.', tokens, body.session) };
      },
    }),
    defineRoute<object, object, object, CodeBody>({
      ...anybody, method: 'post', path: '/auth/email/verify', summary: 'Confirm an e-mail address with the code that was mailed',
      description: 'The address of the account, or the one it is to have (POST /auth/email/change). Works on any device, signed in or not.',
      body: codeBody, responses: { 200: emailAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ body }, context) => ({ status: 200, body: success('The address is confirmed.', await mail.verifyEmail(body.token, clientOf(context))) }),
    }),
    defineRoute({
      ...signedIn, method: 'post', path: '/auth/email/verification', summary: 'Have the code that confirms the address mailed again',
      description: 'The code is good for three days, once.',
      responses: { 202: nothingAnswer, ...problems(400, 401, 403) },
      handle: async (_input, { caller }) => {
        await mail.request({ purpose: 'email_verification', email: caller.user!.email });
        return { status: 202, body: success('Unless the address is confirmed already, a message is on its way.', {}) };
      },
    }),
    defineRoute<object, object, object, EmailBody>({
      ...signedIn, method: 'post', path: '/auth/email/change', summary: 'Ask for another e-mail address; it holds once it is confirmed',
      description: 'A code goes to the new address, unless somebody has it already, which is not said. Once it is confirmed the old address is told.',
      body: emailBody, responses: { 202: nothingAnswer, ...problems(400, 401, 403) },
      handle: async ({ body: { newEmail, currentPassword } }, context) => {
        await mail.requestEmailChange(context.caller.user!, { password: currentPassword, newEmail }, clientOf(context));
        return { status: 202, body: success('Confirm the new address with the code that is on its way to it.', {}) };
      },
    }),
  ];
}
