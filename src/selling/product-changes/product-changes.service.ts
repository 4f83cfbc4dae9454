import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { PreconditionError } from '../../shared/errors.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Catalog } from '../catalog/index.js';
import { diffOf } from './diff.js';
import { ChangeDecided, ChangeNotFound, ChangeOutdated, NothingChanges, UploadNotShown, VendorProductNotFound } from './product-changes.errors.js';
import { foreignUploads, type ChangeState, type ProductChange, type Proposal } from './product-changes.js';
import type { ChangeFilter, ProductChangeRepository } from './product-changes.repository.js';

export type ProductChangeDeps = {
  changes: ProductChangeRepository; catalog: Pick<Catalog, 'findProduct' | 'checkProduct' | 'patchProduct'>; inTransaction: InTransaction; audit: RecordAudit; now: Clock;
};
type Deciding = Readonly<{ productId: string; id: string; actor: Actor; reason?: string | null }>;

export class ProductChangeService {
  constructor(private readonly deps: ProductChangeDeps) {}

  async propose({ productId, vendorId, changes, note, ifMatch, actor }: { productId: string; vendorId: string | null; changes: Proposal; note: string | null; ifMatch: number | undefined; actor: Actor }): Promise<ProductChange> {
    const { catalog, inTransaction, audit, now } = this.deps;
    const product = await catalog.findProduct(productId);
    if (vendorId === null || product?.customFields['vendorId'] !== vendorId) throw new VendorProductNotFound();
    requireVersion(ifMatch, product.version);
    const foreign = foreignUploads(product, changes);
    if (foreign.length > 0) throw new UploadNotShown(foreign);
    const diff = diffOf(product, changes);
    if (diff.length === 0) throw new NothingChanges();
    await catalog.checkProduct(changes);
    return inTransaction(async () => {
      const proposed = await this.deps.changes.insert({ productId, vendorId, state: 'pending', baseVersion: product.version, changes, diff, note, reason: null, createdAt: now(), decidedAt: null });
      await audit({ actor, action: 'product_change.proposed', subject: `product:${productId}`, after: { changeId: proposed.id, diff } });
      return proposed;
    });
  }

  list(filter: ChangeFilter, query: PageQuery): Promise<Page<ProductChange>> {
    return this.deps.changes.list(filter, query);
  }

  async get(id: string, filter: ChangeFilter): Promise<ProductChange> {
    const found = await this.deps.changes.find(id, filter);
    if (!found) throw new ChangeNotFound();
    return found;
  }

  /** Decided and applied together, or neither. */
  async approve({ productId, id, actor, reason = null }: Deciding): Promise<ProductChange> {
    const change = await this.get(id, { productId });
    if (change.state !== 'pending') throw new ChangeDecided(change.state);
    let decided = change;
    try {
      await this.deps.catalog.patchProduct({ id: productId, ifMatch: change.baseVersion, actor }, change.changes, async () => {
        decided = await this.decide(change, 'approved', { actor, reason });
      });
      return decided;
    } catch (error) {
      if (error instanceof PreconditionError) return this.setAside(change, actor);
      throw error;
    }
  }

  async reject({ productId, id, actor, reason = null }: Deciding): Promise<ProductChange> {
    const change = await this.get(id, { productId });
    return this.deps.inTransaction(() => this.decide(change, 'rejected', { actor, reason }));
  }

  async withdraw({ productId, id, vendorId, actor }: Deciding & { vendorId: string }): Promise<ProductChange> {
    const change = await this.get(id, { productId, vendorId });
    return this.deps.inTransaction(() => this.decide(change, 'withdrawn', { actor, reason: null }));
  }

  /** Somebody changed the product meanwhile; or approved this very change, which then says so. */
  private async setAside(change: ProductChange, actor: Actor): Promise<never> {
    await this.deps.inTransaction(() => this.decide(change, 'outdated', { actor, reason: null }));
    const product = await this.deps.catalog.findProduct(change.productId);
    throw new ChangeOutdated(change.baseVersion, product?.version ?? change.baseVersion);
  }

  /** Inside a transaction. */
  private async decide(change: ProductChange, state: ChangeState, { actor, reason }: { actor: Actor; reason: string | null }): Promise<ProductChange> {
    const { changes, audit, now } = this.deps;
    const decided = await changes.decide(change.id, { state, reason, decidedAt: now() });
    if (!decided) throw new ChangeDecided((await this.get(change.id, {})).state);
    await audit({ actor, action: `product_change.${state}`, subject: `product:${change.productId}`, after: { changeId: change.id, vendorId: change.vendorId, reason, diff: change.diff } });
    return decided;
  }
}
