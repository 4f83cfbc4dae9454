import * as oidc from 'openid-client';
import { TemporarilyUnavailable } from '../../shared/errors.js';
import type { ProviderSettings, Stranger } from './sign-in-with.js';
import { ProviderNotFound, ProviderSignInFailed } from './sign-in-with.errors.js';

const TIMEOUT_SECONDS = 5;
/** Providers change their keys and addresses rarely, and announce it. */
const DISCOVERED_FOR_MS = 3_600_000;

export type Pending = Readonly<{ state: string; nonce: string; codeVerifier: string }>;
type Discovered = { config: Promise<oidc.Configuration>; until: number };

/** OpenID Connect with the providers that are configured: authorization code with PKCE, state and nonce; the ID token's signature is checked. */
export class Providers {
  private readonly discovered = new Map<string, Discovered>();

  constructor(private readonly settings: readonly ProviderSettings[]) {}

  list(): Array<{ id: string; name: string }> {
    return this.settings.map(({ id, name }) => ({ id, name }));
  }

  get(id: string): ProviderSettings {
    const found = this.settings.find((one) => one.id === id);
    if (!found) throw new ProviderNotFound(this.settings.map((one) => one.id));
    return found;
  }

  async authorizationUrl(id: string, { state, nonce, codeVerifier }: Pending): Promise<string> {
    const { redirectUrl, scope } = this.get(id);
    const config = await this.discover(id).catch(asUnavailable);
    return oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUrl, scope, state, nonce, code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier), code_challenge_method: 'S256',
    }).href;
  }

  /** Who the provider says has signed in there. */
  async redeem(id: string, answer: { code: string; iss?: string | undefined }, { state, nonce, codeVerifier }: Pending): Promise<Stranger> {
    const config = await this.discover(id).catch(asUnavailable);
    const url = new URL(this.get(id).redirectUrl);
    url.search = new URLSearchParams({ code: answer.code, state, ...(answer.iss !== undefined && { iss: answer.iss }) }).toString();
    const tokens = await oidc.authorizationCodeGrant(config, url, { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true }).catch(asRefusal);
    const claims = tokens.claims();
    if (!claims) throw new ProviderSignInFailed();
    return strangerOf(id, claims);
  }

  private discover(id: string): Promise<oidc.Configuration> {
    const known = this.discovered.get(id);
    if (known && known.until > Date.now()) return known.config;
    const { issuer, clientId, clientSecret } = this.get(id);
    const isPlain = issuer.startsWith('http:');
    const config = oidc.discovery(new URL(issuer), clientId, undefined, oidc.ClientSecretBasic(clientSecret), {
      timeout: TIMEOUT_SECONDS, execute: [oidc.enableNonRepudiationChecks, ...(isPlain ? [oidc.allowInsecureRequests] : [])],
    });
    this.discovered.set(id, { config, until: Date.now() + DISCOVERED_FOR_MS });
    config.catch(() => { this.discovered.delete(id); });
    return config;
  }
}

function strangerOf(provider: string, claims: oidc.IDToken): Stranger {
  const text = (name: string) => (typeof claims[name] === 'string' ? (claims[name] as string).replace(/\p{Cc}/gu, '').trim().slice(0, 100) : '');
  const email = typeof claims['email'] === 'string' && claims['email'].length <= 254 && /^[^\s@]+@[^\s@]+$/.test(claims['email']) ? claims['email'] : undefined;
  return {
    provider, subject: claims.sub, isEmailVerified: claims['email_verified'] === true, ...(email !== undefined && { email }),
    firstName: text('given_name') || text('name').split(' ')[0] || 'Customer', lastName: text('family_name') || text('name').split(' ').slice(1).join(' ') || '-',
  };
}

const asUnavailable = (): never => { throw new TemporarilyUnavailable('provider_unavailable', 'The provider does not answer. Try again shortly, or sign in another way.', 5); };

/** The provider is away, or its answer was not what it has to be: wrong signature, nonce, state, code. */
function asRefusal(error: unknown): never {
  const { code, status, message, cause } = error as { code?: string; status?: number; message?: string; cause?: Error };
  // The library passes a failed connection on as it is, and wraps what it does not know.
  const isAway = code === 'OAUTH_TIMEOUT' || [message, cause?.message].includes('fetch failed') || (status !== undefined && status >= 500);
  if (isAway) asUnavailable();
  throw new ProviderSignInFailed();
}
