import type Joi from 'joi';
import type { Access } from './caller.js';
import { namedSchemas, withReferences } from './components.js';
import type { Route } from './route.js';

type JsonSchema = Record<string, unknown> & { properties?: Record<string, JsonSchema>; required?: string[]; description?: string; $defs?: unknown };

/** joi 18 writes JSON Schema 2020-12 itself, which is the dialect of OpenAPI 3.1. */
const jsonSchema = (schema: Joi.Schema): JsonSchema => schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }) as JsonSchema;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const sentAs = { params: 'path', query: 'query', headers: 'header' } as const;
const namesIn = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
const shapeOf = (path: string): string => path.replace(/:\w+/g, ':');

/** One spelling per address: OpenAPI knows no second name for the same parameter, but `/products/:idOrSlug` and `/products/:id` are both good code. */
function spellings(routes: readonly Route[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { path } of routes) {
    const known = found.get(shapeOf(path));
    if (known === undefined || path.length < known.length) found.set(shapeOf(path), path);
  }
  return found;
}

function parametersOf(route: Route, spelling: string) {
  const renamed = new Map(namesIn(route.path).map((name, at) => [name, namesIn(spelling)[at]!]));
  const declared = (['params', 'query', 'headers'] as const).flatMap((where) => {
    const { properties = {}, required = [] } = route[where] ? jsonSchema(route[where]) : {};
    return Object.entries(properties).map(([name, schema]) => {
      const shown = where === 'params' ? renamed.get(name) ?? name : name;
      const description = schema.description ?? (shown === name ? undefined : wordsOf(name));
      return { name: shown, in: sentAs[where], required: where === 'params' || required.includes(name), schema, ...(description !== undefined && { description }) };
    });
  });
  const header = (name: string, required: boolean, description: string) => ({ name, in: 'header', required, description, schema: { type: 'string' } });
  return [
    ...declared,
    ...(route.idempotency ? [header('Idempotency-Key', route.idempotency !== 'optional', 'Unique text; the same request again gets the same answer for 24 h')] : []),
    ...(route.ifMatch ? [header('If-Match', true, 'The ETag that was read')] : []),
  ];
}

function securityOf(access: Access) {
  if (access === 'public') return [];
  if ('permission' in access) return [{ apiKey: [], bearer: [access.permission] }, { apiKey: [access.permission], appSecret: [] }, { apiKey: [access.permission], signature: [] }];
  if (access.user === 'required') return [{ apiKey: [access.scope], bearer: [] }];
  return [{ apiKey: [access.scope] }];
}

function requestBodyOf(route: Route) {
  if (typeof route.consumes === 'object') {
    const fields = route.body ? jsonSchema(route.body).properties ?? {} : {};
    const schema = { type: 'object', properties: { file: { type: 'string', format: 'binary' }, ...fields } };
    const json = route.consumes.file.orJson && route.body ? { 'application/json': { schema: jsonSchema(route.body) } } : {};
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema }, ...json } } };
  }
  if (route.consumes === 'raw') return { requestBody: { required: true, content: { 'application/json': { schema: {} } } } };
  if (route.consumes === 'stream') return { requestBody: { required: true, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } } };
  if (!route.body) return {};
  const schema = jsonSchema(route.body);
  return { requestBody: { required: (schema.required ?? []).length > 0, content: { 'application/json': { schema } } } };
}

/** What any call may answer, and any with a body: said once here instead of by every route. */
const ALWAYS = [429, 503];
const WITH_BODY = [413, 415];
const statusesOf = (route: Route): string[] => [...new Set([...Object.keys(route.responses), ...ALWAYS, ...(route.body || route.consumes ? WITH_BODY : [])].map(String))].sort();

function responsesOf(route: Route) {
  return Object.fromEntries(statusesOf(route).map((status) => [status, Number(status) >= 400
    ? { $ref: `#/components/responses/Problem${status}` }
    : { description: textOf(status), content: route.produces ? textIn(route.produces) : { 'application/json': { schema: jsonSchema(route.responses[Number(status)]!) } } }]));
}

/** A refusal of one status reads alike everywhere. */
function refusalsOf(routes: readonly Route[]) {
  const statuses = [...new Set(routes.flatMap(statusesOf))].filter((status) => Number(status) >= 400).sort();
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(statuses.map((status) => [`Problem${status}`, { description: textOf(status), content }]));
}

const textOf = (status: string): string => STATUS_TEXT[Number(status)] ?? status;
const textIn = (types: readonly string[]) => Object.fromEntries(types.map((type) => [type, { schema: type === 'text/event-stream' ? {} : { type: 'string' } }]));

const STATUS_TEXT: Record<number, string> = {
  200: 'Done', 201: 'Created', 202: 'Accepted; follow the job', 206: 'A part, as asked for by Range', 207: 'Result per item', 301: 'Has another address now, said in Location', 304: 'Not modified', 400: 'Malformed, or against a rule', 401: 'Key or sign-in missing or wrong',
  403: 'Scope or permission missing', 404: 'Not found, or somebody else\'s', 409: 'State conflict or lost race', 412: 'Changed since it was read', 413: 'Too large',
  415: 'Unsupported media type', 422: 'Idempotency-Key reused with another request', 428: 'If-Match missing', 429: 'Too many requests', 501: 'Not installed on this server', 503: 'Briefly unavailable',
};

const SIGNATURE = 'In place of the app secret, for keys that were issued with `signing`: the HMAC-SHA-256 in hex, keyed with the signing secret, of '
  + '`METHOD|path with query|timestamp|nonce|SHA-256 of the body in hex`. Send beside it `x-signature-timestamp` (seconds since 1970, at most 300 s off), '
  + '`x-signature-nonce` (16 to 64 of A-Z a-z 0-9 _ -, used once) and, with a body, `x-content-sha256`. '
  + '401 tells what is wrong: `invalid_signature`, `signature_out_of_time` (with serverTime), `request_replayed`, `signature_required`.';

/** `rootRoutes` are served beside the base, not under it. */
export function openApi(routes: readonly Route[], rootRoutes: readonly Route[], problemSchema: Joi.Schema) {
  const paths: Record<string, Record<string, unknown>> = {};
  // In order of their addresses, so that the document does not change with the order in which they are mounted.
  const sorted = [...routes, ...rootRoutes].sort((a, b) => (a.path === b.path ? METHODS.indexOf(a.method) - METHODS.indexOf(b.method) : a.path < b.path ? -1 : 1));
  const spelled = spellings(sorted);
  for (const route of sorted) {
    const spelling = spelled.get(shapeOf(route.path))!;
    (paths[spelling.replace(/:(\w+)/g, '{$1}')] ??= {})[route.method] = {
      operationId: operationId(route),
      summary: route.summary,
      ...((route.description ?? route.stepUp) && { description: descriptionOf(route) }),
      tags: [route.tag],
      ...(rootRoutes.includes(route) && { servers: [{ url: '/' }] }),
      ...(route.deprecated && { deprecated: true }),
      security: securityOf(route.access),
      'x-access': route.access,
      ...(route.stepUp && { 'x-step-up': route.stepUp === true ? 'always' : route.stepUp.when }),
      parameters: parametersOf(route, spelling),
      ...requestBodyOf(route),
      responses: responsesOf(route),
    };
  }
  const bodies = sorted.flatMap((route) => [route.body, ...Object.values(route.responses)]).filter((schema) => schema !== undefined);
  const components = new Map([...namedSchemas([problemSchema, ...bodies])].map(([name, schema]) => [name, jsonSchema(schema)]));
  const schemas = Object.fromEntries([...components].map(([name, schema]) => [name, withReferences(schema, components)]));
  return {
    openapi: '3.1.0',
    info: { title: 'Kontor API', version: '1.0.0', license: { name: 'MIT', identifier: 'MIT' }, description: 'Every error is an RFC 9457 problem; 429 and 503 come with Retry-After.' },
    servers: [{ url: '/api/v1' }],
    components: {
      schemas,
      responses: refusalsOf(sorted),
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        appSecret: { type: 'apiKey', in: 'header', name: 'x-app-secret', description: 'Beside a secret key; never in an app' },
        signature: { type: 'apiKey', in: 'header', name: 'x-signature', description: SIGNATURE },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Or, in a browser, the cookies of a login with `session: "cookie"`; calls that change something then send x-csrf-token.' },
      },
    },
    paths: withReferences(paths, components) as typeof paths,
  };
}

const STEP_UP = 'People with a second factor prove it anew, 5 minutes before at most, else 403 `step_up_required`: POST /auth/mfa/step-up';
const descriptionOf = ({ description, stepUp }: Route): string =>
  [description, stepUp && (stepUp === true ? `${STEP_UP}.` : `${STEP_UP} (${stepUp.when}).`)].filter(Boolean).join(' ');

/** `idOrSlug` -> `id or slug` */
const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);

const operationId = ({ method, path }: Route) =>
  method + path.split('/').filter(Boolean).map((part) => part.replace(/^:/, 'by-').replace(/(?:^|[-.])(\w)/g, (_m, c: string) => c.toUpperCase())).join('');
