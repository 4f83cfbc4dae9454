import Joi from 'joi';
import { RuleViolation } from '../errors.js';

export type PageQuery = { page: number; per_page: number; sort?: string; cursor?: string; fields?: string };
export type SortKey = Readonly<{ field: string; direction: 1 | -1 }>;
export type Page<T> = { items: T[]; total: number | null; pages: number | null; current_page: number | null; per_page: number; next_cursor?: string | null };

export const fieldsParam = () => Joi.string().max(500).pattern(/^[\w-]+(\.[\w-]+)*(,[\w-]+(\.[\w-]+)*)*$/, 'field list').description('Only these fields: `a,b.c`');

/** The query parameters every list has; `sortable` is the allow-list of `sort`. */
export function pageParams(sortable: readonly string[]) {
  const key = `-?(?:${sortable.join('|')})`;
  return {
    page: Joi.number().integer().min(1).max(100_000).default(1),
    per_page: Joi.number().integer().min(1).max(100).default(20),
    cursor: Joi.string().max(1000).allow('').description('Keyset walk: empty for the first page, then next_cursor; total and pages are null'),
    sort: Joi.string().pattern(new RegExp(`^${key}(,${key})*$`), 'sort keys').description(`By ${sortable.join(', ')}; a leading - means descending`),
    fields: fieldsParam(),
  };
}

/** Ties are broken by id, so that a page is the same each time it is read. */
export function sortKeys(sort: string | undefined, fallback: string): SortKey[] {
  return (sort ?? fallback).split(',').map((key) => (key.startsWith('-') ? { field: key.slice(1), direction: -1 } : { field: key, direction: 1 }));
}

export class BadCursor extends RuleViolation {
  readonly code = 'bad_cursor';
  constructor() { super('This cursor is not one of ours or belongs to another sort order. Start again without it.'); }
}

type Position = { sort: string; values: unknown[] };

export const encodeCursor = (sort: string, values: readonly unknown[]): string =>
  Buffer.from(JSON.stringify({ sort, values } satisfies { sort: string; values: readonly unknown[] })).toString('base64url');

/** The values of the last row seen, in the order of the sort keys with the id last. */
export function decodeCursor(cursor: string, sort: string, length: number): unknown[] {
  let position: Position;
  try {
    position = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Position;
  } catch {
    throw new BadCursor();
  }
  const scalar = (v: unknown) => v === null || ['string', 'number', 'boolean'].includes(typeof v);
  if (position?.sort !== sort || !Array.isArray(position.values) || position.values.length !== length || !position.values.every(scalar)) throw new BadCursor();
  return position.values;
}

export const toPage = <T>(items: T[], total: number, { page, per_page }: Pick<PageQuery, 'page' | 'per_page'>): Page<T> =>
  ({ items, total, pages: Math.ceil(total / per_page), current_page: page, per_page });
