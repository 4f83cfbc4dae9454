import { Schema, type Connection } from 'mongoose';
import { ERASED_EMAIL } from '../../shared/db/address.js';
import { personal } from '../../shared/db/personal.js';
import type { Customer, SavedAddress } from './customers.js';

export type CustomerRow = Omit<Customer, 'id' | 'addresses' | 'groupIds'> & { addresses: SavedAddress[]; groupIds?: string[]; searchKeys?: string[]; emailKey?: string };

const customerSchema = new Schema<CustomerRow>({
  userId: { type: String, required: true },
  email: { type: String, required: true },
  firstName: { type: String, required: true },
  lastName: { type: String, required: true },
  phone: String,
  locale: String,
  customFields: { type: Schema.Types.Mixed, required: true },
  addresses: { type: Schema.Types.Mixed, required: true },
  defaultShippingAddressId: String,
  defaultBillingAddressId: String,
  groupIds: { type: [String], default: undefined }, companyId: String, vatId: String, taxExemption: String, avatarUrl: String,
  searchKeys: { type: [String], required: true },
  version: { type: Number, required: true },
  createdAt: { type: Date, required: true },
  updatedAt: { type: Date, required: true },
}, { versionKey: false, minimize: false });
customerSchema.index({ userId: 1 }, { unique: true });
customerSchema.index({ searchKeys: 1 });
customerSchema.index({ emailKey: 1 });
customerSchema.index({ createdAt: -1, _id: -1 });
customerSchema.index({ groupIds: 1, createdAt: -1, _id: -1 });
customerSchema.index({ companyId: 1, createdAt: -1, _id: -1 });

// First and last names alone have few values: they are searched together only.
personal(customerSchema, 'Customer', 'customers', {
  fields: ['email', 'firstName', 'lastName', 'phone', 'customFields', 'addresses', 'vatId'], marks: { email: 'emailKey' }, markLists: ['searchKeys'],
  erased: { email: ERASED_EMAIL, firstName: 'erased', lastName: 'erased', phone: '', customFields: {}, addresses: [], vatId: '' },
  owner: ({ userId }) => (typeof userId === 'string' ? { userId } : undefined),
});

export const customerModel = (connection: Connection) => connection.model<CustomerRow>('Customer', customerSchema, 'customers');
