import type Joi from 'joi';

type Step = string | number;
/** joi keeps what a schema is made of in `$_terms`; its description names it, but is no schema that could be asked. */
type Terms = { keys?: Array<{ key: string; schema: Joi.Schema }> | null; items?: Joi.Schema[]; matches?: Array<{ schema?: Joi.Schema }> };
const termsOf = (schema: Joi.Schema) => schema.$_terms as Terms;

const PLAUSIBLE: readonly unknown[] = [
  '0'.repeat(24), 'EUR', 'DE', 'ada@example.com', 'text', 'word_1', 'A', 'a', '2026-01-01', '2026-01-01T00:00:00.000Z', 'https://example.com/a', '12:00', 'Europe/Berlin',
  'a long enough text for everybody', '123456', '0123456789', '+49 30 123456', '0'.repeat(64), 1, 0, 10, 100, 2_000_000_000, true, [], {},
];

/** Something that the schema takes, or undefined when none was found. With `full` the optional keys are there as well. */
export function sampleOf(schema: Joi.Schema, full = false): unknown {
  const { keys, items, matches } = termsOf(schema);
  if (schema.type === 'object' && keys) return ofKeys(keys, full);
  if (schema.type === 'array' && items?.[0]) return [sampleOf(items[0], full)];
  if (schema.type === 'alternatives' && matches?.[0]?.schema) return sampleOf(matches[0].schema, full);
  const { allow = [] } = schema.describe() as { allow?: unknown[] };
  return [...allow.filter((value) => value !== null && typeof value !== 'object'), ...PLAUSIBLE].find((value) => takes(schema, value));
}

/** A rule that compares with a sibling cannot be asked alone: what is no number or text then is not taken. */
function takes(schema: Joi.Schema, value: unknown): boolean {
  try {
    return !schema.validate(value, { convert: false }).error;
  } catch {
    return typeof value === schema.type;
  }
}

function ofKeys(keys: NonNullable<Terms['keys']>, full: boolean): Record<string, unknown> {
  const wanted = keys.filter(({ schema }) => full || (schema.describe().flags as { presence?: string } | undefined)?.presence === 'required');
  return Object.fromEntries(wanted.map(({ key, schema }) => [key, sampleOf(schema, full)] as const).filter(([, value]) => value !== undefined));
}

/** Every place in a value, the outermost first. */
export function placesOf(value: unknown, at: readonly Step[] = []): Step[][] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...at, Array.isArray(value) ? Number(key) : key];
    return [place, ...placesOf(inner, place)];
  });
}

/** A copy in which something else stands in that place. */
export function withAt(value: unknown, [step, ...rest]: readonly Step[], put: unknown): unknown {
  if (step === undefined) return put;
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? withAt(item, rest, put) : item as unknown));
  return { ...(value as object), [step]: withAt((value as Record<string, unknown> | undefined)?.[step], rest, put) };
}
