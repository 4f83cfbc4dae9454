import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UploadGone } from './import-export.errors.js';
import type { UploadRepository } from './uploads.repository.js';

type Place = Readonly<{ uploads: Pick<UploadRepository, 'fetch'>; uploadFolder: string }>;

/** A worker's own copy of an uploaded file, as long as the work takes. The name begins as clean-up expects it. */
export async function withCopy<T>({ uploads, uploadFolder }: Place, { uploadId, jobId }: { uploadId: string; jobId: string }, work: (file: string) => Promise<T>): Promise<T> {
  await mkdir(uploadFolder, { recursive: true });
  const file = join(uploadFolder, `job-${jobId}-${randomUUID()}`);
  try {
    if (!await uploads.fetch(uploadId, file)) throw new UploadGone();
    return await work(file);
  } finally {
    await rm(file, { force: true });
  }
}
