import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { ReportError } from '../../shared/http/problem.js';
import type { RecordSecurityEvent } from '../../shared/security-event.js';
import { rolesIn, type Role, type User } from './auth.js';
import { InvalidCredentials, MfaRequired, RoleNotHeld } from './auth.errors.js';
import type { Client, Opening, SessionService, Tokens } from './sessions.service.js';

type SignIn = Readonly<{ userId: string; cartToken?: string; wishlistToken?: string; channel?: string | undefined }>;
/** Told after somebody registered or signed in; a hook that fails is reported and stops nobody. */
export type SignInHook = (signIn: SignIn) => Promise<void>;
export type SigningIn = Client & { cartToken?: string | undefined; wishlistToken?: string | undefined; channel?: string | undefined; actingAs?: Role | undefined };
/** Opens the second half of a sign-in; answers what the client brings there. */
export type OpenChallenge = (user: User, opening: { via: string; actingAs: Role | undefined }) => Promise<{ challengeToken: string; expiresIn: number }>;

type Deps = { sessions: SessionService; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; report: ReportError; securityEvent: RecordSecurityEvent };

/** The one door into a session, whatever somebody proved who they are with. */
export class SignInService {
  private readonly hooks: SignInHook[] = [];
  private challenge: OpenChallenge | null = null;

  constructor(private readonly deps: Deps) {}

  onSignIn(hook: SignInHook): void {
    this.hooks.push(hook);
  }

  challengeWith(challenge: OpenChallenge): void {
    this.challenge = challenge;
  }

  /** Throws `mfa_required` for whoever has a second factor and did not bring it. */
  async admit(user: User, client: SigningIn, { via, mfaAt }: { via: string; mfaAt?: Date }): Promise<Tokens> {
    const { sessions, inTransaction, outbox, securityEvent } = this.deps;
    const { actingAs } = client;
    if (user.isDisabled) throw new InvalidCredentials();
    if (actingAs !== undefined && rolesIn(user.roles, actingAs).length === 0) throw new RoleNotHeld(actingAs, user.roles);
    if (user.mfaEnabledAt && !mfaAt) throw new MfaRequired(await this.openChallenge(user, { via, actingAs }));
    const session = await inTransaction(async () => {
      const opened = await sessions.open(user, client, { mfaAt, actingAs });
      const { id, device, ipRange } = opened;
      await outbox.record({ type: 'user.signed_in', aggregateId: user.id, data: { userId: user.id, sessionId: id, device, ipRange } });
      return opened;
    });
    securityEvent({ kind: 'signed_in', userId: user.id, address: client.ip, detail: { via, secondFactor: mfaAt !== undefined } });
    await this.tellHooks(user.id, client);
    return sessions.tokensOf(user, session);
  }

  /** For an account that begins with this session, in the transaction that makes the account. */
  openFirst(user: User, client: SigningIn, opening: Opening = {}) {
    return this.deps.sessions.open(user, client, opening);
  }

  async tellHooks(userId: string, { cartToken, wishlistToken, channel }: SigningIn): Promise<void> {
    for (const hook of this.hooks) {
      try {
        await hook({ userId, channel, ...(cartToken !== undefined && { cartToken }), ...(wishlistToken !== undefined && { wishlistToken }) });
      } catch (error) {
        this.deps.report(error, { hook: 'onSignIn', userId });
      }
    }
  }

  private openChallenge(user: User, opening: Parameters<OpenChallenge>[1]) {
    if (!this.challenge) throw new Error('nothing was plugged that asks for second factors');
    return this.challenge(user, opening);
  }
}
