/** Letters of any script, lower case where it has one, with their marks, and digits; single hyphens between; nothing that could pass for an id. */
export const SLUG = /^(?![0-9a-f]{24}$)[\p{Ll}\p{Lo}\p{Lm}\p{N}][\p{Ll}\p{Lo}\p{Lm}\p{N}\p{M}]*(?:-[\p{Ll}\p{Lo}\p{Lm}\p{N}][\p{Ll}\p{Lo}\p{Lm}\p{N}\p{M}]*)*$/u;

/** One spelling only: a full-width or decomposed twin would be a second address that looks the same. */
export const isSlug = (text: string): boolean => SLUG.test(text) && text.normalize('NFKC') === text;
