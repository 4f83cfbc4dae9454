import type Joi from 'joi';

type Json = Record<string, unknown>;
type Terms = { metas?: Array<{ name?: string }> } & Record<string, unknown>;

/** Schemas that carry a name (`.meta({ name: 'Order' })`), wherever they stand inside the given ones. The first of a name counts. */
export function namedSchemas(schemas: readonly Joi.Schema[]): Map<string, Joi.Schema> {
  const found = new Map<string, Joi.Schema>();
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object' || seen.has(value)) return;
    seen.add(value);
    const terms = (value as { $_terms?: Terms }).$_terms;
    const name = terms?.metas?.find((meta) => meta.name !== undefined)?.name;
    if (name !== undefined && !found.has(name)) found.set(name, value as Joi.Schema);
    // Keys, items, alternatives and patterns all hang in the terms, each wrapped a little differently.
    for (const inner of Object.values(terms ?? (value as Json))) visit(inner);
  };
  schemas.forEach(visit);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Replaces what equals a component by a reference to it, so that a client generator makes one type of it. A description may differ. */
export function withReferences(document: unknown, components: ReadonlyMap<string, Json>): unknown {
  const names = new Map([...components].map(([name, schema]) => [JSON.stringify(undescribed(schema)), name]));
  const refer = (value: unknown, isRoot = false): unknown => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((item) => refer(item));
    const schema = value as Json;
    const name = isRoot || schema['type'] !== 'object' ? undefined : names.get(JSON.stringify(undescribed(schema)));
    if (name !== undefined) return { $ref: `#/components/schemas/${name}`, ...('description' in schema && { description: schema['description'] }) };
    return Object.fromEntries(Object.entries(schema).map(([key, inner]) => [key, refer(inner)]));
  };
  return refer(document, true);
}

const undescribed = ({ description: _description, ...schema }: Json): Json => schema;
