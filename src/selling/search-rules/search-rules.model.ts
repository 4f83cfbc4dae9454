import { Schema, type Connection, type Types } from 'mongoose';
import type { SearchRule } from './arrangement.js';

export type SearchRuleRow = Omit<SearchRule, 'id'> & { _id: Types.ObjectId };

const required = <T>(type: T) => ({ type, required: true as const });
const schema = new Schema<SearchRuleRow>({
  name: required(String), action: required(String), isActive: required(Boolean), position: required(Number), factor: required(Number), priority: required(Number), version: required(Number),
  when: new Schema({ words: String, match: String, categoryId: String, channel: String, startsAt: Date, endsAt: Date }, { _id: false }),
  target: new Schema({ productIds: [String], brands: [String], categoryIds: [String] }, { _id: false }),
  createdAt: required(Date), updatedAt: required(Date),
}, { versionKey: false });

export const searchRuleModel = (connection: Connection) => connection.model<SearchRuleRow>('SearchRule', schema, 'search_rules');
