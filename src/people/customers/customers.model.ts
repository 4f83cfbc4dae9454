import { Schema, type Connection } from 'mongoose';
import type { Customer, SavedAddress } from './customers.js';

export type CustomerRow = Omit<Customer, 'id' | 'addresses' | 'groupIds'> & { addresses: SavedAddress[]; groupIds?: string[]; searchKeys: string[] };

const addressSchema = new Schema<SavedAddress>({
  id: { type: String, required: true },
  firstName: { type: String, required: true }, lastName: { type: String, required: true }, company: String,
  line1: { type: String, required: true }, line2: String, city: { type: String, required: true }, region: String,
  postalCode: { type: String, required: true }, country: { type: String, required: true }, phone: String,
}, { _id: false, id: false });

const customerSchema = new Schema<CustomerRow>({
  userId: { type: String, required: true },
  email: { type: String, required: true },
  firstName: { type: String, required: true },
  lastName: { type: String, required: true },
  phone: String,
  locale: String,
  customFields: { type: Schema.Types.Mixed, required: true },
  addresses: { type: [addressSchema], required: true },
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
customerSchema.index({ email: 1 });
customerSchema.index({ createdAt: -1, _id: -1 });
customerSchema.index({ groupIds: 1, createdAt: -1, _id: -1 });
customerSchema.index({ companyId: 1, createdAt: -1, _id: -1 });

export const customerModel = (connection: Connection) => connection.model<CustomerRow>('Customer', customerSchema, 'customers');
