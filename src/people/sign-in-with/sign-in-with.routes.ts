import { defineRoute, type Context } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { nothingAnswer, signInHeaders, tokensAnswer, type Auth, type SignInHeaders } from '../auth/index.js';
import type { Providers } from './providers.js';
import type { Identity } from './sign-in-with.js';
import {
  begunAnswer, callbackBody, identitiesAnswer, identityAnswer, linkBody, linkCallbackBody, providerParams, providersAnswer, type CallbackBody, type LinkBody, type ProviderParams,
} from './sign-in-with.schemas.js';
import type { ProviderAnswer, SignInWithService } from './sign-in-with.service.js';

const anybody = { tag: 'Sign in', access: { scope: 'auth:write', user: 'ignored' } } as const;
const signedIn = { tag: 'Sign in', access: { scope: 'auth:write', user: 'required' } } as const;
const clientOf = ({ caller, userAgent }: Context) => ({ ip: caller.ip, userAgent });
const present = ({ provider, email, linkedAt }: Identity) => ({ provider, ...(email !== undefined && { email }), linkedAt });

export function signInWithRoutes(service: SignInWithService, providers: Providers, { answerTokens }: Pick<Auth, 'answerTokens'>) {
  return [
    defineRoute({
      ...anybody, method: 'get', path: '/auth/providers', summary: 'Which other providers one can sign in with', responses: { 200: providersAnswer, ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, body: success('The providers.', { items: providers.list() }) }),
    }),
    defineRoute<ProviderParams>({
      ...anybody, method: 'post', path: '/auth/providers/:provider/sign-in', summary: 'Begin to sign in with another provider', rate: 'auth',
      description: 'OpenID Connect, authorization code with PKCE. Send the browser to authorizationUrl and keep flowToken; what the provider sends to the redirect address goes to POST /auth/providers/:provider/callback within 10 min.',
      params: providerParams, responses: { 201: begunAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => ({ status: 201, body: success('Go on at the provider.', await service.begin(params.provider)) }),
    }),
    defineRoute<ProviderParams, object, SignInHeaders, CallbackBody>({
      ...anybody, method: 'post', path: '/auth/providers/:provider/callback', summary: 'Sign in with what the provider answered', rate: 'auth',
      description: 'Opens the account that is linked; else the one with the same address, if both the provider and we have verified it; else a new one. An address that the provider has not verified links nothing (403 `provider_email_unverified`). 401 `mfa_required` as by POST /auth/login.',
      params: providerParams, headers: signInHeaders, body: callbackBody, responses: { 200: tokensAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params, headers, body: { session, as: actingAs, ...answer } }, context) => {
        const tokens = await service.signIn(params.provider, answer, { ...clientOf(context), cartToken: headers['x-cart-token'], wishlistToken: headers['x-wishlist-token'], channel: context.caller.key?.channel, actingAs });
        return { status: 200, ...answerTokens('Signed in.', tokens, session) };
      },
    }),
    defineRoute({
      ...signedIn, method: 'get', path: '/auth/identities', summary: 'Which providers open your account', responses: { 200: identitiesAnswer, ...problems(400, 401, 403) },
      handle: async (_input, { caller }) => ({ status: 200, body: success('Your linked providers.', { items: (await service.list(caller.user!)).map(present) }) }),
    }),
    defineRoute<ProviderParams, object, object, LinkBody>({
      ...signedIn, method: 'post', path: '/auth/identities/:provider', summary: 'Begin to link a provider with your account', rate: 'auth',
      params: providerParams, body: linkBody, responses: { 201: begunAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, body }, context) => (
        { status: 201, body: success('Go on at the provider.', await service.beginLinking(context.caller.user!, params.provider, body.currentPassword, clientOf(context))) }),
    }),
    defineRoute<ProviderParams, object, object, ProviderAnswer>({
      ...signedIn, method: 'post', path: '/auth/identities/:provider/callback', summary: 'Link the provider with what it answered', rate: 'auth',
      description: 'By who began it, whatever address the provider has.',
      params: providerParams, body: linkCallbackBody, responses: { 201: identityAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params, body }, context) => (
        { status: 201, body: success('Linked.', present(await service.link(context.caller.user!, params.provider, body, clientOf(context)))) }),
    }),
    defineRoute<ProviderParams>({
      ...signedIn, method: 'delete', path: '/auth/identities/:provider', summary: 'Unlink a provider, unless nothing else opens the account',
      params: providerParams, responses: { 200: nothingAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, context) => {
        await service.unlink(context.caller.user!, params.provider, clientOf(context));
        return { status: 200, body: success('Unlinked.', {}) };
      },
    }),
  ];
}
