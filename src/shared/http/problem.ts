import type { ErrorRequestHandler, RequestHandler } from 'express';
import { isHttpError } from 'http-errors';
import { withoutCardNumbers } from '../card-numbers.js';
import { isPassingDatabaseError } from '../db/retry.js';
import { translateProblem } from '../i18n/translate.js';
import { redactPath } from '../logging/redact.js';
import { DomainError, NotFoundError, type FieldError } from '../errors.js';

/** RFC 9457. `code` is the stable word clients switch on; `detail` is for people and may change. */
export type Problem = {
  error: string; code: string; type: string; title: string; status: number; detail: string; errors: readonly FieldError[];
};

/** What Express and its body parser refuse before a route is reached. Their own messages quote the request, ours do not. */
const transport: Record<number, { code: string; detail: string }> = {
  400: { code: 'malformed_request', detail: 'This request cannot be read: its address or its JSON is malformed.' },
  413: { code: 'body_too_large', detail: 'The body of this request is too large.' },
  415: { code: 'unsupported_media_type', detail: 'The body of this request must be application/json in UTF-8.' },
};

/** Started before its database: Mongoose holds what is asked of it, for a while. */
const isNotConnected = (error: unknown): boolean => error instanceof Error && error.name === 'MongooseError' && /buffering timed out|initial connection/.test(error.message);

class RouteNotFound extends NotFoundError {
  readonly code = 'route_not_found';
  constructor(method: string, path: string) { super(`There is no ${method} ${path.slice(0, 200)}.`, { method, path: path.slice(0, 200) }); }
}

function problem(status: number, code: string, detail: string, facts: object = {}, errors: readonly FieldError[] = []): Problem {
  const words = code.replaceAll('_', ' ');
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  // Facts come first, so that none of them can pass for the status or the code.
  return { ...facts, error: detail, code, type: `/problems/${code}`, title, status, detail, errors };
}

export function toProblem(error: unknown): Problem {
  if (error instanceof DomainError) return problem(error.status, error.code, error.message, error.facts, error.errors);
  const status = isHttpError(error) || (error instanceof URIError && 'status' in error) ? Number(error.status) : 500;
  const refusal = transport[status];
  if (refusal) return problem(status, refusal.code, refusal.detail);
  if (isPassingDatabaseError(error) || isNotConnected(error)) {
    return problem(503, 'database_unavailable', 'The database is briefly away. Try again in a moment, with the same Idempotency-Key if you sent one: it makes sure that nothing is done twice.');
  }
  return problem(500, 'internal_error', 'Something went wrong on our side.');
}

export const routeNotFound: RequestHandler = (req) => {
  throw new RouteNotFound(req.method, req.path);
};

export type ReportError = (error: unknown, context?: Readonly<Record<string, unknown>>) => void;

/** What was answered to whom, for whoever watches over refusals. */
export type Refusal = Readonly<{ code: string; status: number; method: string; route: string | undefined; ip: string; userId: string | undefined }>;

export function problemHandler(report: ReportError, watch: (refusal: Refusal) => void = () => {}): ErrorRequestHandler {
  return (error, req, res, next) => {
    const refusal = toProblem(error);
    const requestId: string = res.locals['requestId'];
    const { route, caller } = res.locals as { route?: string; caller?: { user?: { id: string } | null } };
    watch({ code: refusal.code, status: refusal.status, method: req.method, route, ip: req.ip ?? '', userId: caller?.user?.id });
    if (refusal.status >= 500 && !(error instanceof DomainError)) report(error, { requestId, method: req.method, path: redactPath(req.path) });
    // Answered already, because it took too long; the connection is somebody's next request by now.
    if (res.writableEnded) return;
    if (res.headersSent) return next(error);
    const retryAfter = error instanceof DomainError ? error.retryAfterSeconds : refusal.status === 503 ? 1 : undefined;
    if (retryAfter !== undefined) res.set('Retry-After', String(retryAfter));
    res.set('Cache-Control', 'no-store');
    res.status(refusal.status).type('application/problem+json');
    res.vary('Accept-Language');
    const translated = translateProblem(refusal, req.headers['accept-language']);
    if (translated) res.set('Content-Language', translated.language);
    // Addresses and wrong values are quoted; a card number in them is not.
    res.send(withoutCardNumbers(JSON.stringify({ ...translated?.problem ?? refusal, instance: req.originalUrl.split('?')[0], requestId })));
  };
}
