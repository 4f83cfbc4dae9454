import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { later, type Clock } from '../../shared/clock.js';
import type { Actor } from '../../shared/actor.js';
import type { Job, JobContext, JobHandler } from '../jobs/index.js';
import type { ImportState } from './import-export.js';
import type { ImportBody } from './import-export.schemas.js';
import type { ImportService } from './import-export.service.js';
import type { ImportFormat } from './import-reader.js';
import { chooseMapping } from './mapping-choice.js';
import { beginUpload, MAX_UNPACKED_BYTES, uploadHandler, type Upload, type UploadDeps } from './upload-jobs.js';

export const IMPORT_JOB = 'products.import';
const KEPT_MS = 7 * 24 * 3_600_000;

type Options = Readonly<{ mapping?: string; dryRun: boolean; stock: number | null; warehouse?: string }>;
type Input = Options & Readonly<{ format?: ImportFormat }>;
type Deps = UploadDeps & { imports: ImportService; now: Clock };

/** Imports that came in over HTTP: the file waits in the database until a worker, wherever it runs, has done all of it. */
export class ImportJobs {
  readonly work: JobHandler;

  constructor(private readonly deps: Deps) {
    this.work = uploadHandler<ImportState>(deps, (file, job, state, context) => this.importUpload(file, job, state, context));
  }

  begin(file: Upload | undefined, body: ImportBody = {}, actor: Actor): Promise<Job> {
    const { mapping, warehouse, dry_run: dryRun, stock } = body;
    const { defaultStock } = chooseMapping(mapping);
    const options: Options = {
      dryRun: dryRun === 'true', stock: stock === undefined ? defaultStock : Number(stock), ...(mapping !== undefined && { mapping }), ...(warehouse !== undefined && { warehouse }),
    };
    return beginUpload(this.deps, { type: IMPORT_JOB, action: 'products.import_requested', file, format: body.format, options, told: { dryRun: options.dryRun }, actor });
  }

  /** What jobs that were cancelled, or requests that died half way, have left behind. */
  async cleanUp(): Promise<number> {
    const before = later(this.deps.now(), -KEPT_MS);
    const files = await readdir(this.deps.uploadFolder).catch(() => []);
    for (const name of files) {
      const path = join(this.deps.uploadFolder, name);
      const found = await stat(path).catch(() => null);
      if (found && found.mtime < before) await rm(path, { force: true });
    }
    return this.deps.uploads.removeOlderThan(before);
  }

  private async importUpload(file: string, job: Job, resumeFrom: ImportState | null, context: JobContext): Promise<ImportState> {
    const { mapping, format, dryRun, stock, warehouse } = job.input as Input;
    const result = await this.deps.imports.importFile(
      { file, mapping: chooseMapping(mapping).mapping, format, dryRun, stock, warehouse, importId: job.id, actor: job.createdBy },
      {
        resumeFrom, signal: context.signal, maxBytes: MAX_UNPACKED_BYTES, save: (state) => context.checkpoint(state),
        onProgress: ({ rows, errors, fileDone }) => context.progress({ done: rows, message: `${Math.round(fileDone * 100)} % of the file, ${errors} rows refused` }),
      },
    );
    return { line: resumeFrom?.line ?? 0, result };
  }
}
