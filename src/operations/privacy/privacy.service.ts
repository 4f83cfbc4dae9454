import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import { later, type Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { fold } from '../../shared/fold.js';
import type { UserIdentity } from '../../shared/http/caller.js';
import type { DataSubject, PersonalData } from '../../shared/personal-data.js';
import type { Job, JobContext, Jobs } from '../jobs/index.js';
import type { Vault } from '../../shared/db/vault.js';
import { AccountExists, AccountNotFound, ExportNotReady, OrdersStillOpen, StaffAccount, UpgradeUnderWay, WrongConfirmation } from './privacy.errors.js';
import type { PrivacyRepository } from './privacy.repository.js';

const EXPORT_KEPT_MS = 7 * 24 * 3_600_000;
export const EXPORT_JOB = 'privacy.export';
export const ERASE_JOB = 'privacy.erase';
export const ERASE_GUEST_JOB = 'privacy.erase_guest';

type Client = Readonly<{ ip: string; userAgent: string }>;
export type Reauthenticate = (who: UserIdentity, password: string | undefined, client: Client) => Promise<unknown>;
type Deps = {
  privacy: PrivacyRepository; jobs: Pick<Jobs, 'enqueue'>; inTransaction: InTransaction; audit: RecordAudit; now: Clock; parts: () => readonly PersonalData[];
  findAccount(userId: string): Promise<{ email: string; roles: readonly string[] } | null>;
  /** Orders that are not at their end. */
  countOpenOrders(of: { userId: string } | { userId: null; emailKey: string }): Promise<number>;
  sealing: Pick<Vault['sealing'], 'isUnderWay'>;
  hasAccount(email: string): Promise<boolean>;
  /** The address of the guest whose order this mailed code opens; a refusal when it opens none. */
  guestOf(token: string): Promise<string>;
  /** The password where there is one, else a session that was opened just now; a refusal otherwise. */
  reauthenticate: Reauthenticate;
};

type OwnErasure = Readonly<{ confirmEmail: string; currentPassword?: string | undefined; client: Client; actor: Actor }>;

export class PrivacyService {
  constructor(private readonly deps: Deps) {}

  /** The file is made by the worker; it is fetched by whom it is about, or by staff. */
  async requestExport(userId: string, actor: Actor): Promise<Job> {
    const { jobs, inTransaction, audit } = this.deps;
    await this.requireAccount(userId);
    return inTransaction(async () => {
      const job = await jobs.enqueue({ type: EXPORT_JOB, input: { userId }, createdBy: actor });
      await audit({ actor, action: 'user.export_requested', subject: `user:${userId}`, after: { jobId: job.id } });
      return job;
    });
  }

  async getExport(userId: string): Promise<{ createdAt: Date; expiresAt: Date; data: unknown }> {
    const found = await this.deps.privacy.findExport(userId);
    if (!found) throw new ExportNotReady();
    return { createdAt: found.createdAt, expiresAt: found.expiresAt, data: JSON.parse(found.content) as unknown };
  }

  /** By somebody else than whom it is about: on record before it is answered. */
  async readExport(userId: string, actor: Actor): ReturnType<PrivacyService['getExport']> {
    const found = await this.getExport(userId);
    await this.deps.inTransaction(() => this.deps.audit({ actor, action: 'user.export_read', subject: `user:${userId}`, after: { madeAt: found.createdAt } }));
    return found;
  }

  /** A stolen access token is not enough to end an account for good. */
  async requestOwnErasure(who: UserIdentity, { confirmEmail, currentPassword, client, actor }: OwnErasure): Promise<Job> {
    const account = await this.requireAccount(who.id);
    if (fold(confirmEmail) !== account.email) throw new WrongConfirmation();
    await this.deps.reauthenticate(who, currentPassword, client);
    return this.requestErasure(who.id, actor);
  }

  async requestErasure(userId: string, actor: Actor): Promise<Job> {
    const { jobs, inTransaction, audit } = this.deps;
    await this.requireSealed();
    const account = await this.requireAccount(userId);
    if (account.roles.some((role) => role !== 'customer')) throw new StaffAccount();
    await this.requireNoneOpen({ userId });
    return inTransaction(async () => {
      const job = await jobs.enqueue({ type: ERASE_JOB, input: { userId }, createdBy: actor });
      await audit({ actor, action: 'user.erasure_requested', subject: `user:${userId}`, after: { jobId: job.id } });
      return job;
    });
  }

  /** Who reads the mail of that address may have everything erased that was done with it. */
  async requestOwnGuestErasure(token: string, actor: Actor): Promise<Job> {
    return this.requestGuestErasure(await this.deps.guestOf(token), actor);
  }

  /** The job knows the address by its mark only. */
  async requestGuestErasure(email: string, actor: Actor): Promise<Job> {
    const { privacy, jobs, inTransaction, audit, hasAccount } = this.deps;
    await this.requireSealed();
    if (await hasAccount(fold(email))) throw new AccountExists();
    const emailKey = privacy.markOf(email);
    await this.requireNoneOpen({ userId: null, emailKey });
    return inTransaction(async () => {
      const job = await jobs.enqueue({ type: ERASE_GUEST_JOB, input: { emailKey }, createdBy: actor });
      await audit({ actor, action: 'user.guest_erasure_requested', subject: `guest:${emailKey}`, after: { jobId: job.id } });
      return job;
    });
  }

  async runGuestErasure({ input, createdBy }: Pick<Job, 'input' | 'createdBy'>): Promise<object> {
    const { privacy, inTransaction, audit } = this.deps;
    await this.requireSealed();
    const emailKey = String(input['emailKey']);
    await this.requireNoneOpen({ userId: null, emailKey }, input);
    const erased = { sealed: await privacy.eraseGuest(emailKey) };
    await inTransaction(() => audit({ actor: createdBy, action: 'user.guest_erased', subject: `guest:${emailKey}`, after: erased }));
    return erased;
  }

  async runExport({ input }: Pick<Job, 'input'>, { progress, signal }: JobContext): Promise<object> {
    const { privacy, now, parts } = this.deps;
    const subject = await this.subjectOf(String(input['userId']));
    const data: Record<string, unknown> = {};
    for (const [at, part] of parts().entries()) {
      signal.throwIfAborted();
      data[part.name] = await part.export(subject);
      await progress({ done: at + 1, total: parts().length, message: part.name });
    }
    const createdAt = now();
    await privacy.saveExport({ userId: subject.userId, content: JSON.stringify(data), createdAt, expiresAt: later(createdAt, EXPORT_KEPT_MS) });
    return { parts: Object.keys(data) };
  }

  /** Every step may run again. The account goes last but for the keys, because its address finds what was sent to it. */
  async runErasure({ input, createdBy }: Pick<Job, 'input' | 'createdBy'>, { progress, signal }: JobContext): Promise<object> {
    const { privacy, inTransaction, audit, parts } = this.deps;
    await this.requireSealed();
    const subject = await this.subjectOf(String(input['userId']));
    await this.requireNoneOpen({ userId: subject.userId }, input);
    const erased: Record<string, number> = {};
    const inOrder = [...parts()].sort((a, b) => Number(a.name === 'account') - Number(b.name === 'account'));
    erased['answers'] = await privacy.removeAnswers(subject.userId);
    erased['exports'] = await privacy.removeExports(subject.userId);
    erased['sealed'] = await privacy.eraseSealed(subject);
    for (const [at, part] of inOrder.entries()) {
      signal.throwIfAborted();
      erased[part.name] = await part.erase(subject);
      await progress({ done: at + 1, total: inOrder.length, message: part.name });
    }
    await inTransaction(() => audit({ actor: createdBy, action: 'user.erased', subject: `user:${subject.userId}`, after: erased }));
    return erased;
  }

  /** To shred a key erases what it sealed, and nothing else. */
  private async requireSealed(): Promise<void> {
    if (await this.deps.sealing.isUnderWay()) throw new UpgradeUnderWay();
  }

  /** Asked again by the job, for what was placed since. In a backup orders may be under way again: whoever was erased before stays erased. */
  private async requireNoneOpen(of: { userId: string } | { userId: null; emailKey: string }, input: Job['input'] = {}): Promise<void> {
    const open = input['again'] === true ? 0 : await this.deps.countOpenOrders(of);
    if (open > 0) throw new OrdersStillOpen(open);
  }

  private async subjectOf(userId: string): Promise<DataSubject> {
    return { userId, email: (await this.deps.findAccount(userId))?.email ?? null };
  }

  private async requireAccount(userId: string) {
    const account = await this.deps.findAccount(userId);
    if (!account) throw new AccountNotFound();
    return account;
  }
}
