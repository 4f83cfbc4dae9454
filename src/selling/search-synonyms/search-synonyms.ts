export type SynonymTerms = Readonly<{ words: readonly string[] }>;
export type Synonyms = SynonymTerms & Readonly<{ id: string; version: number; createdAt: Date; updatedAt: Date }>;
