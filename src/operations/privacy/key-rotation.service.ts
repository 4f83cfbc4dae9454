import { setTimeout as pause } from 'node:timers/promises';
import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Vault } from '../../shared/db/vault.js';
import type { Job, JobContext, Jobs } from '../jobs/index.js';
import type { PrivacyRepository } from './privacy.repository.js';

export const ROTATE_JOB = 'data_keys.rotate';
const BATCH = 200;

type Deps = {
  privacy: PrivacyRepository; vault: Vault; jobs: Pick<Jobs, 'enqueue'>; inTransaction: InTransaction; audit: RecordAudit; now: Clock;
  /** Longer than any process believes in a key: until then rows may still be sealed with an old version. */
  settleMs: number;
};
/** Where a later attempt goes on. */
type State = { since: string; phase: 'keys' | 'rows' | 'settle' | 'again'; after: unknown; collection: number; rotated: number; resealed: number; undecryptable: number };

/**
 * New versions of the data keys under today's master key, then everything sealed with them. What is stored plain, from
 * before fields were sealed, is sealed on the way: the first run after an upgrade is the backfill.
 */
export class KeyRotation {
  constructor(private readonly deps: Deps) {}

  async request(renew: boolean, actor: Actor): Promise<Job> {
    const { jobs, inTransaction, audit, now } = this.deps;
    return inTransaction(async () => {
      const job = await jobs.enqueue({ type: ROTATE_JOB, input: { renew, since: now().toISOString() }, createdBy: actor });
      await audit({ actor, action: 'data_key.rotation_requested', subject: 'data_keys', after: { renew, jobId: job.id } });
      return job;
    });
  }

  async run(job: Job, context: JobContext): Promise<object> {
    const since = new Date(String(job.input['since']));
    const renew = job.input['renew'] === true;
    let state = job.checkpoint as State | null ?? { since: since.toISOString(), phase: 'keys', after: null, collection: 0, rotated: 0, resealed: 0, undecryptable: 0 };
    const keep = async (next: State) => { state = next; await context.checkpoint(next); };
    if (state.phase === 'keys') await this.rotateKeys(state, renew, since, keep);
    if (state.phase === 'rows') await this.resealAll(state, context, keep, renew ? 'settle' : 'again');
    if (state.phase === 'settle') {
      await pause(Math.max(0, since.getTime() + this.deps.settleMs - Date.now()), undefined, { signal: context.signal });
      this.deps.vault.forgetKeys();
      await keep({ ...state, phase: 'again', collection: 0, after: null });
      await this.resealAll({ ...state, undecryptable: 0 }, context, keep, 'again');
      if (state.undecryptable === 0) await this.deps.vault.dropOldVersions(since);
    }
    const { rotated, resealed, undecryptable } = state;
    return { rotated, resealed, undecryptable, underOldMaster: await this.deps.vault.countWrappedByOld() };
  }

  private async rotateKeys(from: State, renew: boolean, since: Date, keep: (state: State) => Promise<void>): Promise<void> {
    let state = from;
    for (;;) {
      const { last, rotated } = await this.deps.vault.rotateBatch(state.after as string | null, { renew, since, limit: BATCH });
      state = { ...state, rotated: state.rotated + rotated, after: last, ...(last === null && { phase: 'rows' as const }) };
      await keep(state);
      if (last === null) return;
    }
  }

  private async resealAll(from: State, { signal, progress }: JobContext, keep: (state: State) => Promise<void>, then: State['phase']): Promise<void> {
    const { privacy } = this.deps;
    const names = privacy.collections();
    let state = from;
    while (state.collection < names.length) {
      signal.throwIfAborted();
      const name = names[state.collection]!;
      const { last, resealed, undecryptable } = await privacy.resealBatch(name, state.after, BATCH);
      state = { ...state, resealed: state.resealed + resealed, undecryptable: state.undecryptable + undecryptable, ...(last === null ? { collection: state.collection + 1, after: null } : { after: last }) };
      await progress({ done: state.collection, total: names.length, message: `${name}: ${state.resealed} sealed again` });
      await keep(state);
    }
    await keep({ ...state, phase: then, collection: 0, after: null });
  }
}
