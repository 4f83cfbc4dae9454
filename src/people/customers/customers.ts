import type { Address } from '../../shared/address.js';
import { fold } from '../../shared/fold.js';

export const MAX_ADDRESSES = 50;

export type SavedAddress = Readonly<Address & { id: string }>;
export type CustomFields = Readonly<Record<string, unknown>>;
export type Customer = Readonly<{
  id: string; userId: string; email: string; firstName: string; lastName: string; phone?: string; locale?: string;
  customFields: CustomFields; addresses: readonly SavedAddress[]; defaultShippingAddressId?: string; defaultBillingAddressId?: string;
  /** Prices can depend on these; only staff change them. */
  groupIds: readonly string[]; companyId?: string;
  vatId?: string;
  /** Why no tax is due, as the authorities name it. */
  taxExemption?: string;
  avatarUrl?: string;
  version: number; createdAt: Date; updatedAt: Date;
}>;

/** A field that is named replaces, null removes, one that is absent stays. */
export type ProfileChange = {
  firstName?: string; lastName?: string; phone?: string | null; locale?: string | null; customFields?: CustomFields;
  defaultShippingAddressId?: string | null; defaultBillingAddressId?: string | null;
};
export type StaffChange = ProfileChange & { groupIds?: readonly string[]; companyId?: string | null; vatId?: string | null; taxExemption?: string | null };
export type AddressChange = Address & { isDefaultShipping?: boolean; isDefaultBilling?: boolean };

export function withProfile(customer: Customer, change: StaffChange): Customer {
  const merged = Object.entries({ ...customer, ...change }).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(merged) as Customer;
}

/** The first address is the default for both uses, whatever was asked: a checkout can then begin with something. */
export function withAddress(customer: Customer, id: string, { isDefaultShipping, isDefaultBilling, ...address }: AddressChange): Customer {
  const isFirst = customer.addresses.length === 0;
  const added = { ...customer, addresses: [...customer.addresses, { ...address, id }] };
  return withDefaults(added, id, { shipping: isFirst || isDefaultShipping, billing: isFirst || isDefaultBilling });
}

export function withChangedAddress(customer: Customer, id: string, { isDefaultShipping, isDefaultBilling, ...address }: AddressChange): Customer {
  const changed = { ...customer, addresses: customer.addresses.map((saved) => (saved.id === id ? { ...address, id } : saved)) };
  return withDefaults(changed, id, { shipping: isDefaultShipping, billing: isDefaultBilling });
}

export function withoutAddress(customer: Customer, id: string): Customer {
  const left = { ...customer, addresses: customer.addresses.filter((saved) => saved.id !== id) };
  return withDefaults(left, id, { shipping: false, billing: false });
}

/** True makes it the default, false takes that away from it, undefined leaves things as they are. */
function withDefaults(customer: Customer, id: string, { shipping, billing }: { shipping?: boolean | undefined; billing?: boolean | undefined }): Customer {
  const { defaultShippingAddressId, defaultBillingAddressId, ...rest } = customer;
  const forShipping = chosen(defaultShippingAddressId, id, shipping);
  const forBilling = chosen(defaultBillingAddressId, id, billing);
  return {
    ...rest, ...(forShipping !== undefined && { defaultShippingAddressId: forShipping }), ...(forBilling !== undefined && { defaultBillingAddressId: forBilling }),
  };
}

function chosen(current: string | undefined, id: string, wanted: boolean | undefined): string | undefined {
  if (wanted === true) return id;
  return wanted === false && current === id ? undefined : current;
}

/** What staff find somebody by, whole: only marks of these are stored. */
export const searchKeysOf = ({ email, firstName, lastName }: Pick<Customer, 'email' | 'firstName' | 'lastName'>): string[] =>
  [...new Set([email, `${firstName} ${lastName}`].map(fold))];
