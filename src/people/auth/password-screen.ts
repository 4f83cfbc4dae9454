import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createBreaker, type Breaker } from '../../shared/breaker.js';
import type { Clock } from '../../shared/clock.js';
import { fold } from '../../shared/fold.js';
import type { RecordSecurityEvent } from '../../shared/security-event.js';
import { WeakPassword } from './auth.errors.js';
import { passwordProblem } from './password-policy.js';

export type PasswordScreenConfig = Readonly<{ shopName: string; passwordListFile: string; breachRangeUrl: string; breachTimeoutMs: number }>;
type Deps = { config: PasswordScreenConfig; now: Clock; securityEvent: RecordSecurityEvent; fetch?: typeof fetch };

const PREFIX_LENGTH = 5;
/** The longest answers of such services have about a thousand lines, padded ones two. */
const MAX_ANSWER = 200_000;

/**
 * Refuses passwords that are known: by our own rules, by a list of the operator's, by a service that knows what leaked. Of a
 * password that service hears five of the forty letters of a hash (k-anonymity). When it does not answer in time the others
 * decide, since nobody should be kept from changing a password by the failure of somebody else's server.
 */
export class PasswordScreen {
  private readonly listed: ReadonlySet<string>;
  private readonly breaker: Breaker;

  constructor(private readonly deps: Deps) {
    this.listed = readList(deps.config.passwordListFile);
    this.breaker = createBreaker({ name: 'the list of breached passwords', openMs: 30_000, now: deps.now });
  }

  async refuseWeak(password: string, email: string, field = 'password'): Promise<void> {
    const problem = passwordProblem(password, email, this.deps.config.shopName);
    if (problem) throw new WeakPassword(problem, field);
    if (this.listed.has(fold(password)) || await this.isBreached(password)) throw new WeakPassword('breached', field);
  }

  private async isBreached(password: string): Promise<boolean> {
    const { config, securityEvent } = this.deps;
    if (config.breachRangeUrl === '') return false;
    // The format of the service is made of SHA-1; it protects nothing here.
    const hash = createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase();
    const [prefix, suffix] = [hash.slice(0, PREFIX_LENGTH), hash.slice(PREFIX_LENGTH)];
    try {
      return holds(await this.breaker.run(() => this.ask(prefix)), suffix);
    } catch (error) {
      securityEvent({ kind: 'breach_check_unavailable', detail: { reason: (error as Error).name } });
      return false;
    }
  }

  private async ask(prefix: string): Promise<string> {
    const { config, fetch: call = fetch } = this.deps;
    const answer = await call(`${config.breachRangeUrl.replace(/\/$/, '')}/${prefix}`, {
      headers: { 'add-padding': 'true' }, redirect: 'error', signal: AbortSignal.timeout(config.breachTimeoutMs),
    });
    if (!answer.ok) throw new Error(`the list of breached passwords answered ${answer.status}`);
    return (await answer.text()).slice(0, MAX_ANSWER);
  }
}

/** `SUFFIX:COUNT` a line; padding has the count 0. */
const holds = (answer: string, suffix: string): boolean =>
  answer.split(/\r?\n/).some((line) => { const [found, count] = line.trim().toUpperCase().split(':'); return found === suffix && Number(count) > 0; });

/** Read once, when the process starts: a list that is not there is a mistake to be told at once. */
function readList(file: string): ReadonlySet<string> {
  if (file === '') return new Set();
  return new Set(readFileSync(file, 'utf8').split(/\r?\n/).map((line) => fold(line)).filter(Boolean));
}
