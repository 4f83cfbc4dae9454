import { isDeepStrictEqual } from 'node:util';
import type { FieldDiff, Proposal } from './product-changes.js';

type Fields = Readonly<Record<string, unknown>>;

/** Field by field what would be different, attributes each for itself; what stays as it is is left out. */
export function diffOf(product: object, changes: Proposal): FieldDiff[] {
  const now = product as Fields;
  return Object.entries(changes).flatMap(([field, after]) => {
    if (field !== 'attributes') return differs(field, now[field], after);
    const attributes = (now['attributes'] ?? {}) as Fields;
    return Object.entries(after as Fields).flatMap(([code, value]) => differs(`attributes.${code}`, attributes[code], value));
  });
}

const differs = (field: string, before: unknown = null, after: unknown = null): FieldDiff[] => (isDeepStrictEqual(before, after) ? [] : [{ field, before, after }]);
