import Joi from 'joi';
import { createBreaker } from '../../../shared/breaker.js';
import type { Clock } from '../../../shared/clock.js';
import { rateBps } from '../../../shared/http/schemas.js';
import type { Levy } from '../tax.js';
import type { ProviderRequest, ProviderTaxes, TaxProvider } from './provider.js';

const levies = () => Joi.array().items(Joi.object<Levy>({
  name: Joi.string().max(100).required(), rateBps: rateBps().max(10_000).required(), jurisdiction: Joi.string().max(64).required(), reason: Joi.string().max(64),
})).min(1).max(10).required();
type Answer = { lines: Array<{ id: string; taxes: Levy[] }>; shipping: Levy[] };
/** What is not in this shape is no answer: nothing that a service says can make an order that does not add up. */
const answerSchema = Joi.object<Answer, true>({ lines: Joi.array().items(Joi.object({ id: Joi.string().required(), taxes: levies() })).required(), shipping: levies() });

/** `POST /quotes` of a tax service: the sale as JSON, answered by the taxes of each line. README.md has the format. */
export function createHttpTaxProvider({ baseUrl, secret, timeoutMs, now }: { baseUrl: string; secret: string; timeoutMs: number; now: Clock }): TaxProvider {
  const breaker = createBreaker({ name: 'tax service', now });
  async function ask(request: ProviderRequest): Promise<ProviderTaxes> {
    const response = await fetch(`${baseUrl}/quotes`, {
      method: 'POST', signal: AbortSignal.timeout(timeoutMs), headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` }, body: JSON.stringify(request),
    });
    if (!response.ok) throw new Error(`The tax service answered ${response.status}`);
    const answer = Joi.attempt(await response.json(), answerSchema, { convert: false }) as Answer;
    const lines = new Map(answer.lines.map(({ id, taxes }) => [id, taxes.map(withReason)]));
    if (request.lines.some(({ id }) => !lines.has(id))) throw new Error('The tax service left out a line');
    return { lines, shipping: answer.shipping.map(withReason) };
  }
  return { quote: (request) => breaker.run(() => ask(request)).catch(() => null) };
}

const withReason = (levy: Levy): Levy => (levy.rateBps === 0 ? { ...levy, reason: levy.reason ?? 'tax_service' } : levy);
