import type { Model } from 'mongoose';
import type { DataSubject, PersonalData } from '../personal-data.js';

/** More than anybody has; a bound, so that one export cannot take the process down. */
const MOST = 10_000;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the rows are, they are told as they stand
type Rows = Model<any, any, any, any, any, any, any>;
type Options = Readonly<{
  name: string;
  /** `remove` deletes them; `keep` leaves what is nobody's any more once the keys are gone. */
  erase: 'remove' | 'keep';
  /** Which rows are this person's; those with their `userId`, unless told otherwise. */
  of?: (subject: DataSubject) => Record<string, unknown> | null | Promise<Record<string, unknown>>;
  /** Told to nobody: hashes, references of ours. */
  hide?: readonly string[];
}>;

/** What a collection of rows by user has to offer to export and erasure. */
export function ownedRows(model: Rows, { name, erase, of = ({ userId }) => ({ userId }), hide = [] }: Options): PersonalData {
  const shown = ({ _id, ...row }: Record<string, unknown>) => Object.fromEntries(Object.entries({ id: String(_id), ...row }).filter(([field]) => !hide.includes(field)));
  return {
    name, collections: [model.collection.collectionName],
    export: async (subject) => {
      const filter = await of(subject);
      return filter === null ? [] : (await model.find(filter).sort({ _id: -1 }).limit(MOST).lean() as Array<Record<string, unknown>>).map(shown);
    },
    erase: async (subject) => {
      const filter = await of(subject);
      return erase === 'keep' || filter === null ? 0 : (await model.deleteMany(filter)).deletedCount;
    },
  };
}
