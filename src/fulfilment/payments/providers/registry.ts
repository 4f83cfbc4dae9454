import { CardNumberRefused, PaymentMethodUnknown, PaymentProviderUnknown, PaymentTokenRequired } from '../payments.errors.js';
import { looksLikeCardNumber } from '../payments.js';
import type { PaymentProvider } from '../provider.js';

/** What a customer sends. */
export type PaymentChoice = Readonly<{ provider: string; method?: string | undefined; token?: string | undefined; savedMethodId?: string | undefined }>;

export class Providers {
  private readonly byName: ReadonlyMap<string, PaymentProvider>;

  constructor(providers: readonly PaymentProvider[]) {
    this.byName = new Map(providers.map((provider) => [provider.name, provider]));
  }

  find(name: string): PaymentProvider | undefined { return this.byName.get(name); }

  all(): PaymentProvider[] { return [...this.byName.values()]; }

  get(name: string): PaymentProvider {
    const found = this.byName.get(name);
    if (!found) throw new Error(`The payment provider ${name} is not configured any more`);
    return found;
  }

  /** The provider and method that were chosen; everything that is wrong with the choice is refused here, before anything is stored. */
  resolve({ provider: name, method, token, savedMethodId }: PaymentChoice): { provider: string; method: string } {
    if (token !== undefined && looksLikeCardNumber(token)) throw new CardNumberRefused();
    const provider = this.byName.get(name);
    if (!provider) throw new PaymentProviderUnknown([...this.byName.keys()]);
    // Only cards are saved.
    const chosen = method ?? (savedMethodId === undefined ? provider.methods[0]! : 'card');
    if (!provider.methods.includes(chosen)) throw new PaymentMethodUnknown(name, provider.methods);
    if (provider.needsToken(chosen) && savedMethodId === undefined && (token === undefined || token === '')) throw new PaymentTokenRequired(name);
    return { provider: name, method: chosen };
  }
}
