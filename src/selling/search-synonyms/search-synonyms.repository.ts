import { Types, type Connection } from 'mongoose';
import { synonymsModel, type SynonymsRow } from './search-synonyms.model.js';
import type { Synonyms } from './search-synonyms.js';

export class SynonymsRepository {
  private readonly groups;

  constructor(connection: Connection) {
    this.groups = synonymsModel(connection);
  }

  /** All of them: there are few, and each search asks them all. In the order they were made. */
  async all(): Promise<Synonyms[]> {
    return (await this.groups.find().sort({ _id: 1 }).lean<SynonymsRow[]>()).map(toGroup);
  }

  async find(id: string): Promise<Synonyms | null> {
    const found = await this.groups.findById(new Types.ObjectId(id)).lean<SynonymsRow>();
    return found && toGroup(found);
  }

  count(): Promise<number> {
    return this.groups.estimatedDocumentCount();
  }

  async insert(group: Omit<Synonyms, 'id'>): Promise<Synonyms> {
    const row: SynonymsRow = { ...group, _id: new Types.ObjectId() };
    await this.groups.insertMany([row], { lean: true });
    return toGroup(row);
  }

  /** False when it is no longer of that version. */
  async replace({ id, ...group }: Synonyms, version: number): Promise<boolean> {
    return (await this.groups.replaceOne({ _id: new Types.ObjectId(id), version }, group)).matchedCount === 1;
  }

  async delete(id: string, version: number): Promise<boolean> {
    return (await this.groups.deleteOne({ _id: new Types.ObjectId(id), version })).deletedCount === 1;
  }
}

const toGroup = ({ _id, ...row }: SynonymsRow): Synonyms => ({ id: _id.toHexString(), ...row });
