import type Joi from 'joi';
import type { Permission } from '../permissions.js';
import { mayAct, type Access, type Caller } from './caller.js';
import type { Reply } from './reply.js';

/** Where the field stands in a reply; `*` is each entry of a list. */
export type GuardedField = Readonly<{ path: readonly string[]; permission: Permission }>;

/**
 * Staff and servers that lack the permission get the reply without this field, and may not filter by it. Whoever owns what is
 * answered sees all of it. The field must not be required: it can be missing.
 */
export const seenWith = <S extends Joi.Schema>(permission: Permission, schema: S): S => {
  const said = (schema.describe() as { flags?: { description?: string } }).flags?.description;
  return schema.meta({ seenWith: permission }).description(`${said === undefined ? '' : `${said}. `}Of others only with ${permission}`) as S;
};

type Terms = {
  keys?: Array<{ key: string; schema: Joi.Schema }>; items?: Joi.Schema[]; matches?: Array<{ schema?: Joi.Schema }>; patterns?: Array<{ rule: Joi.Schema }>;
  metas?: Array<{ seenWith?: Permission }>;
};

export function guardedFields(schema: Joi.Schema | undefined, path: readonly string[] = []): GuardedField[] {
  if (!schema) return [];
  const { keys, items, matches, patterns, metas } = (schema as unknown as { $_terms: Terms }).$_terms;
  const permission = metas?.find((meta) => meta.seenWith !== undefined)?.seenWith;
  if (permission !== undefined) return [{ path, permission }];
  return [
    ...(keys ?? []).flatMap(({ key, schema: inner }) => guardedFields(inner, [...path, key])),
    ...(items ?? []).flatMap((inner) => guardedFields(inner, [...path, '*'])),
    ...(patterns ?? []).flatMap(({ rule }) => guardedFields(rule, [...path, '*'])),
    ...(matches ?? []).flatMap(({ schema: inner }) => guardedFields(inner, path)),
  ];
}

/** The fields of a reply that are kept from this caller. What is one's own is read through the owner in the query, and shown whole. */
export function withheldFrom(fields: readonly GuardedField[], access: Access, caller: Caller): readonly GuardedField[] {
  if (fields.length === 0 || access === 'public') return [];
  const staff = 'permission' in access ? access.permission : access.staff;
  if (staff === undefined || !mayAct(caller, staff)) return [];
  return fields.filter(({ permission }) => !mayAct(caller, permission));
}

/** A copy of the reply without these fields. An answer that was kept under an Idempotency-Key is kept whole, and cut here. */
export function withoutFields(reply: Reply, fields: readonly GuardedField[]): Reply {
  if (fields.length === 0 || reply.stream || reply.contentType !== undefined) return reply;
  const { bytes, ...rest } = reply;
  const body: unknown = bytes ? JSON.parse(bytes.body.toString()) : reply.body;
  return { ...rest, body: fields.reduce((value, { path }) => without(value, path), body) };
}

function without(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (value === null || typeof value !== 'object' || step === undefined) return value;
  if (Array.isArray(value)) return step === '*' ? value.map((entry) => without(entry, rest)) : value;
  const entries = Object.entries(value);
  if (step === '*') return Object.fromEntries(entries.map(([name, inner]) => [name, without(inner, rest)]));
  return Object.fromEntries(entries.flatMap(([name, inner]) => {
    if (name !== step) return [[name, inner]];
    return rest.length === 0 ? [] : [[name, without(inner, rest)]];
  }));
}
