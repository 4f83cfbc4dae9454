import type { Actor } from '../../../shared/actor.js';
import type { RecordAudit } from '../../../shared/audit.js';
import type { Clock } from '../../../shared/clock.js';
import { retryLostRace } from '../../../shared/db/retry.js';
import { afterCommit, type InTransaction } from '../../../shared/db/transaction.js';
import { requireVersion } from '../../../shared/http/etag.js';
import type { Page, PageQuery } from '../../../shared/http/pagination.js';
import { TaxRateNotFound, TaxRatesNotImported } from '../tax.errors.js';
import { readTaxRatesCsv, type CsvRowError } from './tax-rates-csv.js';
import { withDefaults, type TaxRate, type TaxRateFields } from './tax-rates.js';
import type { TaxRateFilter, TaxRateRepository } from './tax-rates.repository.js';
import type { TaxTables } from './tax-tables.js';

type Deps = { rates: TaxRateRepository; tables: TaxTables; inTransaction: InTransaction; audit: RecordAudit; now: Clock };

export type CsvImport = Readonly<{ dryRun: boolean; rows: number; created: number; updated: number; errors: readonly CsvRowError[]; errorsTotal: number }>;
const NAMED_AT_MOST = 200;

/** What staff say about rates; it holds for the next look-up, and never for an order that was placed. */
export class TaxRateService {
  constructor(private readonly deps: Deps) {}

  list(filter: TaxRateFilter, query: PageQuery): Promise<Page<TaxRate>> {
    return this.deps.rates.findPage(filter, query);
  }

  async get(id: string): Promise<TaxRate> {
    const found = await this.deps.rates.find(id);
    if (!found) throw new TaxRateNotFound();
    return found;
  }

  create(fields: TaxRateFields, actor: Actor): Promise<TaxRate> {
    return this.change(async () => {
      const rate = await this.deps.rates.create(withDefaults(fields), this.deps.now());
      await this.deps.audit({ actor, action: 'tax_rate.created', subject: `tax_rate:${rate.id}`, after: fields });
      return rate;
    });
  }

  replace(id: string, fields: TaxRateFields, { actor, ifMatch }: { actor: Actor; ifMatch: number | undefined }): Promise<TaxRate> {
    return this.change(async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      const rate = await this.deps.rates.replace(before, withDefaults(fields), this.deps.now());
      await this.deps.audit({ actor, action: 'tax_rate.changed', subject: `tax_rate:${id}`, before, after: fields });
      return rate;
    });
  }

  remove(id: string, { actor, ifMatch }: { actor: Actor; ifMatch: number | undefined }): Promise<TaxRate> {
    return this.change(async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      await this.deps.rates.remove(before);
      await this.deps.audit({ actor, action: 'tax_rate.removed', subject: `tax_rate:${id}`, before });
      return before;
    });
  }

  /** All of them or none. A rate that is there already is replaced. */
  import(rates: readonly TaxRateFields[], actor: Actor): Promise<{ created: number; updated: number }> {
    return this.change(async () => {
      const counts = await this.deps.rates.upsert(rates.map(withDefaults), this.deps.now());
      await this.deps.audit({ actor, action: 'tax_rates.imported', subject: 'tax_rates', after: counts });
      return counts;
    });
  }

  /** A file as staff have it. All of its rows or none; `dryRun` says what would be, wrong rows included, and changes nothing. */
  async importCsv(text: string, dryRun: boolean, actor: Actor): Promise<CsvImport> {
    if (text.trim() === '') throw new TaxRatesNotImported([{ line: 1, message: 'the file is empty' }], 1);
    const { rates, errors } = readTaxRatesCsv(text);
    const result = { dryRun, rows: rates.length + new Set(errors.map(({ line }) => line)).size, errors: errors.slice(0, NAMED_AT_MOST), errorsTotal: errors.length };
    if (dryRun) return { ...result, ...await this.deps.rates.compare(rates.map(withDefaults)) };
    if (errors.length > 0) throw new TaxRatesNotImported(result.errors, errors.length);
    return { ...result, ...await this.import(rates, actor) };
  }

  private change<T>(work: () => Promise<T>): Promise<T> {
    return retryLostRace(() => this.deps.inTransaction(async () => {
      const done = await work();
      await afterCommit(() => this.deps.tables.forget());
      return done;
    }));
  }
}
