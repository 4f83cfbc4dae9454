import type { Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { AttributeDefinition } from './catalog.js';
import { AttributeTaken } from './catalog.errors.js';
import { attributeModel, type AttributeRow } from './attributes.model.js';
import { duplicateOf } from './duplicate.js';
import { unsetOf, type Stored } from './rows.repository.js';

export class AttributeRepository {
  private readonly attributes;

  constructor(connection: Connection) {
    this.attributes = attributeModel(connection);
  }

  async create(definition: Omit<AttributeDefinition, 'id' | 'version'>): Promise<AttributeDefinition> {
    try {
      const [created] = await this.attributes.create([{ ...definition, version: 1 }]);
      return toDefinition(created!.toObject());
    } catch (error) {
      if (duplicateOf(error)?.index === 'code') throw new AttributeTaken(definition.code);
      throw error;
    }
  }

  async find(code: string): Promise<AttributeDefinition | null> {
    const found = await this.attributes.findOne({ code }).lean();
    return found && toDefinition(found);
  }

  async findMany(codes: readonly string[]): Promise<AttributeDefinition[]> {
    if (codes.length === 0) return [];
    const found = await this.attributes.find({ code: { $in: codes as string[] } }).lean();
    return found.map(toDefinition);
  }

  async page(query: PageQuery): Promise<Page<AttributeDefinition>> {
    const page = await findPage(this.attributes, { filter: {}, query, fallbackSort: 'code' });
    return { ...page, items: page.items.map((row) => toDefinition(row as Stored<AttributeRow>)) };
  }

  async save({ id, version, name, unit, options, translations }: AttributeDefinition): Promise<void> {
    const set = { name, unit, options: [...options], ...(translations && { translations }) };
    const { matchedCount } = await this.attributes.updateOne({ _id: id, version }, { $set: set, ...unsetOf(set, ['translations']), $inc: { version: 1 } });
    if (matchedCount === 0) throw new ConcurrentChange('This attribute changed meanwhile.', { attributeId: id });
  }

  async remove(id: string): Promise<void> {
    await this.attributes.deleteOne({ _id: id });
  }
}

const toDefinition = ({ _id, ...definition }: Stored<AttributeRow>): AttributeDefinition => ({ ...definition, id: _id.toHexString() });
