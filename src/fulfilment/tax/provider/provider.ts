import type { Levy, Place } from '../tax.js';

export type ProviderLine = Readonly<{ id: string; category: string; quantity: number; amount: number }>;
export type ProviderRequest = Readonly<{
  place: Place & Readonly<{ city?: string | undefined; line1?: string | undefined }>; from: string; currency: string; pricesIncludeTax: boolean; at: string;
  lines: readonly ProviderLine[]; shipping: number;
}>;
/** By line; amounts are computed by us, so that an order adds up whoever knows the rates. */
export type ProviderTaxes = Readonly<{ lines: ReadonlyMap<string, readonly Levy[]>; shipping: readonly Levy[] }>;
/** The port: an external tax service. Null: it did not answer in time, or not in a way that can be used. */
export type TaxProvider = Readonly<{ quote(request: ProviderRequest): Promise<ProviderTaxes | null> }>;
