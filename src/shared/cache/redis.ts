import { Cluster, Redis } from 'ioredis';

export type RedisClient = Redis | Cluster;

const FAILURES_TO_OPEN = 3;
const OPEN_MS = 500;
const PING_MS = 250;
/** By then every process that could not send its changes during an outage has sent them. */
const DOUBT_MS = 2_000;

/**
 * The cache's and limiter's client. With the library's defaults a call to a dead or frozen Redis hangs for good
 * (measured); here it fails within 100 ms, and after three failures the guard stops asking for half a second.
 */
function connect(url: string, keyPrefix: string): RedisClient {
  const options = {
    maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 100, connectTimeout: 1000,
    enableAutoPipelining: true, retryStrategy: (times: number) => Math.min(50 * times, 500),
  };
  const nodes = nodesOf(url);
  if (nodes.length === 1) return new Redis(url, { ...options, keyPrefix });
  const { username, password, tls } = accessOf(url);
  return new Cluster(nodes, {
    keyPrefix, enableAutoPipelining: true, enableOfflineQueue: false,
    redisOptions: { ...options, ...(username && { username }), ...(password && { password }), ...(tls && { tls }) },
  });
}

/** `redis://user:password@a:6379,b:6379`: several hosts are the nodes of a cluster. */
export function nodesOf(url: string): Array<{ host: string; port: number }> {
  const [authority = ''] = url.replace(/^rediss?:\/\//, '').split('/');
  return authority.slice(authority.lastIndexOf('@') + 1).split(',').map((node) => {
    const [, host, port] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(node) ?? [];
    return { host: (host ?? node).replace(/^\[|\]$/g, ''), port: Number(port ?? 6379) };
  });
}

export function accessOf(url: string): { username?: string; password?: string; tls?: object } {
  const [, scheme, username = '', password = ''] = /^(rediss?):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?/.exec(url) ?? [];
  return {
    ...(username && { username: decodeURIComponent(username) }), ...(password && { password: decodeURIComponent(password) }), ...(scheme === 'rediss' && { tls: {} }),
  };
}

/** Everything asked of Redis goes through `attempt`, which answers undefined instead of failing: callers treat that as a miss. */
export class RedisGuard {
  readonly client: RedisClient;
  private failures = 0;
  private openUntil = 0;
  private doubtUntil = 0;
  private readonly pulse: NodeJS.Timeout;

  constructor(private readonly deps: { url: string; keyPrefix: string; onFailure?: (error: Error) => void }) {
    this.client = connect(deps.url, deps.keyPrefix);
    this.client.on('error', () => {});
    // A process that asks nothing would not notice an outage, and trust what others could not take back meanwhile.
    this.pulse = setInterval(() => { void this.ping(); }, PING_MS).unref();
  }

  /** Resolves once the first connection stands; never rejects, since the service runs without Redis, only slower. */
  async ready(timeoutMs = 1000): Promise<void> {
    if (this.client.status === 'ready') return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.client.once('ready', () => { clearTimeout(timer); resolve(); });
    });
  }

  get isOpen(): boolean {
    return Date.now() < this.openUntil;
  }

  /** During an outage and shortly after it: another process may have changed what is still stored here. */
  get isDoubtful(): boolean {
    return Date.now() < this.doubtUntil;
  }

  async attempt<T>(work: (client: RedisClient) => Promise<T>): Promise<T | undefined> {
    if (this.isOpen) return undefined;
    try {
      const value = await work(this.client);
      this.failures = 0;
      return value;
    } catch (error) {
      // An answer, if a bad one (garbage under a name of ours, memory full): Redis is there.
      if ((error as Error).name === 'ReplyError') this.deps.onFailure?.(error as Error);
      else this.fail(error as Error);
      return undefined;
    }
  }

  async ping(): Promise<boolean> {
    return await this.attempt((client) => client.ping()) === 'PONG';
  }

  async close(): Promise<void> {
    clearInterval(this.pulse);
    this.client.disconnect();
  }

  private fail(error: Error): void {
    this.failures += 1;
    this.deps.onFailure?.(error);
    if (this.failures < FAILURES_TO_OPEN) return;
    this.failures = 0;
    this.openUntil = Date.now() + OPEN_MS;
    this.doubtUntil = Date.now() + DOUBT_MS;
    // After a lost reply the connection could stay one answer behind, so it is not trusted again.
    if (this.client.status === 'ready' && /timed out/i.test(error.message) && this.client instanceof Redis) this.client.disconnect(true);
  }
}
