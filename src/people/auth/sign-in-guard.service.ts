import { sha256 } from '../../shared/crypto/tokens.js';
import type { Clock } from '../../shared/clock.js';
import { networkRange } from '../../shared/http/rate-limit.js';
import { TooManyFailedSignIns } from './auth.errors.js';
import type { SignInAttemptRepository } from './sign-in-attempts.repository.js';

export type SignInLimits = Readonly<{ failuresPerAccount: number; failuresPerAddress: number }>;
type Counted = { name: string; limit: number };

/**
 * Counts failed attempts per account, known or not, and per address range. Once a limit is reached every answer is the
 * same 429: also to guesses that were under way, and also to the right one among them.
 */
export class SignInGuard {
  constructor(private readonly deps: { attempts: SignInAttemptRepository; mark: (hash: string) => Promise<string>; limits: SignInLimits; now: Clock }) {}

  /** A key with a raised rate limit, such as a server's that signs in many people, raises the limit of its address too. */
  async begin(account: string, ip: string, raisedLimit = 0) {
    const { limits } = this.deps;
    const counted = [
      { name: `account:${await this.markOf(account)}`, limit: limits.failuresPerAccount },
      { name: `address:${networkRange(ip)}`, limit: Math.max(limits.failuresPerAddress, raisedLimit) },
    ];
    await this.refuseBeyondLimit(counted);
    return {
      failed: () => this.countFailure(counted),
      succeeded: async () => {
        const known = await this.refuseBeyondLimit(counted);
        const [{ name }] = counted as [Counted];
        if (known.includes(name)) await this.deps.attempts.forget(name);
      },
    };
  }

  /**
   * For what is used up by being right, such as a code: an attempt counts before it is looked at, so that of any number at
   * once no more than the limit are. Call `succeeded` to give the attempts back.
   */
  async spend(account: string) {
    const [counted] = [{ name: `code:${await this.markOf(account)}`, limit: this.deps.limits.failuresPerAccount }];
    await this.countFailure([counted]);
    return { succeeded: () => this.deps.attempts.forget(counted.name) };
  }

  /** Somebody proved by mail to be the owner: guesses of others keep them out no longer. */
  async forgive(account: string): Promise<void> {
    await this.deps.attempts.forget(`account:${await this.markOf(account)}`);
  }

  /** Somebody tries addresses, not passwords: only where they come from is counted. */
  async countProbe(ip: string, raisedLimit = 0): Promise<void> {
    await this.countFailure([{ name: `probes:${networkRange(ip)}`, limit: Math.max(this.deps.limits.failuresPerAddress, raisedLimit) }]);
  }

  private markOf(account: string): Promise<string> {
    return this.deps.mark(sha256(account));
  }

  private async refuseBeyondLimit(counted: readonly Counted[]): Promise<string[]> {
    const now = this.deps.now();
    const open = await this.deps.attempts.findOpen(counted.map(({ name }) => name), now);
    for (const { _id, failures, windowEndsAt } of open) {
      if (failures >= counted.find(({ name }) => name === _id)!.limit) throw refusal(windowEndsAt, now);
    }
    return open.map(({ _id }) => _id);
  }

  private async countFailure(counted: readonly Counted[]): Promise<void> {
    const now = this.deps.now();
    const rows = await Promise.all(counted.map(({ name }) => this.deps.attempts.count(name, now)));
    rows.forEach(({ failures, windowEndsAt }, at) => {
      if (failures > counted[at]!.limit) throw refusal(windowEndsAt, now);
    });
  }
}

const refusal = (windowEndsAt: Date, now: Date) => new TooManyFailedSignIns(Math.max(1, Math.ceil((windowEndsAt.getTime() - now.getTime()) / 1000)));
