import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { DomainError } from '../../shared/errors.js';
import type { Job, JobContext, JobHandler, Jobs } from '../jobs/index.js';
import { FileMissing } from './import-export.errors.js';
import { formatOfName, type ImportFormat } from './import-reader.js';
import { requireText } from './sniff.js';
import { withCopy } from './upload-copy.js';
import type { UploadRepository } from './uploads.repository.js';

/** More than any catalogue, less than any disk. */
export const MAX_UNPACKED_BYTES = 4 * 1024 ** 3;

export type Upload = Readonly<{ path: string; originalname: string; size: number }>;
export type UploadDeps = { uploads: UploadRepository; jobs: Pick<Jobs, 'enqueue'>; uploadFolder: string; inTransaction: InTransaction; audit: RecordAudit };
type Stored = Readonly<{ uploadId: string; format?: ImportFormat }>;
type Begin<Options> = Readonly<{ type: string; action: string; file: Upload | undefined; format: ImportFormat | undefined; options: Options; told?: Readonly<Record<string, unknown>>; actor: Actor }>;

/** The file waits in the database until a worker, wherever it runs, has done all of it. */
export async function beginUpload<Options extends object>({ uploads, jobs, inTransaction, audit }: UploadDeps, { type, action, file, format, options, told, actor }: Begin<Options>): Promise<Job> {
  if (!file) throw new FileMissing();
  await requireText(file.path);
  const chosen = format ?? formatOfName(file.originalname);
  const name = file.originalname.slice(0, 200);
  const input: Stored & Options = { ...options, uploadId: await uploads.store(file.path, name), ...(chosen && { format: chosen }) };
  return inTransaction(async () => {
    const job = await jobs.enqueue({ type, input, createdBy: actor });
    await audit({ actor, action, subject: `job:${job.id}`, after: { name, bytes: file.size, ...told } });
    return job;
  });
}

type Done<State> = State & { isDone?: boolean };

/** Goes on where an earlier attempt was left. The upload goes when nobody will need it again. */
export const uploadHandler = <State extends { result: object }>(deps: UploadDeps, work: (file: string, job: Job, state: State | null, context: JobContext) => Promise<State>): JobHandler => async (job, context) => {
  const { uploadId } = job.input as Stored;
  const state = job.checkpoint as Done<State> | null;
  if (state?.isDone) return state.result;
  try {
    const done = await withCopy(deps, { uploadId, jobId: job.id }, (file) => work(file, job, state, context));
    await context.checkpoint({ ...done, isDone: true });
    await deps.uploads.remove(uploadId);
    return done.result;
  } catch (error) {
    if (error instanceof DomainError && error.status < 500) await deps.uploads.remove(uploadId);
    throw error;
  }
};
