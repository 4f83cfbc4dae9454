import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Request, RequestHandler, Response, Router } from 'express';
import Joi from 'joi';
import { withoutCardNumbers } from '../card-numbers.js';
import { DomainError } from '../errors.js';
import { authorise, refusePermission, type Access, type Caller, type UserIdentity } from './caller.js';
import { cutLater, readBody, type Consumes } from './body.js';
import { parseInput } from './input.js';
import { readIfMatch } from './etag.js';
import { guardedFields, withheldFrom, withoutFields, type GuardedField } from './field-access.js';
import { RouteTable } from './dispatch.js';
import { fingerprintOf, keyOf, type Idempotency, type IdempotencyRequest } from './idempotency.js';
import { send, type Reply } from './reply.js';
import { announceDeprecation, type Deprecation } from './deprecation.js';

/** What a handler knows of the request besides its parsed input. */
export type Context = Readonly<{
  caller: Caller;
  requestId: string;
  /** The version that the caller believes to change; undefined when it did not say. */
  ifMatch: number | undefined;
  /** Set on routes that keep the idempotency record themselves (`idempotency: 'workflow'`). */
  idempotency?: IdempotencyRequest;
  userAgent: string;
  /** The browser says that this person is not to be counted (Sec-GPC, DNT). */
  isOptedOut: boolean;
  /** The body as sent, on routes that consume `raw`. */
  rawBody?: Buffer;
  file?: Express.Multer.File;
  /** The body as it arrives, and what its headers say of it, on routes that consume `stream`. */
  stream?: Readable;
  contentType?: string | undefined;
  contentLength?: number | undefined;
}>;

type Declaration = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  summary: string;
  description?: string;
  tag: string;
  access: Access;
  /** Every status the route can answer, refusals included. */
  responses: Record<number, Joi.ObjectSchema>;
  /** `optional` and `required` replay answers by themselves; in a `workflow` the service keeps the record in its own transactions. */
  idempotency?: 'optional' | 'required' | 'workflow';
  ifMatch?: 'required';
  /** What a stolen session must not do by itself: a person proves the second factor anew, 5 minutes before at most. A server's key has none. */
  stepUp?: true | StepUpRule;
  /** `auth` routes share a stricter limit per address. */
  rate?: 'auth';
  deprecated?: Deprecation;
  /** For what takes longer by nature than an answer may: it is waited for. */
  patient?: true;
  consumes?: Consumes;
  /** For bodies that are larger by nature, such as a hundred products. */
  bodyLimitBytes?: number;
  /** Media types of the answer, where it is not JSON. */
  produces?: readonly string[];
};
/** When the second factor is asked for, where it is not always; `when` is how the policy says it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the declaration knows its own params and body
export type StepUpRule = Readonly<{ when: string; isNeeded(input: Input<any, any, any, any>, caller: Caller): boolean | Promise<boolean> }>;
type Input<P, Q, H, B> = { params: P; query: Q; headers: H; body: B };
type Schemas<I> = { [Where in keyof I]?: Joi.ObjectSchema<I[Where]> };

type Spec<I> = Declaration & Schemas<I> & { handle(input: I, context: Context): Promise<Reply> };

/** What the rest of the code sees: the input types have done their work inside defineRoute. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Route = Spec<Input<any, any, any, any>>;

/** Ties the handler's input types to the joi schemas that produce them. One declaration is the mount, the document and the policy. */
export function defineRoute<P = object, Q = object, H = object, B = object>(spec: Spec<Input<P, Q, H, B>>): Route {
  return spec;
}

export type MountOptions = {
  /** Who is calling: the key, its secret and the token are checked here, and the limits counted. */
  identify(req: Request, res: Response, route: Route): Promise<Caller>;
  idempotency: Idempotency;
  /** Throws unless this person has proved a second factor a short while ago, or needs none. */
  requireStepUp(user: UserIdentity): Promise<void>;
  /** On outside production: a reply that its own schema refuses fails the test that caused it. */
  checkReplies: boolean;
  bodyLimitBytes: number;
  /** Bounds how long an answer may take, once the request was read. */
  inTime?<T>(res: Response, work: Promise<T>): Promise<T>;
  /** True once the process is to end: what would go on for ever ends by itself. */
  stopping?: () => boolean;
};

/** One handler finds the route of a request in a table; a path that is not in it goes on to whatever is mounted next. */
export function mount(router: Router, routes: readonly Route[], options: MountOptions): void {
  const table = new RouteTable<RequestHandler>();
  for (const route of routes) table.add(route.method, route.path, handlerOf(route, options));
  router.use((req, res, next) => {
    const found = table.find(req.method, req.path);
    if (!found) return next();
    req.params = found.params;
    return found.target(req, res, next);
  });
}

function handlerOf(route: Route, options: MountOptions): RequestHandler {
  const name = `${route.method.toUpperCase()} ${route.path}`;
  const answer = options.checkReplies ? declared(route, name) : undeclared(route);
  const guarded = Object.values(route.responses).flatMap((schema) => guardedFields(schema));
  const filters = guardedFields(route.query);
  return async (req, res) => {
    res.locals['route'] = name;
    try {
      let caller: Caller | undefined;
      const reply = await answer(async () => {
        caller = await admit(route, req, res, options);
        return serve(route, name, caller, filters, req, res, options);
      });
      await send(req, res, guarded.length === 0 ? reply : withoutFields(reply, withheldFrom(guarded, route.access, caller!)), options.stopping);
    } finally {
      cutLater(req, res);
      // Whoever needs an upload for longer has taken a copy by now.
      if (req.file) await rm(req.file.path, { force: true });
    }
  };
}

async function admit(route: Route, req: Request, res: Response, options: MountOptions): Promise<Caller> {
  const caller = await options.identify(req, res, route);
  authorise(route.access, caller);
  return caller;
}

async function serve(route: Route, name: string, caller: Caller, filters: readonly GuardedField[], req: Request, res: Response, options: MountOptions): Promise<Reply> {
  if (route.deprecated) announceDeprecation(res, route.deprecated);
  await readBody(req, res, route, { limitBytes: route.bodyLimitBytes ?? options.bodyLimitBytes, sha256: caller.bodySha256 });
  const input = parseInput(route, req);
  if (filters.length > 0) refuseHiddenFilters(filters, route, caller, input.query as Record<string, unknown>);
  if (route.stepUp && caller.user && (route.stepUp === true || await route.stepUp.isNeeded(input, caller))) await options.requireStepUp(caller.user);
  const context: Context = {
    caller,
    requestId: res.locals['requestId'],
    // Where no version is compared the header means nothing, whatever it says.
    ifMatch: route.responses[412] ? readIfMatch(req, route.ifMatch) : undefined,
    userAgent: withoutCardNumbers(String(req.headers['user-agent'] ?? '').slice(0, 300)),
    isOptedOut: req.headers['sec-gpc'] === '1' || req.headers['dnt'] === '1',
    ...(route.consumes === 'raw' && { rawBody: req.body as Buffer }),
    ...(req.file && { file: req.file }),
    ...(route.consumes === 'stream' && { stream: req, contentType: req.headers['content-type'], contentLength: numberOf(req.headers['content-length']) }),
  };
  const work = idempotently(route, name, { req, input, context, caller }, options);
  return options.inTime && !isPatient(route) ? options.inTime(res, work) : work;
}

/** What carries much takes long. */
const isPatient = ({ patient, bodyLimitBytes, consumes }: Route): boolean => patient === true || bodyLimitBytes !== undefined || typeof consumes === 'object';

type Parsed = { req: Request; input: Input<unknown, unknown, unknown, unknown>; context: Context; caller: Caller };

async function idempotently(route: Route, name: string, { req, input, context, caller }: Parsed, options: MountOptions): Promise<Reply> {
  if (!route.idempotency) return route.handle(input, context);

  const key = keyOf(req, route.idempotency !== 'optional');
  if (key === undefined) return route.handle(input, context);
  const request: IdempotencyRequest = { id: options.idempotency.recordId(key, name, req, caller), fingerprint: fingerprintOf(name, input), ...(caller.user && { userId: caller.user.id }) };
  if (route.idempotency === 'workflow') return route.handle(input, { ...context, idempotency: request });
  return options.idempotency.run(request, () => route.handle(input, context));
}

const numberOf = (header: string | undefined): number | undefined => (header === undefined ? undefined : Number(header));

/** Whoever may not see a field could otherwise guess it, one question at a time. */
function refuseHiddenFilters(filters: readonly GuardedField[], { access }: Route, caller: Caller, query: Record<string, unknown>): void {
  const hidden = withheldFrom(filters, access, caller).find(({ path }) => query[path[0]!] !== undefined);
  if (hidden) refusePermission(caller, hidden.permission);
}

const undeclared = (_route: Route) => (work: () => Promise<Reply>) => work();

function declared(route: Route, name: string) {
  const schemaOf = (status: number, cause?: unknown) => {
    const schema = route.responses[status];
    if (!schema) throw new Error(`${name} answered an undeclared ${status}`, { cause });
    return schema;
  };
  return async (work: () => Promise<Reply>): Promise<Reply> => {
    try {
      const reply = await work();
      if (reply.status !== 304) check(reply, schemaOf(reply.status), name);
      return reply;
    } catch (error) {
      // 429 and 503 can come from any route and are documented once.
      if (error instanceof DomainError && ![429, 503].includes(error.status)) schemaOf(error.status, error);
      throw error;
    }
  };
}

function check(reply: Reply, schema: Joi.Schema, name: string): void {
  if (reply.stream || reply.content || (reply.bytes && reply.contentType)) return;
  const body: unknown = reply.bytes ? JSON.parse(reply.bytes.body.toString()) : JSON.parse(JSON.stringify(reply.body));
  Joi.assert(body, schema, `${name} ${reply.status}`, { convert: false });
}
