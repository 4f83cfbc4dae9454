import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/clock.js';
import { dayOf, daysBefore, daysBetween } from '../../shared/days.js';
import { DelayedWrite } from '../../shared/delayed-write.js';
import type { ReportError } from '../../shared/http/problem.js';
import { classOf, groupOf, summaryOf, type AnswerClass } from './usage.js';
import { UsageSpanTooLong } from './api-keys.errors.js';
import type { UsageRepository } from './usage.repository.js';

/** What a process that is killed may lose. */
const FLUSH_MS = 5_000;
const DEFAULT_DAYS = 30;
const MOST_DAYS = 92;

type Counted = { keyId: string; day: string; group: string; counts: Partial<Record<AnswerClass, number>>; isSaved: boolean };

/** Counts requests by key in memory, because every request passes here, and writes them together every few seconds. */
export class UsageService {
  private readonly writer = randomUUID();
  private readonly counted = new Map<string, Counted>();
  private readonly writing;

  constructor(private readonly deps: { usage: UsageRepository; now: Clock; report: ReportError }) {
    this.writing = new DelayedWrite({ afterMs: FLUSH_MS, report: deps.report, write: () => this.save() });
  }

  count({ keyId, route, status }: { keyId: string; route: string; status: number }): void {
    const day = dayOf(this.deps.now());
    const group = groupOf(route);
    const name = `${keyId}|${day}|${group}`;
    let entry = this.counted.get(name);
    if (!entry) this.counted.set(name, entry = { keyId, day, group, counts: {}, isSaved: false });
    const answer = classOf(status);
    entry.counts[answer] = (entry.counts[answer] ?? 0) + 1;
    entry.isSaved = false;
    this.writing.soon();
  }

  /** While the database is away the counts stay, and go with the next write. */
  flush(): Promise<void> {
    return this.writing.now();
  }

  /** Days in UTC, both included; the last thirty when nothing is said. Up to five seconds of other nodes are missing. */
  async read(keyId: string, { from, to = dayOf(this.deps.now()) }: { from?: string | undefined; to?: string | undefined }) {
    const since = from ?? daysBefore(to, DEFAULT_DAYS - 1);
    const days = daysBetween(since, to) + 1;
    if (days < 1 || days > MOST_DAYS) throw new UsageSpanTooLong(MOST_DAYS);
    await this.flush();
    return { from: since, to, ...summaryOf(await this.deps.usage.read(keyId, since, to)) };
  }

  private async save(): Promise<void> {
    const open = [...this.counted.values()].filter(({ isSaved }) => !isSaved);
    if (open.length === 0 || !this.deps.usage.isReachable()) return;
    for (const entry of open) entry.isSaved = true;
    try {
      await this.deps.usage.save(this.writer, open);
    } catch (error) {
      for (const entry of open) entry.isSaved = false;
      throw error;
    }
    // Yesterday stays: a clock that is set back over midnight must not begin it again at nought.
    const yesterday = daysBefore(dayOf(this.deps.now()), 1);
    for (const [name, { day, isSaved }] of this.counted) if (isSaved && day < yesterday) this.counted.delete(name);
  }
}
