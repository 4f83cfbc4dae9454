import { Schema, type Connection } from 'mongoose';
import type { Company, CustomerGroup } from './groups.js';

export type GroupRow = Omit<CustomerGroup, 'id'>;
export type CompanyRow = Omit<Company, 'id'>;

const text = { type: String, required: true } as const;
const stamped = { version: { type: Number, required: true }, createdAt: { type: Date, required: true }, updatedAt: { type: Date, required: true } } as const;

const groupSchema = new Schema<GroupRow>({ code: text, name: text, wholesale: { type: Boolean, required: true }, ...stamped }, { versionKey: false });
groupSchema.index({ code: 1 }, { unique: true });
groupSchema.index({ createdAt: -1, _id: -1 });

const companySchema = new Schema<CompanyRow>({ name: text, vatId: String, taxExemption: String, ...stamped }, { versionKey: false });
companySchema.index({ name: 1, _id: 1 });
companySchema.index({ createdAt: -1, _id: -1 });

export const groupModel = (connection: Connection) => connection.model<GroupRow>('CustomerGroup', groupSchema, 'customer_groups');
export const companyModel = (connection: Connection) => connection.model<CompanyRow>('Company', companySchema, 'companies');
