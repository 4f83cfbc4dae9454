import slugify from '@sindresorhus/slugify';
import { isSlug } from '../../shared/slug.js';

const MAX_LENGTH = 100;
const LOOKS_LIKE_AN_ID = /^[0-9a-f]{24}$/;

/** Latin letters where the script has them, else its own; a name without any letter becomes the fallback, and nothing that could pass for an id. */
export function slugOf(name: string, fallback: string): string {
  const slug = cut(slugify(name, { decamelize: false })) || ownLetters(name) || fallback;
  return LOOKS_LIKE_AN_ID.test(slug) ? `${fallback}-${slug}` : slug;
}

const cut = (slug: string): string => [...slug].slice(0, MAX_LENGTH).join('').replace(/^-+|(?<!-)-+$/g, '');

function ownLetters(name: string): string {
  const slug = cut(name.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/[^\p{L}\p{N}\p{M}]+/gu, '-'));
  return isSlug(slug) ? slug : '';
}
