import type { Buyer } from '../../shared/buyer.js';

/** Customers who are treated alike: their prices, promotions and rules. */
export type CustomerGroup = Readonly<{ id: string; code: string; name: string; wholesale: boolean; version: number; createdAt: Date; updatedAt: Date }>;
/** A business that several customers buy for. */
export type Company = Readonly<{ id: string; name: string; vatId?: string; taxExemption?: string; version: number; createdAt: Date; updatedAt: Date }>;
export type GroupFields = Pick<CustomerGroup, 'code' | 'name' | 'wholesale'>;
export type CompanyFields = Pick<Company, 'name' | 'vatId' | 'taxExemption'>;

type Facts = Readonly<{ groupIds?: readonly string[]; companyId?: string; vatId?: string; taxExemption?: string }>;

/** The company's tax status counts before the member's own: the invoice is made out to it. */
export function buyerFrom(userId: string, facts: Facts | null, company: Company | null, groups: readonly CustomerGroup[]): Buyer {
  const vatId = company?.vatId ?? facts?.vatId;
  const taxExemption = company?.taxExemption ?? facts?.taxExemption;
  return {
    userId, groupIds: facts?.groupIds ?? [], companyId: company?.id ?? null, channel: null,
    ...(groups.some(({ wholesale }) => wholesale) && { wholesale: true }), ...(vatId !== undefined && { vatId }), ...(taxExemption !== undefined && { taxExemption }),
  };
}
