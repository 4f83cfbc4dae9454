/** One spelling for what people write in many: case, full-width forms and ligatures do not make two names of one. */
export const fold = (text: string): string => text.normalize('NFKC').toLowerCase().normalize('NFKC');

/** As words are compared in a search: without case, accents and width. */
export const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase();

/** A pattern that an index can walk: everything that begins with the folded text. BSON ends a pattern at a NUL, so that is written out. */
export const beginsWith = (text: string): RegExp => new RegExp(`^${fold(text).replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&').replaceAll('\0', '\\x00')}`);
