import type { Buyer } from '../../shared/buyer.js';
import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import { sumOfRates, type Money } from '../../shared/money.js';
import { flagsOf, isGross, leviesOf, priceFor, regimeOf, taxCountryOf, type KnownVatId, type Levy, type Place, type Regime, type Rounding, type TaxPolicy } from './tax.js';
import type { ProviderRequest, ProviderTaxes, TaxProvider } from './provider/provider.js';
import { ratesFor, STANDARD } from './rates/rates.js';
import type { Tables, TaxTables } from './rates/tax-tables.js';
import type { VatIdService } from './vat-ids/vat-ids.service.js';

export type Destination = Readonly<{ country: string; region?: string | undefined; postalCode?: string | undefined; city?: string | undefined; line1?: string | undefined }>;
export type TaxedSale = Readonly<{ to: Destination; buyer: Pick<Buyer, 'vatId' | 'taxExemption'>; /** Entered for this sale; counts before that of the buyer. Empty: bought privately. */ vatId?: string | undefined }>;
export type TaxableLine = Readonly<{ id: string; category?: string | undefined; quantity: number; amount: Money }>;
/** `category`: of the chosen method, before the rule of the shop. */
export type TaxableShipping = Readonly<{ amount: Money; category?: string | undefined }>;
/** The taxes of a sale. `estimate`: the tax service was asked in vain, so what stands here is from the tables. */
export type LineTaxes = Readonly<{ lines: ReadonlyMap<string, readonly Levy[]>; shipping: readonly Levy[] | 'as_goods'; flags: readonly string[]; estimate: ProviderRequest | null }>;

/** How one sale is taxed; everything is known once it exists, but for what a tax service says. */
export type Taxation = Readonly<{
  pricesIncludeTax: boolean; rounding: Rounding; vatId: KnownVatId | null;
  /** What the listed price is for this buyer. */
  priceOf(listed: Money, category?: string): Money;
  shippingPriceOf(listed: Money, category?: string): Money;
  taxesOf(lines: readonly TaxableLine[], shipping: TaxableShipping | null): Promise<LineTaxes>;
  /** Of what is charged beside goods and shipping; always from the tables. */
  leviesOn(category?: string): readonly Levy[];
}>;

const AS_GOODS = 'goods';
/** Equal questions within that time are one: a cart is looked at more often than it changes. */
const ANSWER_HELD = { ttlMs: 15_000, max: 500 };
type Deps = { policy: TaxPolicy; tables: TaxTables; vatIds: VatIdService; provider: TaxProvider | null; now: Clock };
type Decided = Readonly<{ place: Place; regime: Regime; tables: Tables; at: Date }>;

export class TaxService {
  private readonly answers = new Recent<ProviderTaxes | null>(ANSWER_HELD);

  constructor(private readonly deps: Deps) {}

  async taxationOf({ to, buyer, vatId: entered }: TaxedSale): Promise<Taxation> {
    const { policy, vatIds, now } = this.deps;
    const at = now();
    const place: Place = { country: taxCountryOf(to.country), region: to.region, postalCode: to.postalCode };
    const tables = await this.tables();
    const number = policy.mode === 'flat' ? undefined : entered ?? buyer.vatId;
    const vatId = number === undefined || number === '' ? null : await vatIds.statusOf(number);
    const regime = regimeOf(policy, { place, buyer, vatId, isConfigured: tables.isConfigured, isOutside: (where) => tables.isOutside(where, at) });
    const decided: Decided = { place, regime, tables, at };
    const gross = isGross(policy, place.country);
    const priceOf = (listed: Money, category = STANDARD): Money => this.priceOf(decided, gross, listed, category);
    const shippingAs = policy.shippingCategory === AS_GOODS ? STANDARD : policy.shippingCategory;
    return {
      pricesIncludeTax: gross, rounding: policy.rounding, vatId, priceOf, shippingPriceOf: (listed, category = shippingAs) => priceOf(listed, category),
      leviesOn: (category = STANDARD) => this.levies(decided, category),
      taxesOf: (lines, shipping) => this.taxesOf(decided, { to, gross, vatId }, lines, shipping),
    };
  }

  /** In `flat` there is no table to look at, so nothing is read. */
  private tables(): Promise<Tables> | Tables {
    return this.deps.policy.mode === 'flat' ? NO_TABLES : this.deps.tables.current();
  }

  private priceOf(decided: Decided, gross: boolean, listed: Money, category: string): Money {
    const { policy } = this.deps;
    const { regime } = decided;
    const atNet = regime.kind === 'untaxed' && regime.atNet;
    const recompute = policy.mode === 'table' && policy.foreignPrices === 'recompute';
    if (!gross || (!atNet && !recompute)) return listed;
    const homeBps = bpsOf(this.leviesAt(decided, { country: policy.home }, category));
    return priceFor(listed, { gross, atNet, recompute, homeBps, bps: bpsOf(this.levies(decided, category)), mode: policy.rounding.mode });
  }

  private async taxesOf(decided: Decided, sale: { to: Destination; gross: boolean; vatId: KnownVatId | null }, lines: readonly TaxableLine[], shipping: TaxableShipping | null): Promise<LineTaxes> {
    const flags = flagsOf(sale.vatId);
    const ours = this.fromTables(decided, lines, shipping?.category);
    const { provider, policy } = this.deps;
    if (!provider || policy.mode === 'flat' || decided.regime.kind === 'untaxed' || lines.length === 0) return { ...ours, flags, estimate: null };
    const request = this.requestOf(decided, sale, lines, shipping);
    const answer = await this.ask(provider, request);
    if (!answer) return { ...ours, flags: [...flags, 'tax_estimated'], estimate: request };
    return { ...answer, flags, estimate: null };
  }

  private fromTables(decided: Decided, lines: readonly TaxableLine[], category: string | undefined): Pick<LineTaxes, 'lines' | 'shipping'> {
    const { mode, shippingCategory: usual } = this.deps.policy;
    const shippingCategory = category ?? usual;
    const byCategory = new Map<string, Levy[]>();
    const leviesOn = (of: string): Levy[] => {
      const known = byCategory.get(of) ?? this.levies(decided, of);
      byCategory.set(of, known);
      return known;
    };
    const asGoods = mode === 'table' && shippingCategory === AS_GOODS && lines.length > 0;
    const shipping = asGoods ? 'as_goods' as const : leviesOn(mode === 'flat' || shippingCategory === AS_GOODS ? STANDARD : shippingCategory);
    return { lines: new Map(lines.map((line) => [line.id, leviesOn(line.category ?? STANDARD)])), shipping };
  }

  private levies(decided: Decided, category: string): Levy[] {
    const { regime } = decided;
    if (regime.kind === 'untaxed') return [{ name: 'VAT', rateBps: 0, jurisdiction: regime.jurisdiction, reason: regime.reason }];
    return this.leviesAt(decided, regime.by, category);
  }

  private leviesAt({ tables, at }: Decided, place: Place, category: string): Levy[] {
    const { policy: { mode, flatRateBps, home } } = this.deps;
    const { country } = place;
    if (mode === 'table' && (tables.knows(country) || country !== home)) {
      return leviesOf(tables.find(place, category, at), { name: 'VAT', rateBps: 0, jurisdiction: country, reason: 'not_registered' });
    }
    // One rate for everything, but for what is taxed nowhere.
    const untaxed = ratesFor(EMPTY, place, category, at);
    const flat: Levy = { name: 'VAT', rateBps: flatRateBps, jurisdiction: country, ...(flatRateBps === 0 && { reason: 'not_taxed' }) };
    return leviesOf(untaxed, flat);
  }

  private requestOf({ at }: Decided, { to, gross }: { to: Destination; gross: boolean }, lines: readonly TaxableLine[], shipping: TaxableShipping | null): ProviderRequest {
    const { country, region, postalCode, city, line1 } = to;
    return {
      place: { country, region, postalCode, city, line1 }, from: this.deps.policy.home, currency: lines[0]!.amount.currency, pricesIncludeTax: gross, at: at.toISOString(),
      lines: lines.map(({ id, category = STANDARD, quantity, amount }) => ({ id, category, quantity, amount: amount.amount })), shipping: shipping?.amount.amount ?? 0,
    };
  }

  private ask(provider: TaxProvider, request: ProviderRequest): Promise<ProviderTaxes | null> {
    const key = JSON.stringify({ ...request, at: null });
    return this.answers.get(key, async () => {
      const answer = await provider.quote(request);
      if (!answer) this.answers.forget(key);
      return answer;
    });
  }
}

const EMPTY = new Map<string, never>();
const NO_TABLES: Tables = { find: () => [], knows: () => false, isConfigured: () => false, isOutside: () => false };
const bpsOf = (levies: readonly Levy[]): number => sumOfRates(levies.map(({ rateBps }) => rateBps));
