import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { hasCardNumber } from '../card-numbers.js';

/** What is being served right now; `route` is filled in once the router knows it. */
type RequestScope = { readonly requestId: string; readonly locals: Record<string, unknown>; readonly languages: string | undefined };
const scope = new AsyncLocalStorage<RequestScope>();

/** The id of the request being served, for events and log lines written on its behalf. */
export const currentRequestId = (): string | undefined => scope.getStore()?.requestId;
/** `GET /products/:idOrSlug`, to attribute database work; undefined outside of requests. */
export const currentRoute = (): string | undefined => scope.getStore()?.locals['route'] as string | undefined;

/** The Accept-Language of the request being served; undefined outside of requests. */
export const currentLanguages = (): string | undefined => scope.getStore()?.languages;
/** In which language the answer to the request being served will be; it is said in Content-Language. */
export function answerIn(language: string): void {
  const served = scope.getStore();
  if (served) served.locals['language'] = language;
}
/** Does the work as for somebody who reads these languages, whoever asked for it. */
export function forReaderOf<T>(languages: string | undefined, work: () => T): T {
  const served = scope.getStore();
  return served ? scope.run({ ...served, languages }, work) : work();
}

/** Takes the caller's id or makes one; it is echoed, logged, and named in every problem and event. */
export const requestContext: RequestHandler = (req, res, next) => {
  const given = req.headers['x-request-id'];
  const requestId = typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) && !hasCardNumber(given) ? given : randomUUID();
  res.locals['requestId'] = requestId;
  res.setHeader('X-Request-Id', requestId);
  const trace = req.headers['traceparent'];
  if (typeof trace === 'string' && /^[\da-f-]{55}$/.test(trace)) res.setHeader('traceparent', trace);
  scope.run({ requestId, locals: res.locals, languages: req.headers['accept-language'] }, next);
};
