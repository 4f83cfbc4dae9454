import type { Connection } from 'mongoose';

/** `waiting`: a version that cannot read it sealed may still run. `sealing`: nobody needs it plain any more, and what is plain is being sealed. */
export type PathState = { _id: string; state: 'waiting' | 'sealing' | 'on'; at: Date };

/** How long a process may write plain what another seals already. */
export const NOTICED_MS = 1_000;
const NOTHING: ReadonlySet<string> = new Set();

/** Hashes that other versions made without a key: they are paths of their own. */
export const PROMOTION_CUSTOMERS = 'promotion_customers|_id';
export const SIGN_IN_ATTEMPTS = 'sign_in_attempts|_id';

export const pathStates = (connection: Connection) => connection.collection<PathState>('sealed_paths');

/**
 * Which of the paths that this version seals (`users|email`) are still written plain, because a rolling upgrade is under way.
 * Where nothing waits that is asked once: `npm run migrate` runs before a version that seals more.
 */
export class SealingState {
  private held: { waiting: ReadonlySet<string>; until: number } | null = null;
  private asking: Promise<ReadonlySet<string>> | null = null;

  constructor(private readonly connection: Connection) {}

  waiting(): ReadonlySet<string> | Promise<ReadonlySet<string>> {
    if (this.held && this.held.until > Date.now()) return this.held.waiting;
    this.asking ??= this.ask().finally(() => { this.asking = null; });
    return this.asking;
  }

  /** Nothing can be erased by its key that is not sealed yet. */
  async isUnderWay(): Promise<boolean> {
    return await pathStates(this.connection).countDocuments({ state: { $ne: 'on' } }, { limit: 1 }) > 0;
  }

  forget(): void {
    this.held = null;
  }

  private async ask(): Promise<ReadonlySet<string>> {
    const found = await pathStates(this.connection).find({ state: { $ne: 'on' } }).toArray();
    const waiting = found.filter(({ state }) => state === 'waiting').map(({ _id }) => _id);
    this.held = { waiting: waiting.length === 0 ? NOTHING : new Set(waiting), until: found.length === 0 ? Infinity : Date.now() + NOTICED_MS };
    return this.held.waiting;
  }
}
