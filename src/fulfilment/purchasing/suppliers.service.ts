import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { SourceNotFound, SupplierNotFound } from './purchasing.errors.js';
import type { Source, SourceFields, Supplier, SupplierFields } from './purchasing.js';
import type { SupplierRepository } from './suppliers.repository.js';

type Deps = { suppliers: SupplierRepository; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; audit: RecordAudit; now: Clock };

/** Who delivers what, at which price and how soon. */
export class SuppliersService {
  constructor(private readonly deps: Deps) {}

  async get(id: string): Promise<Supplier> {
    const found = await this.deps.suppliers.find(id);
    if (!found) throw new SupplierNotFound(id);
    return found;
  }

  list(filter: { active?: boolean | undefined }, query: PageQuery) {
    return this.deps.suppliers.findPage(filter, query);
  }

  create(fields: SupplierFields, actor: Actor): Promise<Supplier> {
    const { suppliers, inTransaction, audit, now } = this.deps;
    return inTransaction(async () => {
      const supplier = await suppliers.create(fields, now());
      await audit({ actor, action: 'supplier.created', subject: `supplier:${supplier.id}`, after: fields });
      return supplier;
    });
  }

  update(id: string, ifMatch: number | undefined, change: Partial<SupplierFields>, actor: Actor): Promise<Supplier> {
    const { suppliers, inTransaction, audit, outbox, now } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const { before, after } = await suppliers.update(id, ifMatch, change, now());
      const was = Object.fromEntries(Object.keys(change).map((name) => [name, before[name as keyof Supplier]]));
      await audit({ actor, action: 'supplier.updated', subject: `supplier:${id}`, before: was, after: change });
      await outbox.record({ type: 'supplier.updated', aggregateId: id, data: { supplierId: id, active: after.active } });
      return after;
    }));
  }

  async sourcesOf(supplierId: string, query: PageQuery) {
    await this.get(supplierId);
    return this.deps.suppliers.findSourcePage({ supplierId }, query);
  }

  sourcesFor(sku: string, query: PageQuery) {
    return this.deps.suppliers.findSourcePage({ sku }, query);
  }

  async setSource(supplierId: string, sku: string, fields: SourceFields, actor: Actor): Promise<Source> {
    const { suppliers, inTransaction, audit } = this.deps;
    await this.get(supplierId);
    return inTransaction(async () => {
      await suppliers.saveSource(supplierId, sku, fields);
      await audit({ actor, action: 'supplier.source_set', subject: `supplier:${supplierId}`, after: { sku, ...fields } });
      return { ...fields, supplierId, sku };
    });
  }

  async removeSource(supplierId: string, sku: string, actor: Actor): Promise<Source> {
    const { suppliers, inTransaction, audit } = this.deps;
    return inTransaction(async () => {
      const source = await suppliers.findSource(supplierId, sku);
      if (!source || !await suppliers.removeSource(supplierId, sku)) throw new SourceNotFound(supplierId, sku);
      await audit({ actor, action: 'supplier.source_removed', subject: `supplier:${supplierId}`, before: source });
      return source;
    });
  }
}
