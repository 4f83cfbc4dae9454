import type { Connection, Model, Types } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { GroupCodeTaken } from './customers.errors.js';
import type { Company, CustomerGroup } from './groups.js';
import { companyModel, groupModel } from './groups.model.js';

type Stamped = { version: number; createdAt: Date; updatedAt: Date };
type Stored<Row> = Row & { _id: Types.ObjectId };

/** Groups and companies are kept alike: named, versioned, few. */
class NamedRepository<Thing extends Stamped & { id: string }> {
  // The rows are the things without their id; what the schema declares holds for both.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  constructor(private readonly rows: Model<any>, private readonly fallbackSort: string, private readonly named: (error: unknown, fields: object) => unknown = (error) => error) {}

  async create(fields: Omit<Thing, 'id' | keyof Stamped>, now: Date): Promise<Thing> {
    try {
      const [created] = await this.rows.create([{ ...fields, version: 1, createdAt: now, updatedAt: now }]);
      return this.toThing(created!.toObject());
    } catch (error) {
      throw this.named(error, fields);
    }
  }

  async find(id: string): Promise<Thing | null> {
    const found = await this.rows.findOne({ _id: id }).lean();
    return found && this.toThing(found as Stored<Thing>);
  }

  /** Read outside of any transaction: the answer is shared by everybody for a moment. */
  async findMany(ids: readonly string[]): Promise<Thing[]> {
    if (ids.length === 0) return [];
    const found = await this.rows.find({ _id: { $in: ids } }, null, { session: null }).lean();
    return (found as Array<Stored<Thing>>).map((row) => this.toThing(row));
  }

  async page(query: PageQuery): Promise<Page<Thing>> {
    const page = await findPage<Thing>(this.rows, { filter: {}, query, fallbackSort: this.fallbackSort });
    return { ...page, items: page.items.map((row) => this.toThing(row)) };
  }

  /** Replaces the fields of what was read; refuses when it changed since. */
  async replace(before: Thing, fields: Omit<Thing, 'id' | keyof Stamped>, now: Date): Promise<Thing> {
    const { id, version, createdAt } = before;
    const after = { ...fields, version: version + 1, createdAt, updatedAt: now };
    try {
      const { matchedCount } = await this.rows.replaceOne({ _id: id, version }, after);
      if (matchedCount === 0) throw new ConcurrentChange('This changed meanwhile.', { id });
    } catch (error) {
      throw this.named(error, fields);
    }
    return { ...after, id } as unknown as Thing;
  }

  async remove({ id, version }: Thing): Promise<void> {
    const { deletedCount } = await this.rows.deleteOne({ _id: id, version });
    if (deletedCount === 0) throw new ConcurrentChange('This changed meanwhile.', { id });
  }

  private toThing({ _id, ...row }: Stored<object>): Thing {
    return { ...row, id: _id.toHexString() } as Thing;
  }
}

export class GroupRepository extends NamedRepository<CustomerGroup> {
  constructor(connection: Connection) {
    super(groupModel(connection), 'code', (error, fields) => (duplicateKeyOf(error) === 'code' ? new GroupCodeTaken((fields as CustomerGroup).code) : error));
  }
}

export class CompanyRepository extends NamedRepository<Company> {
  constructor(connection: Connection) {
    super(companyModel(connection), 'name');
  }
}
