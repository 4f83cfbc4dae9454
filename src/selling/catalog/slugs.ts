import slugify from '@sindresorhus/slugify';

const MAX_LENGTH = 100;
const LOOKS_LIKE_AN_ID = /^[0-9a-f]{24}$/;

export const SLUG = /^(?![0-9a-f]{24}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Latin letters whatever the script; a name without any becomes the fallback, and nothing that could pass for an id. */
export function slugOf(name: string, fallback: string): string {
  const slug = slugify(name, { decamelize: false }).slice(0, MAX_LENGTH).replace(/(?<!-)-+$/, '') || fallback;
  return LOOKS_LIKE_AN_ID.test(slug) ? `${fallback}-${slug}` : slug;
}
