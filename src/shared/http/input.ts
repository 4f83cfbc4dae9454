import type { Request } from 'express';
import Joi from 'joi';
import { findCardNumbers } from '../card-numbers.js';
import { InvalidRequest, RuleViolation, type FieldError } from '../errors.js';

type Place = 'params' | 'query' | 'headers' | 'body';
type Schemas = { [Where in Place]?: Joi.ObjectSchema } & { consumes?: unknown };

/** Wherever it stands: what was never taken cannot be stored, logged or answered. The number itself is not repeated. */
class CardNumberSent extends RuleViolation {
  readonly code = 'card_number_refused';
  constructor(pointers: readonly string[]) {
    const message = 'Never send a card number here. Send the token that the payment provider gave you for it.';
    super(message, {}, pointers.map((at) => ({ pointer: at, code: 'card_number_refused', message })));
  }
}

const nothing = Joi.object({});
/** Joi quotes what was sent. It may be anything, and refusals are kept in many places. As expressions: texts would be parsed for every request. */
const messages = Object.fromEntries(['base', 'name', 'invert.base', 'invert.name'].map((kind) => [
  `string.pattern.${kind}`, Joi.expression(kind.endsWith('name') ? '{{#label}} must be a valid {{#name}}' : '{{#label}} has not the right form'),
]));
/** Bodies are typed by their sender; everything in an address or a header arrives as text. */
const places: Record<Place, Joi.ValidationOptions> = {
  params: { abortEarly: false, messages },
  query: { abortEarly: false, messages },
  headers: { abortEarly: false, stripUnknown: true, messages },
  body: { abortEarly: false, convert: false, messages },
};
const ALL: readonly Place[] = ['params', 'query', 'headers', 'body'];

/** Over all routes, and of short addresses alone: whoever makes up long ones must not fill the memory with them. */
const REMEMBERED = 10_000;
const LONGEST_REMEMBERED = 300;
let remembered = 0;
let parsed = new WeakMap<Schemas, Map<string, ReturnType<typeof parse>>>();

/** What a GET says stands in its address alone, and the same few addresses are asked for again and again. */
export function parseInput(schemas: Schemas, req: Request) {
  if (req.method !== 'GET' || schemas.headers || req.url.length > LONGEST_REMEMBERED) return parse(schemas, req);
  let known = parsed.get(schemas);
  if (!known) parsed.set(schemas, known = new Map());
  const found = known.get(req.url);
  if (found) return found;
  const input = parse(schemas, req);
  known.set(req.url, Object.freeze(input));
  remembered += 1;
  if (remembered >= REMEMBERED) {
    parsed = new WeakMap();
    remembered = 0;
  }
  return input;
}

/** To word what is wrong with each of 50,000 values keeps the process from everybody else for a second. */
const EACH_IS_NAMED = 2_000;

/** Checks everything before it refuses, so that the caller hears of all wrong fields at once; of a body with very many values, of the first. */
function parse(schemas: Schemas, req: Request) {
  const input: Record<Place, unknown> = { params: {}, query: {}, headers: {}, body: {} };
  refuseCardNumbers(schemas, req);
  const { namesPrototype, values } = look(req.body);
  const options = values > EACH_IS_NAMED ? { ...places, body: { ...places.body, abortEarly: true } } : places;
  let errors: FieldError[] | undefined = namesPrototype
    ? [{ pointer: '#/body', code: 'object_unknown', message: '"__proto__" is not allowed' }] : undefined;
  for (const where of ALL) {
    const schema = schemas[where];
    if (!schema && (where === 'headers' || where === 'params' || (where === 'body' && (schemas.consumes === 'raw' || req.body === undefined)))) continue;
    const { value, error } = (schema ?? nothing).validate(req[where] ?? {}, options[where]);
    input[where] = value;
    for (const { path, type, message } of error?.details ?? []) {
      (errors ??= []).push({ pointer: pointer(where, path), code: snakeCase(type), message });
    }
  }
  if (errors) throw new InvalidRequest(errors);
  return input;
}

/** Headers are left: those that are kept are kept as hashes, and the others as `withoutCardNumbers`. */
function refuseCardNumbers(schemas: Schemas, req: Request): void {
  const sent = { params: req.params, query: req.query, body: schemas.consumes === 'raw' ? {} : req.body as unknown };
  const found = (['params', 'query', 'body'] as const).flatMap((where) => findCardNumbers(sent[where]).map((path) => pointer(where, path)));
  if (found.length > 0) throw new CardNumberSent(found);
}

/** How many values there are, and whether one is named `__proto__`: JSON.parse makes that a key like any other, and copying the object, as joi does, makes it the prototype. */
function look(body: unknown): { namesPrototype: boolean; values: number } {
  const waiting: unknown[] = [body];
  let values = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    values += 1;
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) continue;
    if (Object.hasOwn(value, '__proto__')) return { namesPrototype: true, values };
    for (const inner of Object.values(value)) waiting.push(inner);
  }
  return { namesPrototype: false, values };
}

const pointer = (where: string, path: readonly (string | number)[]) =>
  ['#', where, ...path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
const snakeCase = (joiType: string) => joiType.replace(/\.|(?=[A-Z])/g, '_').toLowerCase();
