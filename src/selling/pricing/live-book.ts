import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import { bookOf, type PriceBook } from './price-book.js';
import type { PriceBookRepository } from './price-book.repository.js';

/** Below the second within which another process must see a change. */
const TRUSTED_MS = 900;

/** The book that this process holds. Its revision is asked for at most once in 0.9 s, and at once after an own change. */
export class LiveBook {
  private readonly recent = new Recent<PriceBook>({ ttlMs: TRUSTED_MS, max: 1 });
  private held: PriceBook | undefined;

  constructor(private readonly deps: { book: PriceBookRepository; now: Clock }) {}

  current(): Promise<PriceBook> {
    return this.recent.get('book', () => this.load());
  }

  /** The last one that was asked for. */
  known(): PriceBook | undefined { return this.held; }

  /** To be called after the commit of a change, before it is acknowledged. */
  forget(): void {
    this.recent.forget('book');
  }

  /** The revision is read first: a change in between makes the book newer than it says, which the next look puts right. */
  private async load(): Promise<PriceBook> {
    const version = await this.deps.book.version();
    if (this.held?.version === version) return this.held;
    this.held = version === 0 ? bookOf(0, { lists: [], rules: [], rates: [], roundings: new Map() }) : bookOf(version, await this.deps.book.contents(this.deps.now()));
    return this.held;
  }
}
