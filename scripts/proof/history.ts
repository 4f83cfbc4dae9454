/** What one customer wanted, and what came of it as far as they know. */
export type Wish = {
  /** One order at most is made of a cart, and says so: that is how an order is found whose answer was lost. */
  cartId: string;
  sku: string; quantity: number; isCard: boolean;
  outcome: 'acknowledged' | 'refused' | 'unknown';
  orderId?: string; acknowledgedAt?: number; total?: number; code?: string; attempts: number;
};

/** Everything that was asked of the shop during a drill, with when and how it ended. */
export class History {
  readonly wishes: Wish[] = [];
  /** Answer times in milliseconds: of everything, and of reads alone. */
  readonly times: number[] = [];
  readonly readTimes: number[] = [];
  readonly statuses = new Map<string, number>();
  /** 5xx other than 503, and wrong contents: these are defects whatever was broken. */
  readonly defects: string[] = [];
  /** Attempts that ended without an answer, by reason. */
  readonly silences = new Map<string, number>();
  slowest = 0;
  longestGapMs = 0;
  private lastAckAt = Date.now();

  acknowledged(): void {
    const now = Date.now();
    this.longestGapMs = Math.max(this.longestGapMs, now - this.lastAckAt);
    this.lastAckAt = now;
  }

  answered(kind: 'read' | 'write', status: number, milliseconds: number): void {
    this.times.push(milliseconds);
    if (kind === 'read') this.readTimes.push(milliseconds);
    this.slowest = Math.max(this.slowest, milliseconds);
    count(this.statuses, String(status));
  }

  silent(reason: string): void { count(this.silences, reason); }

  count(outcome: Wish['outcome']): number { return this.wishes.filter((wish) => wish.outcome === outcome).length; }
}

function count(map: Map<string, number>, name: string): void { map.set(name, (map.get(name) ?? 0) + 1); }

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
