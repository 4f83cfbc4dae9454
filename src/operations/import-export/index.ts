import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Schedule } from '../../shared/schedule.js';
import type { Catalog } from '../../selling/catalog/index.js';
import type { Jobs } from '../jobs/index.js';
import { ExportService } from './export.service.js';
import { importExportRoutes } from './import-export.routes.js';
import { ImportService } from './import-export.service.js';
import { IMPORT_JOB, ImportJobs } from './import-jobs.service.js';
import { ImportRunRepository } from './import-runs.repository.js';
import { ImportRuns } from './import-runs.service.js';
import { ImportWriter, type CatalogPort, type InventoryPort } from './import-writer.js';
import { TRANSLATION_JOB, TranslationFiles } from './translation-files.service.js';
import { UploadRepository } from './uploads.repository.js';

export type { ImportProgress, ImportResult } from './import-export.js';
export { chooseMapping } from './mapping-choice.js';
export type { ImportFormat } from './import-reader.js';

type Deps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; audit: RecordAudit; jobs: Pick<Jobs, 'enqueue' | 'handle'>;
  catalog: CatalogPort & Pick<Catalog, 'walkProducts' | 'categoryTree' | 'putTranslation' | 'checkTranslation'>; inventory: InventoryPort; market: Readonly<{ defaultCurrency: string; defaultCountry: string }>;
  /** Where an upload lies until it is stored, and a worker's copy while it works. */
  uploadFolder?: string;
};

const CLEAN_UP_EVERY_MS = 3_600_000;

export function createImportExport({ connection, now, inTransaction, audit, jobs, catalog, inventory, market, uploadFolder = join(tmpdir(), 'kontor-uploads') }: Deps) {
  const imports = new ImportService({ writer: new ImportWriter({ catalog, inventory }), inventory, ...market });
  const runs = new ImportRuns({ imports, runs: new ImportRunRepository(connection), now });
  const uploads = new UploadRepository(connection);
  const importJobs = new ImportJobs({ imports, uploads, jobs, uploadFolder, now, inTransaction, audit });
  const exports = new ExportService({ catalog, ...market });
  const translations = new TranslationFiles({ catalog, uploads, jobs, uploadFolder, inTransaction, audit });
  jobs.handle(IMPORT_JOB, importJobs.work);
  jobs.handle(TRANSLATION_JOB, translations.work);
  const schedules: Schedule[] = [{ name: 'removeOldUploads', everyMs: CLEAN_UP_EVERY_MS, run: () => importJobs.cleanUp() }];
  return {
    routes: importExportRoutes({ imports: importJobs, exports, translations, uploadFolder }), schedules,
    /** For the command line: the same file and options again go on after the last row that was done. */
    importFile: runs.run.bind(runs),
    exportProducts: exports.exportProducts.bind(exports),
  };
}
