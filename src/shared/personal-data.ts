/** Somebody with an account, whose data is told or erased. */
export type DataSubject = Readonly<{ userId: string; email: string | null }>;

/**
 * What a module holds about people. `export` answers plain JSON, under the name in the file that the person is given;
 * `erase` removes it or makes it nobody's, is safe to run again, and answers how many documents it changed.
 */
export type PersonalData = Readonly<{
  name: string;
  /** Where it is: a test compares these with the collections that have fields about people. */
  collections: readonly string[];
  export(subject: DataSubject): Promise<unknown>;
  erase(subject: DataSubject): Promise<number>;
}>;
