import { Types, type Connection } from 'mongoose';
import type { SearchRule } from './arrangement.js';
import { searchRuleModel, type SearchRuleRow } from './search-rules.model.js';

export class SearchRuleRepository {
  private readonly rules;

  constructor(connection: Connection) {
    this.rules = searchRuleModel(connection);
  }

  /** All of them: there are few, and each search asks them all. In the order they were made. */
  async all(): Promise<SearchRule[]> {
    return (await this.rules.find().sort({ _id: 1 }).lean<SearchRuleRow[]>()).map(toRule);
  }

  async find(id: string): Promise<SearchRule | null> {
    const found = await this.rules.findById(new Types.ObjectId(id)).lean<SearchRuleRow>();
    return found && toRule(found);
  }

  count(): Promise<number> {
    return this.rules.estimatedDocumentCount();
  }

  async insert(rule: Omit<SearchRule, 'id'>): Promise<SearchRule> {
    const row: SearchRuleRow = { ...rule, _id: new Types.ObjectId() };
    await this.rules.insertMany([row], { lean: true });
    return toRule(row);
  }

  /** False when it is no longer of that version. */
  async replace({ id, ...rule }: SearchRule, version: number): Promise<boolean> {
    return (await this.rules.replaceOne({ _id: new Types.ObjectId(id), version }, rule)).matchedCount === 1;
  }

  async delete(id: string, version: number): Promise<boolean> {
    return (await this.rules.deleteOne({ _id: new Types.ObjectId(id), version })).deletedCount === 1;
  }
}

const toRule = ({ _id, ...row }: SearchRuleRow): SearchRule => ({ id: _id.toHexString(), ...row });
