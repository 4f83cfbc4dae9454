import type { Connection } from 'mongoose';
import { searchIndexModel, type SearchIndexRow } from './search.model.js';

export type SearchIndex = Readonly<Omit<SearchIndexRow, '_id'> & { name: string }>;
type Progress = Partial<Omit<SearchIndexRow, '_id' | 'alias' | 'state'>>;

/** What indexes there are on the search server, and how far each has followed the catalogue. */
export class SearchIndexRepository {
  private readonly indexes;

  constructor(connection: Connection) {
    this.indexes = searchIndexModel(connection);
  }

  /** The newest, should two have been made at once. */
  async live(alias: string): Promise<SearchIndex | null> {
    const found = await this.indexes.findOne({ alias, state: 'live' }).sort({ _id: -1 }).lean<SearchIndexRow>();
    return found && toIndex(found);
  }

  async begin({ name, ...index }: SearchIndex): Promise<void> {
    await this.indexes.insertMany([{ ...index, _id: name }], { lean: true });
  }

  async moved(name: string, progress: Progress): Promise<void> {
    await this.indexes.updateOne({ _id: name }, { $set: progress });
  }

  /** This one is asked from now on, and none else. */
  async publish(name: string, alias: string, updatedAt: Date): Promise<void> {
    await this.indexes.updateMany({ alias, state: 'live', _id: { $ne: name } }, { $set: { state: 'retired', updatedAt } });
    await this.indexes.updateOne({ _id: name }, { $set: { state: 'live', updatedAt } });
  }

  /** Replaced before the one moment, or given up in the making before the other. */
  async over(alias: string, { retiredBefore, silentSince }: { retiredBefore: Date; silentSince: Date }): Promise<string[]> {
    const found = await this.indexes.find({ alias, $or: [{ state: 'retired', updatedAt: { $lt: retiredBefore } }, { state: 'building', updatedAt: { $lt: silentSince } }] }, { _id: 1 }).lean();
    return found.map(({ _id }) => _id);
  }

  async forget(name: string): Promise<void> {
    await this.indexes.deleteOne({ _id: name });
  }
}

const toIndex = ({ _id: name, ...row }: SearchIndexRow): SearchIndex => ({ name, ...row });
