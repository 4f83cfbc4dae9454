const LETTER = '[\\p{Ll}\\p{Lo}\\p{Lm}\\p{N}]';
const PART = `${LETTER}[\\p{Ll}\\p{Lo}\\p{Lm}\\p{N}\\p{M}]*`;

/** Letters of any script, lower case where it has one, with their marks, and digits; single hyphens between; nothing that could pass for an id. */
export const SLUG = new RegExp(`^(?![0-9a-f]{24}$)${PART}(?:-${PART})*$`, 'u');

/** One spelling only: a full-width or decomposed twin would be a second address that looks the same. */
export const isSlug = (text: string): boolean => SLUG.test(text) && text.normalize('NFKC') === text;
