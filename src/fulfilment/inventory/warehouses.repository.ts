import type { Connection, Types } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { requireVersion } from '../../shared/http/etag.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { WarehouseCodeTaken, WarehouseNotFound } from './inventory.errors.js';
import type { Warehouse, WarehouseFields } from './warehouses.js';
import { warehouseModel, type WarehouseRow } from './warehouses.model.js';

export class WarehouseRepository {
  private readonly warehouses;

  constructor(connection: Connection) {
    this.warehouses = warehouseModel(connection);
  }

  /** Asked from inside transactions but read outside of them: the answer is shared by everybody for a second. */
  async findAll(): Promise<Warehouse[]> {
    const found = await this.warehouses.find({}, null, { session: null }).sort({ priority: 1, _id: 1 }).lean();
    return found.map(toWarehouse);
  }

  async find(id: string): Promise<Warehouse | null> {
    const found = await this.warehouses.findById(id).lean();
    return found && toWarehouse(found);
  }

  async findPage(filter: { active?: boolean | undefined }, query: PageQuery): Promise<Page<Warehouse>> {
    const page = await findPage(this.warehouses, { filter: filter.active === undefined ? {} : { active: filter.active }, query, fallbackSort: 'priority' });
    return { ...page, items: page.items.map(toWarehouse) };
  }

  async create(fields: WarehouseFields & { active: boolean }, now: Date): Promise<Warehouse> {
    try {
      const [created] = await this.warehouses.create([{ ...fields, version: 1, createdAt: now, updatedAt: now }]);
      return toWarehouse(created!.toObject());
    } catch (error) {
      throw named(error, fields.code);
    }
  }

  async update(id: string, expected: number | undefined, change: Partial<WarehouseFields & { active: boolean }>, now: Date): Promise<Warehouse> {
    const before = await this.find(id);
    if (!before) throw new WarehouseNotFound(id);
    requireVersion(expected, before.version);
    try {
      const updated = await this.warehouses.findOneAndUpdate({ _id: id, version: before.version },
        { $set: { ...change, updatedAt: now }, $inc: { version: 1 } }, { returnDocument: 'after' }).lean();
      if (!updated) throw new ConcurrentChange('The warehouse changed meanwhile.', { warehouse: id });
      return toWarehouse(updated);
    } catch (error) {
      throw named(error, change.code ?? '');
    }
  }
}

const named = (error: unknown, code: string): unknown => (duplicateKeyOf(error) === 'code' ? new WarehouseCodeTaken(code) : error);

function toWarehouse({ _id, ...row }: WarehouseRow & { _id: Types.ObjectId }): Warehouse {
  return { id: _id.toHexString(), ...row };
}
