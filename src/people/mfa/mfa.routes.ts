import { defineRoute, type Context } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { FRESH_SECONDS, nothingAnswer, signInHeaders, tokensAnswer, type Auth, type SignInHeaders } from '../auth/index.js';
import {
  challengeBody, codeBody, codesAnswer, enrolAnswer, enrolBody, stateAnswer, stepUpAnswer, userParams, type ChallengeBody, type CodeBody, type EnrolBody, type UserParams,
} from './mfa.schemas.js';
import type { MfaService } from './mfa.service.js';
import type { ProofService } from './proof.service.js';

const signedIn = { tag: 'Sign in', access: { scope: 'auth:write', user: 'required' } } as const;
const clientOf = ({ caller, userAgent }: Context) => ({ ip: caller.ip, userAgent });

export function mfaRoutes({ mfa, proofs, answerTokens }: { mfa: MfaService; proofs: ProofService } & Pick<Auth, 'answerTokens'>) {
  return [
    defineRoute({
      ...signedIn, method: 'get', path: '/auth/mfa', summary: 'Whether you have a second factor', responses: { 200: stateAnswer, ...problems(400, 401, 403) },
      handle: async (_input, { caller }) => ({ status: 200, body: success('Your second factor.', await mfa.stateOf(caller.user!)) }),
    }),
    defineRoute<object, object, object, EnrolBody>({
      ...signedIn, method: 'post', path: '/auth/mfa/totp', summary: 'Begin to enrol an authenticator app', rate: 'auth',
      description: 'Nothing changes before POST /auth/mfa/totp/confirmation. Asking again makes a new secret.',
      body: enrolBody, responses: { 201: enrolAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ body }, context) => {
        const begun = await mfa.begin(context.caller.user!, body.currentPassword, clientOf(context));
        return { status: 201, body: success('Add this to the app, then confirm with a code of it.', begun) };
      },
    }),
    defineRoute<object, object, object, CodeBody>({
      ...signedIn, method: 'post', path: '/auth/mfa/totp/confirmation', summary: 'Show that the app works: the second factor is on', rate: 'auth',
      description: 'Answers ten recovery codes, once. Every other session ends.',
      body: codeBody, responses: { 200: codesAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ body }, context) => {
        const recoveryCodes = await mfa.confirm(context.caller.user!, body.code, clientOf(context));
        return { status: 200, body: success('Your second factor is on. Keep these codes safe: they are not shown again.', { recoveryCodes }) };
      },
    }),
    defineRoute<object, object, SignInHeaders, ChallengeBody>({
      tag: 'Sign in', access: { scope: 'auth:write', user: 'ignored' }, rate: 'auth', method: 'post', path: '/auth/mfa/challenge', summary: 'The second half of a sign-in that answered `mfa_required`',
      description: 'A challenge lives 5 min and takes 5 tries; 10 wrong codes of an account in 15 min answer 429. A code works once.',
      headers: signInHeaders, body: challengeBody, responses: { 200: tokensAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ headers, body: { challengeToken, code, session } }, context) => {
        const tokens = await proofs.answer(challengeToken, code, { ...clientOf(context), cartToken: headers['x-cart-token'], wishlistToken: headers['x-wishlist-token'], channel: context.caller.key?.channel });
        return { status: 200, ...answerTokens('Signed in.', tokens, session) };
      },
    }),
    defineRoute<object, object, object, CodeBody>({
      ...signedIn, method: 'post', path: '/auth/mfa/step-up', summary: 'Prove the second factor again, before something dangerous', rate: 'auth',
      description: 'For calls that answered 403 `step_up_required`; counts for this session only.',
      body: codeBody, responses: { 200: stepUpAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ body }, { caller }) => {
        await proofs.stepUp(caller.user!, body.code, caller.ip);
        return { status: 200, body: success('Proved.', { expiresIn: FRESH_SECONDS }) };
      },
    }),
    defineRoute({
      ...signedIn, method: 'post', path: '/auth/mfa/recovery-codes', summary: 'Ten new recovery codes; the old ones are void', stepUp: true,
      responses: { 200: codesAnswer, ...problems(400, 401, 403, 409) },
      handle: async (_input, { caller }) => (
        { status: 200, body: success('Keep these codes safe: they are not shown again.', { recoveryCodes: await mfa.renewRecoveryCodes(caller.user!) }) }),
    }),
    defineRoute({
      ...signedIn, method: 'delete', path: '/auth/mfa', summary: 'Remove the second factor; every other session ends', stepUp: true,
      responses: { 200: nothingAnswer, ...problems(400, 401, 403, 409) },
      handle: async (_input, context) => {
        await mfa.remove(context.caller.user!, clientOf(context));
        return { status: 200, body: success('Your second factor is off.', {}) };
      },
    }),
    defineRoute<UserParams>({
      tag: 'Users', access: { permission: 'users:write' }, stepUp: true, method: 'delete', path: '/admin/users/:id/mfa', summary: 'Remove the second factor of somebody who lost it; their sessions end',
      params: userParams, responses: { 200: nothingAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => {
        await mfa.resetFor(params.id, caller);
        return { status: 200, body: success('The second factor is removed.', {}) };
      },
    }),
  ];
}
