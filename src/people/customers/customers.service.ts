import { randomUUID } from 'node:crypto';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { actorOf, type Caller } from '../../shared/http/caller.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import {
  MAX_ADDRESSES, withAddress, withChangedAddress, withoutAddress, withProfile, type AddressChange, type Customer, type ProfileChange, type SavedAddress, type StaffChange,
} from './customers.js';
import { AddressNotFound, AvatarWaiting, CustomerNotFound, TooManyAddresses, UnknownDefaultAddress, UnknownGroups } from './customers.errors.js';
import type { CustomerFilter, CustomerRepository, NewCustomer } from './customers.repository.js';

type Deps = {
  customers: CustomerRepository; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; audit: RecordAudit; now: Clock;
  missingGroups(ids: readonly string[]): Promise<string[]>;
  /** What is remembered of this user as a buyer is over. */
  forgetBuyer(userId: string): void;
  avatars: Avatars;
};
/** Files are kept elsewhere; here is only where the picture of a person is read. */
export type Avatars = Readonly<{
  /** Makes a square picture of a file; null while it cannot be shown yet. */
  take(userId: string, path: string, name: string): Promise<{ id: string; url: string } | null>;
  /** Inside the transaction of the profile: this file, or none, instead of the one before. */
  show(userId: string, fileId: string | null): Promise<void>;
}>;
type IfMatch = number | undefined;
type Told = { type: string; data?: Record<string, unknown> };

export class CustomerService {
  constructor(private readonly deps: Deps) {}

  /** Call inside the transaction that makes the user: neither exists without the other. */
  createProfile(customer: NewCustomer): Promise<Customer> {
    return this.deps.customers.create(customer, this.deps.now());
  }

  /** Call inside the transaction that changes the account's address. */
  async changeEmail(userId: string, email: string): Promise<void> {
    const customer = await this.findByUser(userId);
    if (customer) await this.deps.customers.save({ ...customer, email }, this.deps.now());
  }

  findByUser(userId: string): Promise<Customer | null> {
    return this.deps.customers.findByUser(userId);
  }

  async getByUser(userId: string): Promise<Customer> {
    const customer = await this.findByUser(userId);
    if (!customer) throw new CustomerNotFound();
    return customer;
  }

  async get(id: string): Promise<Customer> {
    const customer = await this.deps.customers.find(id);
    if (!customer) throw new CustomerNotFound();
    return customer;
  }

  list(filter: CustomerFilter, query: PageQuery) {
    return this.deps.customers.list(filter, query);
  }

  changeOwnProfile(userId: string, change: ProfileChange, ifMatch: IfMatch): Promise<Customer> {
    return this.change(() => this.getByUser(userId), ifMatch, (customer) => changed(customer, change), () => (
      { type: 'customer.updated', data: { fields: Object.keys(change) } }));
  }

  /** By staff, who decide groups, company and tax as well. A function is given the profile as it is. */
  changeProfile(id: string, wanted: StaffChange | ((customer: Customer) => StaffChange), ifMatch: IfMatch, caller: Caller): Promise<Customer> {
    const changeOf = (customer: Customer) => (typeof wanted === 'function' ? wanted(customer) : wanted);
    return this.change(() => this.get(id), ifMatch, (customer) => changed(customer, changeOf(customer)), async (before, after) => {
      const change = changeOf(before);
      const fields = Object.keys(change) as Array<keyof StaffChange>;
      const missing = change.groupIds ? await this.deps.missingGroups(change.groupIds) : [];
      if (missing.length > 0) throw new UnknownGroups(missing);
      await afterCommit(() => this.deps.forgetBuyer(after.userId));
      await this.deps.audit({ actor: actorOf(caller), action: 'customer.updated', subject: `customer:${id}`, about: after.userId, before: pick(before, fields), after: pick(after, fields) });
      return { type: 'customer.updated', data: { fields, by: 'staff' } };
    });
  }

  async addAddress(userId: string, address: AddressChange, ifMatch: IfMatch): Promise<{ customer: Customer; address: SavedAddress }> {
    const id = randomUUID();
    const add = (customer: Customer) => {
      if (customer.addresses.length >= MAX_ADDRESSES) throw new TooManyAddresses();
      return withAddress(customer, id, address);
    };
    const customer = await this.change(() => this.getByUser(userId), ifMatch, add, () => ({ type: 'customer.address_added', data: { addressId: id } }));
    return { customer, address: addressOf(customer, id) };
  }

  async getAddress(userId: string, addressId: string): Promise<{ customer: Customer; address: SavedAddress }> {
    const customer = await this.getByUser(userId);
    return { customer, address: addressOf(customer, addressId) };
  }

  async changeAddress(userId: string, addressId: string, address: AddressChange, ifMatch: IfMatch): Promise<{ customer: Customer; address: SavedAddress }> {
    const apply = (customer: Customer) => {
      addressOf(customer, addressId);
      return withChangedAddress(customer, addressId, address);
    };
    const customer = await this.change(() => this.getByUser(userId), ifMatch, apply, () => ({ type: 'customer.address_changed', data: { addressId } }));
    return { customer, address: addressOf(customer, addressId) };
  }

  removeAddress(userId: string, addressId: string, ifMatch: IfMatch): Promise<Customer> {
    const remove = (customer: Customer) => {
      addressOf(customer, addressId);
      return withoutAddress(customer, addressId);
    };
    return this.change(() => this.getByUser(userId), ifMatch, remove, () => ({ type: 'customer.address_removed', data: { addressId } }));
  }

  async setAvatar(userId: string, file: { path: string; name: string }, ifMatch: IfMatch): Promise<Customer> {
    await this.getByUser(userId);
    const taken = await this.deps.avatars.take(userId, file.path, file.name);
    if (!taken) throw new AvatarWaiting();
    return this.showAvatar(userId, taken, ifMatch);
  }

  removeAvatar(userId: string, ifMatch: IfMatch): Promise<Customer> {
    return this.showAvatar(userId, null, ifMatch);
  }

  private showAvatar(userId: string, avatar: { id: string; url: string } | null, ifMatch: IfMatch): Promise<Customer> {
    return this.change(() => this.getByUser(userId), ifMatch, ({ avatarUrl: _before, ...customer }) => ({ ...customer, ...(avatar && { avatarUrl: avatar.url }) }), async () => {
      await this.deps.avatars.show(userId, avatar?.id ?? null);
      return { type: 'customer.updated', data: { fields: ['avatarUrl'] } };
    });
  }

  /** Reads, changes, saves where the version still stands, and tells; a lost race begins again from the new state. */
  private change(
    read: () => Promise<Customer>, ifMatch: IfMatch, apply: (customer: Customer) => Customer,
    tell: (before: Customer, after: Customer) => Told | Promise<Told>,
  ): Promise<Customer> {
    const { customers, outbox, inTransaction, now } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const before = await read();
      requireVersion(ifMatch, before.version);
      const after = await customers.save(apply(before), now());
      const { type, data } = await tell(before, after);
      await outbox.record({ type, aggregateId: after.id, data: { customerId: after.id, userId: after.userId, ...data } });
      return after;
    }));
  }
}

function changed(customer: Customer, change: StaffChange): Customer {
  for (const field of ['defaultShippingAddressId', 'defaultBillingAddressId'] as const) {
    const wanted = change[field];
    if (typeof wanted === 'string' && !customer.addresses.some(({ id }) => id === wanted)) throw new UnknownDefaultAddress(field);
  }
  return withProfile(customer, change);
}

function addressOf({ addresses }: Customer, id: string): SavedAddress {
  const found = addresses.find((address) => address.id === id);
  if (!found) throw new AddressNotFound();
  return found;
}

const pick = (customer: Customer, fields: readonly (keyof StaffChange)[]) => Object.fromEntries(fields.map((field) => [field, customer[field]]));
