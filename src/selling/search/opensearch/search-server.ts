import type { Client } from '@opensearch-project/opensearch';
import { INDEX } from './index-shape.js';

export type ServerConfig = Readonly<{ url: string; username: string; password: string; timeoutMs: number }>;
export type Answer = {
  hits: { total?: { value: number }; max_score: number | null; hits: Array<{ _id: string; fields?: Record<string, string[]> }> }; aggregations: unknown;
};
/** `version` orders the states of a product: a later one is never overwritten by an earlier. */
export type Write = Readonly<{ id: string; version: number; document: Record<string, unknown> }>;

const PATIENCE_MS = 30_000;
const NOT_FOUND = 404;
const CONFLICT = 409;

type Failure = { statusCode?: number; meta?: { statusCode?: number } };
const isMissing = (error: unknown): boolean => ((error as Failure).statusCode ?? (error as Failure).meta?.statusCode) === NOT_FOUND;

/** What is asked of the server, by the official client, which is loaded when the first is asked: most shops run without. */
export class SearchServer {
  private client: Promise<Client> | null = null;

  constructor(private readonly config: ServerConfig) {}

  /** An answer of which a part is missing is none. */
  async search(index: string, body: Record<string, unknown>): Promise<Answer> {
    const { timeoutMs } = this.config;
    const client = await this.connect();
    const { body: answer } = await client.search({ index, body: { ...body, timeout: `${timeoutMs}ms` } }, { requestTimeout: timeoutMs, maxRetries: 0 });
    if (answer.timed_out || answer._shards.failed > 0) throw new Error('The search server answered in part.');
    return answer as unknown as Answer;
  }

  async createIndex(index: string): Promise<void> {
    await (await this.connect()).indices.create({ index, body: INDEX as never });
  }

  /** False where there is no such index or alias; it is never made by writing. */
  async write(index: string, writes: readonly Write[], { isAlias }: { isAlias: boolean }): Promise<boolean> {
    const client = await this.connect();
    const body = writes.flatMap(({ id, version, document }) => [{ index: { _id: id, version, version_type: 'external_gte' } }, document]);
    const { body: { errors, items } } = await client.bulk({ index, body: body as never, require_alias: isAlias }, { requestTimeout: PATIENCE_MS });
    if (!errors) return true;
    const failed = items.map((item) => item.index).filter((item) => item?.error !== undefined && item.status !== CONFLICT);
    if (failed.some((item) => item?.status === NOT_FOUND)) return false;
    if (failed.length > 0) throw new Error(`The search server refused ${failed.length} of ${items.length} products: ${JSON.stringify(failed[0]?.error)}`);
    return true;
  }

  async refresh(index: string): Promise<void> {
    await (await this.connect()).indices.refresh({ index }, { requestTimeout: PATIENCE_MS });
  }

  async count(index: string): Promise<number> {
    return (await (await this.connect()).count({ index })).body.count;
  }

  /** The indexes behind an alias; none where there is no such alias. */
  async behind(alias: string): Promise<string[]> {
    const client = await this.connect();
    try {
      return Object.keys((await client.indices.getAlias({ name: alias })).body);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** In one step: no search falls between. */
  async point(alias: string, index: string, away: readonly string[]): Promise<void> {
    const actions = [...away.map((old) => ({ remove: { index: old, alias } })), { add: { index, alias, is_write_index: true } }];
    await (await this.connect()).indices.updateAliases({ body: { actions } });
  }

  async list(pattern: string): Promise<string[]> {
    return Object.keys((await (await this.connect()).indices.get({ index: pattern, allow_no_indices: true, ignore_unavailable: true })).body);
  }

  async drop(index: string): Promise<void> {
    await (await this.connect()).indices.delete({ index, ignore_unavailable: true });
  }

  async close(): Promise<void> {
    await (await this.client)?.close();
  }

  private connect(): Promise<Client> {
    this.client ??= this.open();
    return this.client;
  }

  private async open(): Promise<Client> {
    const { Client: Opened } = await import('@opensearch-project/opensearch');
    const { url, username, password } = this.config;
    // Several hosts share what stands before the first.
    const [scheme, hosts = ''] = url.split('://');
    return new Opened({ nodes: hosts.split(',').map((host) => `${scheme!}://${host}`), ...(username !== '' && { auth: { username, password } }), requestTimeout: PATIENCE_MS, maxRetries: 1 });
  }
}
