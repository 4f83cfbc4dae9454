import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import { fold } from '../../shared/fold.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { searchKeysOf, type Customer } from './customers.js';
import { ProfileExists } from './customers.errors.js';
import { customerModel, type CustomerRow } from './customers.model.js';

type Stored = CustomerRow & { _id: Types.ObjectId };
export type NewCustomer = Pick<Customer, 'userId' | 'email' | 'firstName' | 'lastName'>;
export type CustomerFilter = { q?: string; email?: string; createdFrom?: Date; createdUntil?: Date; groupId?: string; companyId?: string };
export type BuyerFacts = Pick<CustomerRow, 'companyId' | 'vatId' | 'taxExemption'> & { groupIds?: string[] };

export class CustomerRepository {
  private readonly customers;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.customers = customerModel(connection);
    this.personalData = ownedRows(this.customers, { name: 'profile', erase: 'remove' });
  }

  async create(customer: NewCustomer, now: Date): Promise<Customer> {
    try {
      const row = { ...customer, _id: new Types.ObjectId(), customFields: {}, addresses: [], groupIds: [], searchKeys: searchKeysOf(customer), version: 1, createdAt: now, updatedAt: now };
      await this.customers.insertMany([row], { lean: true });
      return toCustomer(row);
    } catch (error) {
      if (duplicateKeyOf(error) === 'userId') throw new ProfileExists();
      throw error;
    }
  }

  async findByUser(userId: string): Promise<Customer | null> {
    const found = await this.customers.findOne({ userId }).lean();
    return found && toCustomer(found);
  }

  async find(id: string): Promise<Customer | null> {
    const found = await this.customers.findOne({ _id: id }).lean();
    return found && toCustomer(found);
  }

  async list({ q, email, createdFrom, createdUntil, groupId, companyId }: CustomerFilter, query: PageQuery): Promise<Page<Customer>> {
    const created = { ...(createdFrom && { $gte: createdFrom }), ...(createdUntil && { $lte: createdUntil }) };
    const page = await findPage(this.customers, {
      query, fallbackSort: '-createdAt', projection: { addresses: 0, searchKeys: 0 },
      filter: {
        ...(groupId !== undefined && { groupIds: groupId }), ...(companyId !== undefined && { companyId }),
        ...(q !== undefined && { searchKeys: fold(q) }), ...(email !== undefined && { email }),
        ...(Object.keys(created).length > 0 && { createdAt: created }),
      },
    });
    return { ...page, items: page.items.map((row) => toCustomer({ ...row, addresses: [] } as Stored)) };
  }

  /** Asked from inside transactions but read outside of them: the answer is shared by everybody for a moment. */
  async findBuyer(userId: string): Promise<BuyerFacts | null> {
    return this.customers.findOne({ userId }, { groupIds: 1, companyId: 1, vatId: 1, taxExemption: 1 }, { session: null }).lean();
  }

  async countMembers(companyId: string): Promise<number> {
    return this.customers.countDocuments({ companyId });
  }

  /** The group ends; whoever was in it is no longer. */
  async leaveGroup(groupId: string, now: Date): Promise<number> {
    const { modifiedCount } = await this.customers.updateMany({ groupIds: groupId }, { $pull: { groupIds: groupId }, $inc: { version: 1 }, $set: { updatedAt: now } });
    return modifiedCount;
  }

  /** Refuses to overwrite what changed since it was read. */
  async save(customer: Customer, now: Date): Promise<Customer> {
    const { id, version, ...fields } = customer;
    const absent = OPTIONAL.filter((field) => customer[field] === undefined);
    const { modifiedCount } = await this.customers.updateOne({ _id: id, version }, {
      $set: { ...fields, addresses: [...fields.addresses], groupIds: [...fields.groupIds], searchKeys: searchKeysOf(customer), updatedAt: now }, $inc: { version: 1 },
      ...(absent.length > 0 && { $unset: Object.fromEntries(absent.map((field) => [field, 1])) }),
    });
    if (modifiedCount === 0) throw new ConcurrentChange('This profile changed meanwhile.', { customerId: id });
    return { ...customer, version: version + 1, updatedAt: now };
  }
}

const OPTIONAL = ['phone', 'locale', 'defaultShippingAddressId', 'defaultBillingAddressId', 'companyId', 'vatId', 'taxExemption', 'avatarUrl'] as const;

function toCustomer({ _id, searchKeys: _keys, emailKey: _emailKey, groupIds = [], ...customer }: Stored): Customer {
  return { ...customer, groupIds, id: _id.toHexString() };
}
