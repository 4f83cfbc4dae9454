type Held<V> = { value: Promise<V>; until: number };

/**
 * A small in-process memory for what every request asks (keys, sessions). An answer is used for at most `ttlMs`, which is
 * therefore how long a revocation may take to be felt; concurrent askers share one look-up.
 */
export class Recent<V> {
  private readonly held = new Map<string, Held<V>>();

  constructor(private readonly options: { ttlMs: number; max: number }) {}

  get(key: string, load: () => Promise<V>): Promise<V> {
    const now = Date.now();
    const found = this.held.get(key);
    if (found && found.until > now) return found.value;
    if (this.held.size >= this.options.max) this.held.delete(this.held.keys().next().value as string);
    const value = load();
    this.held.delete(key);
    this.held.set(key, { value, until: now + this.options.ttlMs });
    value.catch(() => { this.held.delete(key); });
    return value;
  }

  forget(key: string): void {
    this.held.delete(key);
  }
}
