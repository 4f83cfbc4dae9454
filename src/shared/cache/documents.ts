import type { Box } from '../crypto/sealing.js';
import type { RedisGuard } from './redis.js';

const RETRY_MS = 250;
const TOMBSTONE_MS = 15_000;

/** Keeps the newer of two versions, whatever order they arrive in; a document that ended cannot come back from a slow reader. */
const PUT = `
local held = redis.call('GET', KEYS[1])
if held then
  local version = tonumber(string.match(held, '^(%d+):'))
  if version and version > tonumber(ARGV[1]) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2], 'PX', ARGV[3])
return 1`;
const ENDED = '9007199254740991';

/**
 * Versioned documents read through Redis with MongoDB as the truth (carts). A copy that could not be replaced because
 * Redis was away is not read by this process until it is gone. What holds personal data is kept in a `box`.
 */
export class DocumentCache<T extends { version: number }> {
  private readonly doubtful = new Set<string>();
  private retry: NodeJS.Timeout | undefined;

  constructor(private readonly deps: { redis: RedisGuard; name: string; ttlSeconds: number; box?: Box; revive: (stored: unknown) => T }) {}

  async get(id: string): Promise<T | null> {
    if (this.doubtful.has(id) || this.deps.redis.isDoubtful) return null;
    const held = await this.deps.redis.attempt((client) => client.get(this.key(id)));
    if (!held) return null;
    try {
      const text = held.slice(held.indexOf(':') + 1);
      if (text === 'null') return null;
      const stored: unknown = JSON.parse(this.deps.box ? this.deps.box.open(text, this.key(id)) : text);
      return stored === null ? null : this.deps.revive(stored);
    } catch {
      return null;
    }
  }

  async put(id: string, document: T): Promise<void> {
    const text = JSON.stringify(document);
    await this.write(id, String(document.version), this.deps.box ? this.deps.box.seal(text, this.key(id)) : text, this.deps.ttlSeconds * 1000);
  }

  /** The document ended or is not trusted: nobody reads a copy of it any more. */
  async drop(id: string): Promise<void> {
    await this.write(id, ENDED, 'null', TOMBSTONE_MS);
  }

  close(): void {
    clearInterval(this.retry);
  }

  private async write(id: string, version: string, value: string, ttlMs: number): Promise<void> {
    const written = await this.deps.redis.attempt((client) => client.eval(PUT, 1, this.key(id), version, value, ttlMs));
    if (written !== undefined) {
      this.doubtful.delete(id);
      return;
    }
    this.doubtful.add(id);
    this.retry ??= setInterval(() => { void this.removeDoubtful(); }, RETRY_MS).unref();
  }

  private async removeDoubtful(): Promise<void> {
    for (const id of [...this.doubtful]) {
      const removed = await this.deps.redis.attempt((client) => client.unlink(this.key(id)));
      if (removed === undefined) return;
      this.doubtful.delete(id);
    }
    if (this.doubtful.size > 0) return;
    clearInterval(this.retry);
    this.retry = undefined;
  }

  private key(id: string): string {
    return `${this.deps.name}:{${id}}`;
  }
}
