import { later, type Clock } from '../../shared/clock.js';
import { dayOf, daysBefore, daysBetween } from '../../shared/days.js';
import { DelayedWrite } from '../../shared/delayed-write.js';
import type { Caller } from '../../shared/http/caller.js';
import type { ReportError } from '../../shared/http/problem.js';
import { SpanTooLong, UnknownSearch } from './search-analytics.errors.js';
import { comparable, figuresOf, NOTHING, plus, USUAL_CHANNEL, type Outcome, type Searched, type Tally } from './search-analytics.js';
import type { Ranking, SearchAnalyticsRepository, Span } from './search-analytics.repository.js';
import type { SearchTokens } from './search-token.js';

/** What a process that is killed may lose. */
const FLUSH_MS = 3_000;
/** Beyond, what comes is not counted: numbers are not worth the memory of a process whose database is away. */
const MOST_WAITING = 20_000;
const DAY_MS = 86_400_000;
/** Of a search that led to a purchase so late nobody knows any more. */
const COUNTED_DAYS = 30;
const DEFAULT_DAYS = 30;
const MOST_DAYS = 92;
const ANALYTICS = 'analytics';

export type Noted = Readonly<{ searchId: string; type: Outcome; position?: number }>;
/** `userId` is forgotten when the batch is written: it is only there to ask for objections. */
type Waiting = Searched & { tally: Partial<Tally>; userId: string | null; /** Set where a search must be counted once for it. */ once?: string };
type Who = Readonly<{ caller: Caller; isOptedOut: boolean }>;
type Deps = {
  analytics: SearchAnalyticsRepository; tokens: SearchTokens; now: Clock; report: ReportError;
  /** Of these people, whoever objected to the purpose. */
  withdrawn: (purpose: string, userIds: readonly string[]) => Promise<ReadonlySet<string>>;
};

/** Counts searches and what they led to, by words and day: nobody is in it, and no request waits for it. */
export class SearchAnalytics {
  private waiting: Waiting[] = [];
  private readonly writing;

  constructor(private readonly deps: Deps) {
    this.writing = new DelayedWrite({ afterMs: FLUSH_MS, report: deps.report, write: () => this.save() });
  }

  /** Answers the name of the search; none for whoever wants not to be counted. */
  searched({ typed, words, found }: { typed: string; words: readonly string[]; found: number }, { caller, isOptedOut }: Who): string | undefined {
    if (isOptedOut || words.length === 0) return undefined;
    const search = { day: dayOf(this.deps.now()), channel: caller.key?.channel ?? USUAL_CHANNEL, words: comparable(typed, words) };
    this.wait({ ...search, tally: { searches: 1, ...(found === 0 && { empty: 1 }) }, userId: caller.user?.id ?? null });
    return this.deps.tokens.make(search);
  }

  /** How many were taken; each outcome counts once for a search, however often it is sent. */
  note(events: readonly Noted[], { caller, isOptedOut }: Who): number {
    const read = events.map(({ searchId, type, position }) => ({ search: this.deps.tokens.read(searchId), type, position }));
    const unknown = read.flatMap(({ search }, at) => (search ? [] : [at]));
    if (unknown.length > 0) throw new UnknownSearch(unknown);
    if (isOptedOut) return 0;
    const today = dayOf(this.deps.now());
    let taken = 0;
    for (const { search, type, position } of read) {
      const { key, ...searched } = search!;
      if (daysBetween(searched.day, today) > COUNTED_DAYS) continue;
      taken += 1;
      this.wait({ ...searched, tally: { [type]: 1, ...(type === 'click' && { positions: position ?? 1 }) }, userId: caller.user?.id ?? null, once: `${key}|${type}` });
    }
    return taken;
  }

  /** While the database is away what was counted stays, and goes with the next write. */
  flush(): Promise<void> {
    return this.writing.now();
  }

  async days(asked: Partial<Span>) {
    const span = await this.spanOf(asked);
    const days = await this.deps.analytics.byDay(span);
    return { from: span.from, to: span.to, ...figuresOf(days.reduce<Tally>(plus, NOTHING)), days: days.map(({ day, ...tally }) => ({ day, ...figuresOf(tally) })) };
  }

  async queries(asked: Partial<Span>, ranking: Ranking) {
    const span = await this.spanOf(asked);
    const found = await this.deps.analytics.byWords(span, ranking);
    return { from: span.from, to: span.to, items: found.map(({ words, ...tally }) => ({ words, ...figuresOf(tally) })) };
  }

  /** Days in UTC, both included. Up to three seconds of other nodes are missing. */
  private async spanOf({ from, to = dayOf(this.deps.now()), channel }: Partial<Span>): Promise<Span> {
    const since = from ?? daysBefore(to, DEFAULT_DAYS - 1);
    const days = daysBetween(since, to) + 1;
    if (days < 1 || days > MOST_DAYS) throw new SpanTooLong(MOST_DAYS);
    await this.flush();
    return { from: since, to, channel };
  }

  private wait(entry: Waiting): void {
    if (this.waiting.length < MOST_WAITING) this.waiting.push(entry);
    this.writing.soon();
  }

  private async save(): Promise<void> {
    if (this.waiting.length === 0 || !this.deps.analytics.isReachable()) return;
    const batch = this.waiting;
    this.waiting = [];
    // What it comes to, once that is known: only then is it in the memory of what was counted.
    let left: readonly Waiting[] = batch;
    try {
      left = await this.countable(batch);
      await this.deps.analytics.add(together(left));
    } catch (error) {
      this.waiting = [...left, ...this.waiting].slice(0, MOST_WAITING);
      throw error;
    }
  }

  private async countable(batch: readonly Waiting[]): Promise<Waiting[]> {
    const { analytics, withdrawn, now } = this.deps;
    const users = [...new Set(batch.flatMap(({ userId }) => userId ?? []))];
    const objecting = users.length === 0 ? new Set<string>() : await withdrawn(ANALYTICS, users);
    const counted = batch.filter(({ userId }) => userId === null || !objecting.has(userId));
    const first = await analytics.remember([...new Set(counted.flatMap(({ once }) => once ?? []))], later(now(), (COUNTED_DAYS + 1) * DAY_MS));
    // The first of equal events in a batch counts, the others were the same click.
    return counted.filter(({ once }) => once === undefined || first.delete(once)).map(({ once: _once, ...entry }) => entry);
  }
}

function together(entries: readonly Waiting[]): Array<Searched & { tally: Tally }> {
  const sums = new Map<string, Searched & { tally: Tally }>();
  for (const { day, channel, words, tally } of entries) {
    const key = `${day}|${channel}|${words}`;
    sums.set(key, { day, channel, words, tally: plus(sums.get(key)?.tally ?? NOTHING, tally) });
  }
  return [...sums.values()];
}
