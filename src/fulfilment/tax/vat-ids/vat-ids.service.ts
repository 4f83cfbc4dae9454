import { Recent } from '../../../shared/cache/recent.js';
import type { Clock } from '../../../shared/clock.js';
import { InvalidVatId } from '../tax.errors.js';
import type { KnownVatId } from '../tax.js';
import type { VatCheckRepository } from './vat-checks.repository.js';
import { isFreshCheck, parseVatId, type VatCheck, type VatRegister } from './vat-ids.js';

const HELD = { ttlMs: 900, max: 2000 };
type Deps = { checks: VatCheckRepository; register: VatRegister; now: Clock };

export class VatIdService {
  private readonly held = new Recent<KnownVatId | null>(HELD);

  constructor(private readonly deps: Deps) {}

  /** What a number is worth now. Asks the register when its last word is too old; never called for a buyer without a number. */
  statusOf(text: string): Promise<KnownVatId | null> {
    return this.held.get(text, async () => {
      const parsed = parseVatId(text);
      if (!parsed) return null;
      const { number, country, status } = await this.check(parsed);
      return { number, country, status: status === 'unavailable' ? 'unverified' : status };
    });
  }

  /** For whoever enters a number: what cannot be one is refused. A register that is away refuses nobody. */
  async accept(text: string): Promise<KnownVatId> {
    const parsed = parseVatId(text);
    if (!parsed) throw new InvalidVatId('format');
    const known = await this.statusOf(parsed.number);
    if (known?.status === 'invalid') throw new InvalidVatId('unknown');
    return known!;
  }

  private async check({ number, country }: { number: string; country: string }): Promise<VatCheck> {
    const { checks, register, now } = this.deps;
    const known = await checks.find(number);
    if (known && isFreshCheck(known, now())) return known;
    const answer = await register.look({ number, country });
    const check: VatCheck = { number, country, ...answer, checkedAt: now() };
    await checks.save(check);
    return check;
  }
}
