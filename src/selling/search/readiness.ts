import { setTimeout as pause } from 'node:timers/promises';
import type { CatalogueFollower } from './catalogue-follower.js';
import { SearchStarting } from './search.errors.js';

const PATIENCE_MS = 2_000;

/** Whether the index in this process holds the catalogue. */
export class Readiness {
  private isReady = false;

  constructor(private readonly follower: Pick<CatalogueFollower, 'catchUp'>) {}

  /** Reads the catalogue, so that the first search need not wait for it. */
  async warm(): Promise<void> {
    await this.follower.catchUp();
    this.isReady = true;
  }

  /** At the first search the whole catalogue is read; nobody is kept waiting for it longer than he would stay. */
  async ready(): Promise<void> {
    const work = this.warm();
    if (this.isReady) return work;
    work.catch(() => {});
    const outcome = await Promise.race([work, pause(PATIENCE_MS, 'late' as const, { ref: false })]);
    if (outcome === 'late') throw new SearchStarting();
  }
}
