import { later, type Clock } from '../../shared/clock.js';
import { newToken, sha256 } from '../../shared/crypto/tokens.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { UserIdentity } from '../../shared/http/caller.js';
import type { RecordSecurityEvent } from '../../shared/security-event.js';
import { EmailTaken, hasPassword, type Auth, type User } from '../auth/index.js';
import type { Pending, Providers } from './providers.js';
import { decide, FLOW_SECONDS, type Identity, type Stranger } from './sign-in-with.js';
import { AccountExists, IdentityNotFound, IdentityTaken, LastWayIn, ProviderEmailUnverified, ProviderSignInFailed } from './sign-in-with.errors.js';
import type { IdentityRepository } from './sign-in-with.repository.js';

export type SignInWithDeps = Readonly<{
  identities: IdentityRepository; providers: Providers; auth: Pick<Auth, 'credentials' | 'admit' | 'insertWithoutPassword'>;
  outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; now: Clock; securityEvent: RecordSecurityEvent; deriveSecret(purpose: string): string;
}>;
type SigningIn = Parameters<Auth['admit']>[1];
type Client = Pick<SigningIn, 'ip' | 'userAgent'>;
/** What comes back from the provider, and the flow token, which never was there: only who began can finish. */
export type ProviderAnswer = Readonly<{ code: string; state: string; flowToken: string; iss?: string }>;

export class SignInWithService {
  constructor(private readonly deps: SignInWithDeps) {}

  async begin(provider: string, linkTo: string | null = null): Promise<{ authorizationUrl: string; flowToken: string; expiresIn: number }> {
    const { identities, providers, now } = this.deps;
    const [state, flowToken] = [newToken(), newToken()];
    const authorizationUrl = await providers.authorizationUrl(provider, this.pendingOf(state, flowToken));
    await identities.begin({ provider, stateHash: sha256(state), flowHash: sha256(flowToken), linkTo, createdAt: now(), expiresAt: later(now(), FLOW_SECONDS * 1000) });
    return { authorizationUrl, flowToken, expiresIn: FLOW_SECONDS };
  }

  async beginLinking(who: UserIdentity, provider: string, password: string | undefined, client: Client) {
    const user = await this.deps.auth.credentials.reauthenticate(who, password, client);
    return this.begin(provider, user.id);
  }

  async signIn(provider: string, answer: ProviderAnswer, client: SigningIn) {
    const { stranger, linkTo } = await this.redeem(provider, answer);
    if (linkTo !== null) throw new ProviderSignInFailed();
    const user = await this.ownerOf(stranger).catch((error: unknown) => {
      // Somebody else, most likely the same person twice, was first: now they are known.
      if (error instanceof IdentityTaken || error instanceof EmailTaken) return this.ownerOf(stranger);
      throw error;
    });
    return this.deps.auth.admit(user, client, { via: provider });
  }

  async link(who: UserIdentity, provider: string, answer: ProviderAnswer, client: Client): Promise<Identity> {
    const { stranger, linkTo } = await this.redeem(provider, answer);
    if (linkTo !== who.id) throw new ProviderSignInFailed();
    const identity = await this.deps.inTransaction(() => this.add(stranger, who.id));
    this.deps.securityEvent({ kind: 'identity_linked', userId: who.id, address: client.ip, detail: { provider } });
    return identity;
  }

  list(who: UserIdentity): Promise<Identity[]> {
    return this.deps.identities.ofUser(who.id);
  }

  /** The last way into an account is not taken away. */
  async unlink(who: UserIdentity, provider: string, client: Client): Promise<void> {
    const { identities, auth, inTransaction, outbox, securityEvent } = this.deps;
    await inTransaction(async () => {
      const user = await auth.credentials.lock(who.id);
      if (!await identities.remove(who.id, provider)) throw new IdentityNotFound();
      if (!hasPassword(user) && (await identities.ofUser(who.id)).length === 0) throw new LastWayIn();
      await outbox.record({ type: 'user.identity_unlinked', aggregateId: who.id, data: { userId: who.id, provider } });
    });
    securityEvent({ kind: 'identity_unlinked', userId: who.id, address: client.ip, detail: { provider } });
  }

  private async redeem(provider: string, { code, state, flowToken, iss }: ProviderAnswer): Promise<{ stranger: Stranger; linkTo: string | null }> {
    const { identities, providers, now } = this.deps;
    providers.get(provider);
    const flow = await identities.finish({ provider, stateHash: sha256(state), flowHash: sha256(flowToken) }, now());
    if (!flow) throw new ProviderSignInFailed();
    return { stranger: await providers.redeem(provider, { code, iss }, this.pendingOf(state, flowToken)), linkTo: flow.linkTo };
  }

  private ownerOf(stranger: Stranger): Promise<User> {
    const { identities, auth, inTransaction } = this.deps;
    return inTransaction(async () => {
      const known = await identities.find(stranger.provider, stranger.subject);
      const account = known || stranger.email === undefined ? null : await auth.credentials.findByEmail(stranger.email);
      const decision = decide({ isKnown: known !== null, stranger, account });
      if (decision === 'sign_in') return auth.credentials.get(known!.userId);
      if (decision === 'refuse_unverified') throw new ProviderEmailUnverified();
      if (decision === 'refuse_existing') throw new AccountExists();
      const { firstName, lastName } = stranger;
      const user = decision === 'link' ? account! : await auth.insertWithoutPassword({ email: stranger.email!, firstName, lastName });
      await this.add(stranger, user.id, decision === 'link');
      return user;
    });
  }

  private async add({ provider, subject, email }: Stranger, userId: string, isTold = true): Promise<Identity> {
    const { identities, outbox, now } = this.deps;
    const identity: Identity = { provider, subject, userId, ...(email !== undefined && { email }), linkedAt: now() };
    await identities.add(identity);
    if (isTold) await outbox.record({ type: 'user.identity_linked', aggregateId: userId, data: { userId, provider } });
    return identity;
  }

  /** The verifier and the nonce follow from the flow token, so that the database alone finishes nobody's sign-in. */
  private pendingOf(state: string, flowToken: string): Pending {
    const { deriveSecret } = this.deps;
    return { state, nonce: deriveSecret(`sign-in-nonce:${flowToken}`), codeVerifier: deriveSecret(`sign-in-verifier:${flowToken}`) };
  }
}
