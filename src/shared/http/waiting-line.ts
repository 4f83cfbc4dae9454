import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a place is kept for somebody who was sent away with a ticket. */
const TICKET_MS = 120_000;
const REMEMBERED = 20_000;

type Waiter = Readonly<{ since: number; enter(): void; sendAway(since: number): void; timer: NodeJS.Timeout }>;
type LineOptions = Readonly<{
  secret: string; mostWaiting: number;
  /** Milliseconds after which somebody who waits is sent away with a ticket. */
  waitMs: number;
  now?: () => number;
}>;

/**
 * Those who wait for a place in work, the one who came first in front. Who has to be sent away gets a ticket that says since
 * when: with it they stand before everybody who came later, on any node, as all have the same key. A ticket counts once,
 * so that it is nobody's pass. Whoever is not here does not keep a place empty.
 */
export class WaitingLine {
  private readonly line: Waiter[] = [];
  private readonly used = new Set<string>();

  constructor(private readonly options: LineOptions) {}

  get length(): number { return this.line.length; }

  /** Waits; answers how to leave the line. When it is too long, the one who came last is sent away. */
  join(since: number, { enter, sendAway }: Pick<Waiter, 'enter' | 'sendAway'>): () => void {
    const waiter: Waiter = { since, enter, sendAway, timer: setTimeout(() => { this.sendAway(waiter); }, this.options.waitMs).unref() };
    const behind = this.line.findLastIndex((other) => other.since <= since);
    this.line.splice(behind + 1, 0, waiter);
    if (this.line.length > this.options.mostWaiting) this.sendAway(this.line.at(-1)!);
    return () => { this.remove(waiter); };
  }

  /** Lets in who has waited longest; false when nobody waits. */
  next(): boolean {
    const first = this.line[0];
    if (!first) return false;
    this.remove(first);
    first.enter();
    return true;
  }

  ticketOf(since: number): string {
    const text = `${since.toString(36)}.${randomBytes(6).toString('base64url')}`;
    return `${text}.${this.signed(text)}`;
  }

  /** Since when the holder of this ticket has waited; null when it is none of ours, too old or was shown before. */
  sinceOf(ticket: string): number | null {
    const [time = '', nonce = '', signature = ''] = ticket.split('.');
    const expected = this.signed(`${time}.${nonce}`);
    if (signature.length !== expected.length || !timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return null;
    const since = parseInt(time, 36);
    if (this.now() - since > TICKET_MS || this.used.has(ticket)) return null;
    // The oldest is forgotten first; that many within two minutes are not served by one process.
    if (this.used.size >= REMEMBERED) this.used.delete(this.used.values().next().value!);
    this.used.add(ticket);
    return since;
  }

  now(): number { return this.options.now?.() ?? Date.now(); }

  private signed(text: string): string {
    return createHmac('sha256', this.options.secret).update(text).digest('base64url');
  }

  private sendAway(waiter: Waiter): void {
    if (this.remove(waiter)) waiter.sendAway(waiter.since);
  }

  private remove(waiter: Waiter): boolean {
    const at = this.line.indexOf(waiter);
    if (at < 0) return false;
    clearTimeout(waiter.timer);
    this.line.splice(at, 1);
    return true;
  }
}
