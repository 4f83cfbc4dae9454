import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Clock } from '../../shared/clock.js';
import { ImportFileError } from './import-export.errors.js';
import type { ImportResult } from './import-export.js';
import type { ImportRequest, ImportRun, ImportService } from './import-export.service.js';
import type { ImportRunRepository } from './import-runs.repository.js';

export type RunRequest = Omit<ImportRequest, 'importId'> & Readonly<{ freshStart?: boolean }>;
export type RunOutcome = Readonly<{ result: ImportResult; resumedAfterLine: number }>;

/** Imports that go on where they were left when the same file is imported with the same options again, whatever ended them. */
export class ImportRuns {
  constructor(private readonly deps: { imports: ImportService; runs: ImportRunRepository; now: Clock }) {}

  async run({ freshStart = false, ...request }: RunRequest, watch: Pick<ImportRun, 'onProgress' | 'signal'> = {}): Promise<RunOutcome> {
    const { imports, runs, now } = this.deps;
    const { mapping, format, stock, warehouse } = request;
    const importId = createHash('sha256').update(JSON.stringify([await digestOf(request.file), mapping, format, stock, warehouse])).digest('hex');
    if (request.dryRun) return { result: await imports.importFile({ ...request, importId }, watch), resumedAfterLine: 0 };
    const resumeFrom = freshStart ? null : await runs.findUnfinished(importId);
    const result = await imports.importFile({ ...request, importId }, { ...watch, resumeFrom, save: (state) => runs.save(importId, state, now()) });
    await runs.finish(importId, now());
    return { result, resumedAfterLine: resumeFrom?.line ?? 0 };
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? new ImportFileError('file_not_found', 'There is no such file to import.') : error;
  }
  return hash.digest('hex');
}
