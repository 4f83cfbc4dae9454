import { ONE_WRITE, type StoredBody } from '../http/reply.js';

/**
 * What this process got from Redis last, so that an entry that is still the same need not be sent again: Redis is asked
 * for its tag alone and stays the one that says what counts. Bounded by bytes; the oldest goes first.
 */
export class Copies {
  private readonly held = new Map<string, StoredBody>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(key: string): StoredBody | undefined {
    return this.held.get(key);
  }

  keep(key: string, stored: StoredBody): StoredBody {
    this.forget(key);
    const copy = { ...stored, text: { body: textOf(stored.body), gzip: stored.gzip && textOf(stored.gzip) } };
    this.held.set(key, copy);
    this.bytes += sizeOf(copy);
    for (const oldest of this.held.keys()) {
      if (this.bytes <= this.maxBytes) break;
      this.forget(oldest);
    }
    return copy;
  }

  forget(key: string): void {
    const held = this.held.get(key);
    if (!held) return;
    this.held.delete(key);
    this.bytes -= sizeOf(held);
  }
}

const textOf = (bytes: Buffer): string | null => (bytes.length <= ONE_WRITE ? bytes.toString('latin1') : null);
/** The bytes and their text. */
const sizeOf = ({ body, gzip }: StoredBody): number => 2 * (body.length + (gzip?.length ?? 0));
