import { atMost } from '../../../shared/at-most.js';
import { CarrierRefused, CarrierSilent } from './carrier.js';

type Answer = { statusCode?: unknown; status?: unknown; message?: unknown };

/**
 * An answer that says no is a refusal; everything else (no answer, an answer of a server in trouble, one that cannot be read)
 * leaves open what the carrier did.
 */
export function asCarrierError(error: unknown): Error {
  if (error instanceof CarrierRefused || error instanceof CarrierSilent) return error;
  const { statusCode, status, message } = error as Answer;
  const code = [statusCode, status].find((one): one is number => typeof one === 'number');
  const said = typeof message === 'string' ? message.slice(0, 300) : 'no reason given';
  if (code !== undefined && code >= 400 && code < 500 && code !== 408 && code !== 429) return new CarrierRefused(said);
  return new CarrierSilent(said, { cause: error });
}

/** Whatever a library's own timeout is worth: nobody waits longer than this for a carrier. */
export const awaitCarrier = <T>(milliseconds: number, work: Promise<T>): Promise<T> => atMost(milliseconds, work, () => new CarrierSilent(`no answer within ${milliseconds} ms`));
