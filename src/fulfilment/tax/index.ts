import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Schedule } from '../../shared/schedule.js';
import { DutyRepository } from './duties/duties.repository.js';
import { dutyRoutes } from './duties/duties.routes.js';
import { DutyService } from './duties/duties.service.js';
import { createHttpTaxProvider } from './provider/http-provider.js';
import type { TaxProvider } from './provider/provider.js';
import { TaxTables } from './rates/tax-tables.js';
import { TaxRateRepository } from './rates/tax-rates.repository.js';
import { taxRateRoutes } from './rates/tax-rates.routes.js';
import { TaxRateService } from './rates/tax-rates.service.js';
import type { TaxPolicy } from './tax.js';
import { TaxService } from './tax.service.js';
import { TrueUpRepository } from './true-ups/true-ups.repository.js';
import { trueUpRoutes } from './true-ups/true-ups.routes.js';
import { TrueUpService } from './true-ups/true-ups.service.js';
import { VatCheckRepository } from './vat-ids/vat-checks.repository.js';
import { parseVatId, type VatRegister } from './vat-ids/vat-ids.js';
import { VatIdService } from './vat-ids/vat-ids.service.js';
import { createVies, noRegister } from './vat-ids/vies.js';

export type { LineTaxes, Taxation } from './tax.service.js';
export type Tax = ReturnType<typeof createTax>;

export type TaxConfig = Readonly<{
  policy: TaxPolicy; sellerVatId: string;
  /** Empty: nobody is asked. */
  viesUrl: string; providerUrl: string; providerSecret: string; timeoutMs: number;
}>;
type TaxDeps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; audit: RecordAudit; config: TaxConfig;
};

const TRUE_UP_MS = 60_000;

export function createTax({ connection, now, inTransaction, outbox, audit, config }: TaxDeps) {
  const rates = new TaxRateRepository(connection);
  const tables = new TaxTables(rates);
  const provider = providerOf(config, now);
  const vatIds = new VatIdService({ checks: new VatCheckRepository(connection), register: registerOf(config, now), now });
  const service = new TaxService({ policy: config.policy, tables, vatIds, provider, now });
  const duties = new DutyService({ rules: new DutyRepository(connection), home: config.policy.home, inTransaction, audit, now });
  const trueUps = new TrueUpService({ estimates: new TrueUpRepository(connection), provider, outbox, inTransaction, now });
  const schedules: Schedule[] = [{ name: 'true-up-estimated-taxes', everyMs: TRUE_UP_MS, run: () => trueUps.run() }];
  return {
    routes: [...taxRateRoutes(new TaxRateService({ rates, tables, inTransaction, audit, now })), ...trueUpRoutes(trueUps), ...dutyRoutes(duties)],
    schedules,
    taxationOf: service.taxationOf.bind(service),
    /** What the customs of the destination take; null where nothing is known to be due. Reads at most one small document a second and country. */
    dutiesOf: duties.assess.bind(duties),
    /** Refuses what cannot be a VAT identification number; answers it as it is written, with what is known of it. */
    acceptVatId: vatIds.accept.bind(vatIds),
    /** In the transaction of an order whose tax was estimated. */
    noteEstimate: trueUps.note.bind(trueUps),
    trueUpEstimates: trueUps.run.bind(trueUps),
  };
}

function registerOf({ viesUrl, sellerVatId, timeoutMs }: TaxConfig, now: Clock): VatRegister {
  return viesUrl === '' ? noRegister : createVies({ baseUrl: viesUrl, timeoutMs, now, seller: sellerVatId === '' ? null : parseVatId(sellerVatId) });
}

function providerOf({ providerUrl, providerSecret, timeoutMs }: TaxConfig, now: Clock): TaxProvider | null {
  return providerUrl === '' ? null : createHttpTaxProvider({ baseUrl: providerUrl, secret: providerSecret, timeoutMs, now });
}
