import { AsyncResource } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { TemporarilyUnavailable, UnavailableError } from '../errors.js';
import { WaitingLine } from './waiting-line.js';

const TICK_MS = 100;
/** A pause of the collector is over within one look; only what lasts counts. */
const SMOOTHING = 0.2;
const STALLED_MS = 500;
/** Below this part of what may be in work a slow moment is not cured by refusing anybody. */
const FEW = 1 / 12;
/** Of what may be in work: longer lines only make everybody late. */
const WAITING = 1 / 4;
const WAIT_MS = 1000;
const EXEMPT = new Set(['/healthz', '/readyz', '/metrics']);

export type Admission = ReturnType<typeof createAdmission>;
type AdmissionOptions = {
  /** Requests in work beyond which new ones are refused. */
  maxInFlight: number;
  /** Milliseconds after which a request is answered 503 although its work goes on. */
  answerWithinMs: number;
  /** The same for every process, or a ticket of one is worth nothing to another. */
  ticketSecret?: string;
  /** Milliseconds that a request waits for a place in work at most. */
  waitMs?: number;
  /** For tests; milliseconds that the event loop is late. */
  lateness?: (expectedMs: number) => number;
};

/** With a ticket that says since when its holder has waited. */
class Overloaded extends UnavailableError {
  readonly code = 'overloaded';
  override readonly retryAfterSeconds = 1 + Math.floor(Math.random() * 3);
  constructor(ticket: string) {
    super('There is more to do than can be done in time. Nothing was changed; try again in a moment, with this ticket in x-admission-ticket: it stands for the time you have waited.', { ticket });
  }
}

/**
 * Refuses what could only be served too late, while it still costs nothing: 503 with Retry-After at once beats an answer
 * that nobody waits for any more. Two signs: more requests in work than can be served in time, or an event loop that is
 * late for longer than a moment. A few wait a moment for a place, whoever came first in front. Whoever was let in is answered within the limit, if only by a 503 that says that the
 * outcome is open. The hot path pays a counter and a set.
 */
export function createAdmission({ maxInFlight, answerWithinMs, ticketSecret = randomBytes(32).toString('hex'), waitMs = WAIT_MS, lateness = (since) => performance.now() - since - TICK_MS }: AdmissionOptions) {
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

  const line = new WaitingLine({ secret: ticketSecret, mostWaiting: Math.floor(maxInFlight * WAITING), waitMs });
  const isLate = (): boolean => lateMs > STALLED_MS && inFlight >= maxInFlight * FEW;
  const isOverloaded = (): boolean => inFlight >= maxInFlight || isLate();

  function begin(res: Response, next: () => void): void {
    inFlight += 1;
    res.once('close', () => {
      inFlight -= 1;
      while (!isOverloaded() && line.next());
    });
    next();
  }

  const admit: RequestHandler = (req, res, next) => {
    if (EXEMPT.has(req.path)) return next();
    if (line.length === 0 && !isOverloaded()) return begin(res, next);
    const ticket = req.headers['x-admission-ticket'];
    const since = (typeof ticket === 'string' ? line.sinceOf(ticket) : null) ?? line.now();
    if (isLate()) throw new Overloaded(line.ticketOf(since));
    // The place is given by somebody else's end, whose request it must not be taken for.
    const leave = line.join(since, { enter: AsyncResource.bind(() => { begin(res, next); }), sendAway: AsyncResource.bind(() => { next(new Overloaded(line.ticketOf(since))); }) });
    res.once('close', leave);
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
    state: () => ({ inFlight, waiting: line.length, lateMs, isOverloaded: isOverloaded() }),
    stop: () => { clearInterval(pulse); },
  };
}
