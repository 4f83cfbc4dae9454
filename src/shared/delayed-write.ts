import { AsyncResource } from 'node:async_hooks';
import type { ReportError } from './http/problem.js';

/** For what a process counts in memory, because every request brings some: written together after a while, one write at a time. */
export class DelayedWrite {
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  /** A timer that a request sets would write on behalf of that request. */
  private readonly tick: () => void;

  /** `afterMs` is what a process that is killed may lose. */
  constructor(private readonly options: Readonly<{ afterMs: number; write: () => Promise<void>; report: ReportError }>) {
    this.tick = AsyncResource.bind(() => {
      this.timer = null;
      this.now().catch(options.report);
    });
  }

  /** Something waits to be written. */
  soon(): void {
    this.timer ??= setTimeout(this.tick, this.options.afterMs).unref();
  }

  /** Ends when all that waited when it was asked for is written. */
  now(): Promise<void> {
    this.writing = this.writing.catch(() => {}).then(() => this.options.write());
    return this.writing;
  }
}
