import { randomBytes } from 'node:crypto';
import { createBreaker, BreakerOpen } from '../../shared/breaker.js';
import type { Clock } from '../../shared/clock.js';
import { START, type Catalog, type CategoryTree, type Cursor, type Product } from '../catalog/index.js';
import { entryOf, placeOf, textsOf } from './catalogue-follower.js';
import { documentOf } from './opensearch/index-shape.js';
import type { SearchServer, Write } from './opensearch/search-server.js';
import type { SearchIndexRepository } from './search-indexes.repository.js';

/** Searches that began on the index before may still read it. */
const RETIRED_FOR_MS = 60_000;
const SILENT_MS = 3_600_000;
const LOOK_AROUND_MS = 10_000;
const SWEEP_MS = 30_000;
const AWAY_MS = 5_000;
/** What was written lately is not written again while changes are read anew. */
const REMEMBERED = 5_000;

export type Rebuilt = Readonly<{ index: string; documents: number }>;
type Deps = { catalog: Pick<Catalog, 'changesSince' | 'categoryTree' | 'countProducts'>; server: SearchServer; indexes: SearchIndexRepository; alias: string; now?: Clock };

/** Keeps the search server what the catalogue is. One worker at a time follows; anybody may make a new index beside it. */
export class SearchIndexer {
  private readonly breaker;
  /** The clock of the rows that are followed, which is the machine's. */
  private readonly now: Clock;
  private readonly written = new Map<string, string>();
  private followed = '';
  private lookedAround = 0;
  private swept = 0;

  constructor(private readonly deps: Deps) {
    this.now = deps.now ?? (() => new Date());
    this.breaker = createBreaker({ name: 'search server', failures: 1, openMs: AWAY_MS, now: this.now });
  }

  /** Writes what has changed since the last round. A server that is away is tried again every few seconds and then catches up. */
  async follow(signal?: AbortSignal): Promise<void> {
    try {
      await this.breaker.run(() => this.round(signal));
    } catch (error) {
      if (!(error instanceof BreakerOpen)) throw error;
    }
  }

  /** A whole new index beside the one that is asked, which then takes its place in one step. */
  async rebuild({ signal, onProgress = () => {} }: { signal?: AbortSignal | undefined; onProgress?: (done: number, of: number) => void } = {}): Promise<Rebuilt> {
    const { now, deps: { catalog, server, indexes, alias } } = this;
    const index = `${alias}-${now().getTime().toString(36)}${randomBytes(3).toString('hex')}`;
    const tree = await catalog.categoryTree();
    await server.createIndex(index);
    await indexes.begin({ name: index, alias, state: 'building', at: START.at, lastId: START.id, structure: tree.revision.structure, documents: 0, updatedAt: now() });
    const of = await catalog.countProducts();
    let documents = 0;
    for await (const { products, cursor } of this.changes(START, signal)) {
      await server.write(index, products.map((product) => writeOf(product, tree)), { isAlias: false });
      documents += products.length;
      onProgress(Math.min(documents, of), of);
      await indexes.moved(index, { at: cursor.at, lastId: cursor.id, documents, updatedAt: now() });
    }
    await server.refresh(index);
    await server.point(alias, index, (await server.behind(alias)).filter((old) => old !== index));
    await indexes.publish(index, alias, now());
    return { index, documents };
  }

  private async round(signal: AbortSignal | undefined): Promise<void> {
    const { now, deps: { catalog, server, indexes, alias } } = this;
    const live = await indexes.live(alias);
    if (!live || await this.isGone()) { await this.rebuild({ signal }); return; }
    // What stands in the index before need not stand in its successor.
    if (live.name !== this.followed) this.written.clear();
    this.followed = live.name;
    const tree = await catalog.categoryTree();
    const { structure } = tree.revision;
    // Another name or place of a category is in the words of everything below it.
    const from = live.structure === structure ? { at: live.at, id: live.lastId } : START;
    let isChanged = false;
    for await (const { products, cursor } of this.changes(from, signal)) {
      const fresh = products.filter((product) => this.isNews(product, tree));
      if (fresh.length > 0 && !await server.write(alias, fresh.map((product) => writeOf(product, tree)), { isAlias: true })) { await this.rebuild({ signal }); return; }
      for (const product of fresh) this.remember(product, tree);
      isChanged ||= fresh.length > 0;
      if (cursor.at.getTime() !== live.at.getTime() || cursor.id !== live.lastId) await indexes.moved(live.name, { at: cursor.at, lastId: cursor.id, updatedAt: now() });
    }
    if (isChanged) await server.refresh(alias);
    if (live.structure !== structure) await indexes.moved(live.name, { structure, updatedAt: now() });
    await this.sweep();
  }

  private async *changes(from: Cursor, signal: AbortSignal | undefined) {
    signal?.throwIfAborted();
    for await (const { found: products, resume } of this.deps.catalog.changesSince(from, { now: this.now })) {
      yield { products, cursor: resume };
      signal?.throwIfAborted();
    }
  }

  private isNews(product: Product, tree: CategoryTree): boolean {
    return this.written.get(product.id) !== stateOf(product, tree);
  }

  private remember(product: Product, tree: CategoryTree): void {
    this.written.delete(product.id);
    this.written.set(product.id, stateOf(product, tree));
    if (this.written.size > REMEMBERED) this.written.delete(this.written.keys().next().value as string);
  }

  /** Somebody emptied the server, which nothing else would tell while nothing changes. */
  private async isGone(): Promise<boolean> {
    const at = this.now().getTime();
    if (at - this.lookedAround < LOOK_AROUND_MS) return false;
    this.lookedAround = at;
    return (await this.deps.server.behind(this.deps.alias)).length === 0;
  }

  private async sweep(): Promise<void> {
    const { indexes, server, alias } = this.deps;
    const at = this.now().getTime();
    if (at - this.swept < SWEEP_MS) return;
    this.swept = at;
    const asked = await server.behind(alias);
    for (const name of await indexes.over(alias, { retiredBefore: new Date(at - RETIRED_FOR_MS), silentSince: new Date(at - SILENT_MS) })) {
      if (!asked.includes(name)) await server.drop(name);
      await indexes.forget(name);
    }
  }
}

const stateOf = (product: Product, tree: CategoryTree) => {
  const { version, updatedAt, inStock, visible, visibleIn } = product;
  return `${version}:${updatedAt.getTime()}:${inStock}:${visible}:${visibleIn.join()}:${placeOf(product, tree)}`;
};
const writeOf = (product: Product, tree: CategoryTree): Write => ({ id: product.id, version: product.updatedAt.getTime(), document: documentOf(entryOf(product, tree), textsOf(product, tree)) });
