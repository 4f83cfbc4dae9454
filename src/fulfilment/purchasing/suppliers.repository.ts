import type { Connection, Types } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { SupplierCodeTaken, SupplierNotFound } from './purchasing.errors.js';
import { sourceModel, supplierModel, type SupplierRow } from './purchasing.model.js';
import type { Offered, Source, SourceFields, Supplier, SupplierFields } from './purchasing.js';

export class SupplierRepository {
  private readonly suppliers;
  private readonly sources;

  constructor(connection: Connection) {
    this.suppliers = supplierModel(connection);
    this.sources = sourceModel(connection);
  }

  async find(id: string): Promise<Supplier | null> {
    const found = await this.suppliers.findById(id).lean();
    return found && toSupplier(found);
  }

  async findPage({ active }: { active?: boolean | undefined }, query: PageQuery): Promise<Page<Supplier>> {
    const page = await findPage(this.suppliers, { filter: active === undefined ? {} : { active }, query, fallbackSort: 'name' });
    return { ...page, items: page.items.map(toSupplier) };
  }

  async create(fields: SupplierFields, now: Date): Promise<Supplier> {
    try {
      const [created] = await this.suppliers.create([{ ...fields, version: 1, createdAt: now, updatedAt: now }]);
      return toSupplier(created!.toObject());
    } catch (error) {
      throw named(error, fields.code);
    }
  }

  async update(id: string, expected: number | undefined, change: Partial<SupplierFields>, now: Date): Promise<{ before: Supplier; after: Supplier }> {
    const before = await this.find(id);
    if (!before) throw new SupplierNotFound(id);
    requireVersion(expected, before.version);
    try {
      const after = await this.suppliers.findOneAndUpdate({ _id: id, version: before.version }, { $set: { ...change, updatedAt: now }, $inc: { version: 1 } }, { returnDocument: 'after' }).lean();
      if (!after) throw new ConcurrentChange('The supplier changed meanwhile.', { supplierId: id });
      return { before, after: toSupplier(after) };
    } catch (error) {
      throw named(error, change.code ?? '');
    }
  }

  async saveSource(supplierId: string, sku: string, { leadTimeDays, supplierSku, ...fields }: SourceFields): Promise<void> {
    const unset = { ...(leadTimeDays === undefined && { leadTimeDays: 1 as const }), ...(supplierSku === undefined && { supplierSku: 1 as const }) };
    const set = { ...fields, ...(leadTimeDays !== undefined && { leadTimeDays }), ...(supplierSku !== undefined && { supplierSku }) };
    await this.sources.updateOne({ supplierId, sku }, { $set: set, ...(Object.keys(unset).length > 0 && { $unset: unset }) }, { upsert: true });
  }

  async removeSource(supplierId: string, sku: string): Promise<boolean> {
    const { deletedCount } = await this.sources.deleteOne({ supplierId, sku });
    return deletedCount === 1;
  }

  async findSource(supplierId: string, sku: string): Promise<Source | null> {
    const found = await this.sources.findOne({ supplierId, sku }, { _id: 0 }).lean();
    return found as Source | null;
  }

  async findSources(supplierId: string, skus: readonly string[]): Promise<Source[]> {
    return this.sources.find({ supplierId, sku: { $in: skus } }, { _id: 0 }).lean<Source[]>();
  }

  async findSourcePage(filter: { supplierId: string } | { sku: string }, query: PageQuery): Promise<Page<Source>> {
    const page = await findPage(this.sources, { filter, query, fallbackSort: 'supplierId' in filter ? 'sku' : 'priority' });
    return { ...page, items: page.items.map(({ _id: _i, ...source }) => source as Source) };
  }

  /** Everybody who delivers a SKU, inactive suppliers included. */
  async findOffers(sku: string): Promise<Offered[]> {
    const sources = await this.sources.find({ sku }, { _id: 0 }).sort({ priority: 1 }).lean<Source[]>();
    const suppliers = new Map((await this.suppliers.find({ _id: { $in: sources.map(({ supplierId }) => supplierId) } }).lean()).map((row) => [row._id.toHexString(), toSupplier(row)]));
    return sources.flatMap((source) => {
      const supplier = suppliers.get(source.supplierId);
      return supplier ? [{ source, supplier }] : [];
    });
  }
}

const named = (error: unknown, code: string): unknown => (duplicateKeyOf(error) === 'code' ? new SupplierCodeTaken(code) : error);

function toSupplier({ _id, ...row }: SupplierRow & { _id: Types.ObjectId }): Supplier {
  return { id: _id.toHexString(), ...row };
}
