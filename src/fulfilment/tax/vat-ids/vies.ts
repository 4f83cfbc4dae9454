import { createBreaker } from '../../../shared/breaker.js';
import type { Clock } from '../../../shared/clock.js';
import { inEu } from '../tax.js';
import type { VatAnswer, VatNumber, VatRegister } from './vat-ids.js';

const UNAVAILABLE: VatAnswer = { status: 'unavailable' };
type Reply = { valid?: boolean; name?: string; requestIdentifier?: string; actionSucceed?: boolean };

/** VIES, the register of the European Commission (REST). It knows numbers of member states and of Northern Ireland only. */
export function createVies({ baseUrl, timeoutMs, now, seller }: { baseUrl: string; timeoutMs: number; now: Clock; seller: VatNumber | null }): VatRegister {
  const breaker = createBreaker({ name: 'VIES', now });
  async function ask({ number }: VatNumber): Promise<VatAnswer> {
    const response = await fetch(`${baseUrl}/check-vat-number`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(timeoutMs),
      body: JSON.stringify({
        countryCode: number.slice(0, 2), vatNumber: number.slice(2),
        // Who asks gets a consultation number, which proves the look-up to an auditor.
        ...(seller && { requesterMemberStateCode: seller.number.slice(0, 2), requesterNumber: seller.number.slice(2) }),
      }),
    });
    const reply = await response.json() as Reply;
    // A member state whose register is away is an answer of VIES without a word about the number.
    if (!response.ok || reply.actionSucceed === false || typeof reply.valid !== 'boolean') throw new Error(`VIES answered ${response.status}`);
    const name = typeof reply.name === 'string' && reply.name.trim() !== '' && reply.name !== '---' ? reply.name.trim().slice(0, 200) : undefined;
    return { status: reply.valid ? 'valid' : 'invalid', ...(name !== undefined && { name }), ...(reply.requestIdentifier && { consultation: reply.requestIdentifier.slice(0, 64) }) };
  }
  return {
    look: async (number) => (inEu(number.country) || number.country === 'XI' ? breaker.run(() => ask(number)).catch(() => UNAVAILABLE) : UNAVAILABLE),
  };
}

/** Where no register is configured nobody can be asked. */
export const noRegister: VatRegister = { look: async () => UNAVAILABLE };
