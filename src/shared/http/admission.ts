import type { RequestHandler, Response } from 'express';
import { TemporarilyUnavailable } from '../errors.js';

const TICK_MS = 100;
/** A pause of the collector is over within one look; only what lasts counts. */
const SMOOTHING = 0.2;
const STALLED_MS = 500;
/** Below this part of what may be in work a slow moment is not cured by refusing anybody. */
const FEW = 1 / 12;
const EXEMPT = new Set(['/healthz', '/readyz', '/metrics']);

export type Admission = ReturnType<typeof createAdmission>;
type AdmissionOptions = {
  /** Requests in work beyond which new ones are refused. */
  maxInFlight: number;
  /** Milliseconds after which a request is answered 503 although its work goes on. */
  answerWithinMs: number;
  /** For tests; milliseconds that the event loop is late. */
  lateness?: (expectedMs: number) => number;
};

/**
 * Refuses what could only be served too late, while it still costs nothing: 503 with Retry-After at once beats an answer
 * that nobody waits for any more. Two signs: more requests in work than can be served in time, or an event loop that is
 * late for longer than a moment. Whoever was let in is answered within the limit, if only by a 503 that says that the
 * outcome is open. The hot path pays a counter and a set.
 */
export function createAdmission({ maxInFlight, answerWithinMs, lateness = (since) => performance.now() - since - TICK_MS }: AdmissionOptions) {
  const begun = new Map<Response, { at: number; giveUp: (error: Error) => void }>();
  let inFlight = 0;
  let lateMs = 0;
  let lookedAt = performance.now();

  const pulse = setInterval(() => {
    lateMs += (Math.max(0, lateness(lookedAt)) - lateMs) * SMOOTHING;
    lookedAt = performance.now();
    const before = Date.now() - answerWithinMs;
    // Begun in this order, so the first young one ends the search.
    for (const [res, { at, giveUp }] of begun) {
      if (at > before) break;
      begun.delete(res);
      giveUp(new TemporarilyUnavailable('not_answered_in_time', 'This took too long and is not waited for any longer; it may still be done. Send the same request with the same Idempotency-Key again.'));
    }
  }, TICK_MS).unref();

  const isOverloaded = (): boolean => inFlight >= maxInFlight || (lateMs > STALLED_MS && inFlight >= maxInFlight * FEW);

  const admit: RequestHandler = (req, res, next) => {
    if (EXEMPT.has(req.path)) return next();
    if (isOverloaded()) throw new TemporarilyUnavailable('overloaded', 'There is more to do than can be done in time. Nothing was changed; try again in a moment.', 1 + Math.floor(Math.random() * 3));
    inFlight += 1;
    res.once('close', () => { inFlight -= 1; });
    next();
  };

  return {
    admit,
    /** The answer, or the refusal once the limit has passed; the work itself is not stopped. */
    inTime<T>(res: Response, work: Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        begun.set(res, { at: Date.now(), giveUp: reject });
        const over = () => { begun.delete(res); };
        work.then((value) => { over(); resolve(value); }, (error: unknown) => { over(); reject(error as Error); });
      });
    },
    state: () => ({ inFlight, lateMs, isOverloaded: isOverloaded() }),
    stop: () => { clearInterval(pulse); },
  };
}
