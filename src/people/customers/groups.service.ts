import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import { actorOf, type Caller } from '../../shared/http/caller.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import type { Customer } from './customers.js';
import { CompanyHasMembers, CompanyNotFound, CustomerGroupNotFound, MemberElsewhere, NotAMember } from './customers.errors.js';
import type { CustomerRepository } from './customers.repository.js';
import type { CustomerService } from './customers.service.js';
import type { Company, CompanyFields, CustomerGroup, GroupFields } from './groups.js';
import type { CompanyRepository, GroupRepository } from './groups.repository.js';

type Deps = {
  groups: GroupRepository; companies: CompanyRepository; customers: CustomerRepository; profiles: Pick<CustomerService, 'changeProfile'>;
  now: Clock; inTransaction: InTransaction; audit: RecordAudit; forgetBuyers(): void;
};
type IfMatch = number | undefined;

export class GroupService {
  constructor(private readonly deps: Deps) {}

  async get(id: string): Promise<CustomerGroup> {
    const group = await this.deps.groups.find(id);
    if (!group) throw new CustomerGroupNotFound(id);
    return group;
  }

  list(query: PageQuery) {
    return this.deps.groups.page(query);
  }

  create(fields: GroupFields, caller: Caller): Promise<CustomerGroup> {
    return this.deps.inTransaction(async () => {
      const group = await this.deps.groups.create(fields, this.deps.now());
      await this.deps.audit({ actor: actorOf(caller), action: 'customer_group.created', subject: `customer_group:${group.id}`, after: fields });
      return group;
    });
  }

  replace(id: string, fields: GroupFields, ifMatch: IfMatch, caller: Caller): Promise<CustomerGroup> {
    return this.deps.inTransaction(async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      const after = await this.deps.groups.replace(before, fields, this.deps.now());
      await this.deps.audit({ actor: actorOf(caller), action: 'customer_group.updated', subject: `customer_group:${id}`, before, after });
      await afterCommit(this.deps.forgetBuyers);
      return after;
    });
  }

  /** Its customers stay, without it. */
  remove(id: string, ifMatch: IfMatch, caller: Caller): Promise<CustomerGroup> {
    return this.deps.inTransaction(async () => {
      const group = await this.get(id);
      requireVersion(ifMatch, group.version);
      await this.deps.groups.remove(group);
      const left = await this.deps.customers.leaveGroup(id, this.deps.now());
      await this.deps.audit({ actor: actorOf(caller), action: 'customer_group.deleted', subject: `customer_group:${id}`, before: group, after: { customersLeft: left } });
      await afterCommit(this.deps.forgetBuyers);
      return group;
    });
  }

  async members(id: string, query: PageQuery) {
    await this.get(id);
    return this.deps.customers.list({ groupId: id }, query);
  }

  async add(id: string, customerId: string, caller: Caller): Promise<Customer> {
    await this.get(id);
    return this.deps.profiles.changeProfile(customerId, ({ groupIds }) => ({ groupIds: [...groupIds.filter((group) => group !== id), id] }), undefined, caller);
  }

  async takeOut(id: string, customerId: string, caller: Caller): Promise<Customer> {
    await this.get(id);
    return this.deps.profiles.changeProfile(customerId, ({ groupIds }) => {
      if (!groupIds.includes(id)) throw new NotAMember();
      return { groupIds: groupIds.filter((group) => group !== id) };
    }, undefined, caller);
  }
}

export class CompanyService {
  constructor(private readonly deps: Deps) {}

  async get(id: string): Promise<Company> {
    const company = await this.deps.companies.find(id);
    if (!company) throw new CompanyNotFound(id);
    return company;
  }

  list(query: PageQuery) {
    return this.deps.companies.page(query);
  }

  create(fields: CompanyFields, caller: Caller): Promise<Company> {
    return this.deps.inTransaction(async () => {
      const company = await this.deps.companies.create(fields, this.deps.now());
      await this.deps.audit({ actor: actorOf(caller), action: 'company.created', subject: `company:${company.id}`, after: fields });
      return company;
    });
  }

  replace(id: string, fields: CompanyFields, ifMatch: IfMatch, caller: Caller): Promise<Company> {
    return this.deps.inTransaction(async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      const after = await this.deps.companies.replace(before, fields, this.deps.now());
      await this.deps.audit({ actor: actorOf(caller), action: 'company.updated', subject: `company:${id}`, before, after });
      await afterCommit(this.deps.forgetBuyers);
      return after;
    });
  }

  remove(id: string, ifMatch: IfMatch, caller: Caller): Promise<Company> {
    return this.deps.inTransaction(async () => {
      const company = await this.get(id);
      requireVersion(ifMatch, company.version);
      const members = await this.deps.customers.countMembers(id);
      if (members > 0) throw new CompanyHasMembers(members);
      await this.deps.companies.remove(company);
      await this.deps.audit({ actor: actorOf(caller), action: 'company.deleted', subject: `company:${id}`, before: company });
      return company;
    });
  }

  async members(id: string, query: PageQuery) {
    await this.get(id);
    return this.deps.customers.list({ companyId: id }, query);
  }

  async add(id: string, customerId: string, caller: Caller): Promise<Customer> {
    await this.get(id);
    return this.deps.profiles.changeProfile(customerId, ({ companyId }) => {
      if (companyId !== undefined && companyId !== id) throw new MemberElsewhere(companyId);
      return { companyId: id };
    }, undefined, caller);
  }

  async takeOut(id: string, customerId: string, caller: Caller): Promise<Customer> {
    await this.get(id);
    return this.deps.profiles.changeProfile(customerId, ({ companyId }) => {
      if (companyId !== id) throw new NotAMember();
      return { companyId: null };
    }, undefined, caller);
  }
}
