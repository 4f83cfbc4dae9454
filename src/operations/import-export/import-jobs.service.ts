import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordAudit } from '../../shared/audit.js';
import { later, type Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Actor } from '../../shared/actor.js';
import type { Job, JobContext, JobHandler, Jobs } from '../jobs/index.js';
import { FileMissing } from './import-export.errors.js';
import type { ImportResult, ImportState } from './import-export.js';
import type { ImportBody } from './import-export.schemas.js';
import type { ImportService } from './import-export.service.js';
import { formatOfName, type ImportFormat } from './import-reader.js';
import { chooseMapping } from './mapping-choice.js';
import { requireText } from './sniff.js';
import { withCopy } from './upload-copy.js';
import type { UploadRepository } from './uploads.repository.js';

export const IMPORT_JOB = 'products.import';
const KEPT_MS = 7 * 24 * 3_600_000;
/** More than any catalogue, less than any disk. */
const MAX_UNPACKED_BYTES = 4 * 1024 ** 3;

type Upload = Readonly<{ path: string; originalname: string; size: number }>;
type Input = Readonly<{ uploadId: string; mapping?: string; format?: ImportFormat; dryRun: boolean; stock: number | null; warehouse?: string }>;
type Deps = {
  imports: ImportService; uploads: UploadRepository; jobs: Pick<Jobs, 'enqueue'>; uploadFolder: string; now: Clock; inTransaction: InTransaction; audit: RecordAudit;
};

/** Imports that came in over HTTP: the file waits in the database until a worker, wherever it runs, has done all of it. */
export class ImportJobs {
  constructor(private readonly deps: Deps) {}

  async begin(file: Upload | undefined, body: ImportBody = {}, actor: Actor): Promise<Job> {
    if (!file) throw new FileMissing();
    const { mapping, warehouse, dry_run: dryRun, stock } = body;
    const { defaultStock } = chooseMapping(mapping);
    await requireText(file.path);
    const format = body.format ?? formatOfName(file.originalname);
    const { uploads, jobs, inTransaction, audit } = this.deps;
    const name = file.originalname.slice(0, 200);
    const uploadId = await uploads.store(file.path, name);
    const input: Input = {
      uploadId, dryRun: dryRun === 'true', stock: stock === undefined ? defaultStock : Number(stock),
      ...(mapping !== undefined && { mapping }), ...(format && { format }), ...(warehouse !== undefined && { warehouse }),
    };
    return inTransaction(async () => {
      const job = await jobs.enqueue({ type: IMPORT_JOB, input, createdBy: actor });
      await audit({ actor, action: 'products.import_requested', subject: `job:${job.id}`, after: { name, bytes: file.size, dryRun: input.dryRun } });
      return job;
    });
  }

  /** Goes on where an earlier attempt was left. The upload goes when nobody will need it again. */
  readonly work: JobHandler = async (job, context) => {
    const input = job.input as Input;
    const state = job.checkpoint as (ImportState & { isDone?: boolean }) | null;
    if (state?.isDone) return state.result;
    try {
      const result = await this.importUpload(job, input, state, context);
      await context.checkpoint({ line: state?.line ?? 0, result, isDone: true });
      await this.deps.uploads.remove(input.uploadId);
      return result;
    } catch (error) {
      if (error instanceof DomainError && error.status < 500) await this.deps.uploads.remove(input.uploadId);
      throw error;
    }
  };

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

  private async importUpload(job: Job, { uploadId, mapping, format, dryRun, stock, warehouse }: Input, resumeFrom: ImportState | null, context: JobContext): Promise<ImportResult> {
    return withCopy(this.deps, { uploadId, jobId: job.id }, (file) => this.deps.imports.importFile(
      { file, mapping: chooseMapping(mapping).mapping, format, dryRun, stock, warehouse, importId: job.id, actor: job.createdBy },
      {
        resumeFrom, signal: context.signal, maxBytes: MAX_UNPACKED_BYTES, save: (state) => context.checkpoint(state),
        onProgress: ({ rows, errors, fileDone }) => context.progress({ done: rows, message: `${Math.round(fileDone * 100)} % of the file, ${errors} rows refused` }),
      },
    ));
  }
}
