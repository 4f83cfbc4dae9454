import { Recent } from '../../../shared/cache/recent.js';
import { BUILT_IN, OUTSIDE } from './built-in.js';
import type { Place, Rate } from '../tax.js';
import { ratesFor, STANDARD, tableOf, type Table } from './rates.js';
import type { TaxRateRepository } from './tax-rates.repository.js';

const HELD_MS = 900;

export type Tables = Readonly<{
  find(place: Place, category: string, at: Date): Rate[];
  /** Whether anything is known of the country at all. */
  knows(country: string): boolean;
  /** Whether staff entered rates for it. */
  isConfigured(country: string): boolean;
  isOutside(place: Place, at: Date): boolean;
}>;

/** All rates in memory: a look-up reads nothing, and once a second one small read tells whether they changed. */
export class TaxTables {
  private readonly held = new Recent<Tables>({ ttlMs: HELD_MS, max: 1 });
  private known: { revision: number; tables: Tables } | null = null;

  constructor(private readonly rates: Pick<TaxRateRepository, 'revision' | 'findAll'>) {}

  current(): Promise<Tables> {
    return this.held.get('all', () => this.read());
  }

  forget(): void { this.held.forget('all'); }

  private async read(): Promise<Tables> {
    const revision = await this.rates.revision();
    if (this.known?.revision !== revision) this.known = { revision, tables: tablesOf(revision === 0 ? [] : await this.rates.findAll()) };
    return this.known.tables;
  }
}

export function tablesOf(own: readonly Rate[]): Tables {
  const table: Table = tableOf([...BUILT_IN, ...own]);
  const configured = new Set(own.map(({ country }) => country));
  const find = (place: Place, category: string, at: Date) => ratesFor(table, place, category, at);
  return {
    find,
    knows: (country) => table.has(country),
    isConfigured: (country) => configured.has(country),
    isOutside: (place, at) => find(place, STANDARD, at).some(({ reason }) => reason === OUTSIDE),
  };
}
