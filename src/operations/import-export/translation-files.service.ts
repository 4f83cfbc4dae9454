import { DomainError } from '../../shared/errors.js';
import type { Actor } from '../../shared/actor.js';
import type { Catalog } from '../../selling/catalog/index.js';
import type { Job, JobContext, JobHandler } from '../jobs/index.js';
import { inPieces } from './export.service.js';
import { MAX_KEPT_ERRORS, type RowError } from './import-export.js';
import { readRows, type ImportFormat } from './import-reader.js';
import { readTranslation, translationCsv, translationHeader, translationNdjson, translationRows, type TranslatedKind, type Worded } from './translation-rows.js';
import { beginUpload, MAX_UNPACKED_BYTES, uploadHandler, type Upload, type UploadDeps } from './upload-jobs.js';

export const TRANSLATION_JOB = 'translations.import';
const ROWS_BETWEEN_MARKS = 50;
/** Without these columns no row can be right. */
const COLUMNS = { key: 'id', name: 'language' };

export type TranslationExport = Readonly<{ format: ImportFormat; language?: string; kind?: TranslatedKind }>;
/** blank: a row in which nobody has filled in anything yet. */
type Result = Readonly<{ rows: number; translated: number; unchanged: number; blank: number; errors: number; firstErrors: readonly RowError[] }>;
type State = Readonly<{ line: number; result: Result }>;
const NOT_BEGUN: State = { line: 0, result: { rows: 0, translated: 0, unchanged: 0, blank: 0, errors: 0, firstErrors: [] } };
type Deps = UploadDeps & { catalog: Pick<Catalog, 'walkProducts' | 'categoryTree' | 'putTranslation' | 'checkTranslation'> };

/** What is said in other languages, out to whoever translates and in again. */
export class TranslationFiles {
  /** Each row stands for itself. After a crash the last few are read again, and found said already. */
  readonly work: JobHandler;

  constructor(private readonly deps: Deps) {
    this.work = uploadHandler<State>(deps, (file, job, state, context) => this.readFile(file, state ?? NOT_BEGUN, job, context));
  }

  export({ format, language, kind }: TranslationExport): AsyncGenerator<string> {
    return inPieces(this.lines(format, language, kind));
  }

  private async *lines(format: ImportFormat, language: string | undefined, kind: TranslatedKind | undefined): AsyncGenerator<string> {
    const write = format === 'csv' ? translationCsv : translationNdjson;
    if (format === 'csv') yield translationHeader();
    for await (const worded of this.worded(kind)) for (const row of translationRows(worded, language)) yield write(row);
  }

  private async *worded(kind: TranslatedKind | undefined): AsyncGenerator<Worded> {
    if (kind !== 'product') for (const category of (await this.deps.catalog.categoryTree()).all()) yield { kind: 'category', ...category };
    if (kind === 'category') return;
    for await (const { product } of this.deps.catalog.walkProducts()) if (product.status !== 'archived') yield { kind: 'product', ...product };
  }

  begin(file: Upload | undefined, format: ImportFormat | undefined, actor: Actor): Promise<Job> {
    return beginUpload(this.deps, { type: TRANSLATION_JOB, action: 'translations.import_requested', file, format, options: {}, actor });
  }

  private async readFile(file: string, from: State, job: Job, context: JobContext): Promise<State> {
    const { format } = job.input as { format?: ImportFormat };
    let state = from;
    for await (const row of readRows(file, { mapping: COLUMNS, maxBytes: MAX_UNPACKED_BYTES, ...(format && { format }) })) {
      context.signal.throwIfAborted();
      if (row.line <= state.line) continue;
      state = { line: row.line, result: counted(state.result, 'raw' in row ? await this.take(row.raw, row.line, job.createdBy) : [row.error]) };
      if (state.result.rows % ROWS_BETWEEN_MARKS > 0) continue;
      await context.checkpoint(state);
      await context.progress({ done: state.result.rows, message: `${state.result.translated} translated, ${state.result.errors} rows refused` });
    }
    return state;
  }

  private async take(raw: Readonly<Record<string, unknown>>, line: number, actor: Actor): Promise<keyof Result | RowError[]> {
    const { catalog } = this.deps;
    const { said, ...place } = readTranslation(raw);
    if (said === null) return 'blank';
    const { errors, value } = catalog.checkTranslation({ ...place, said });
    if (!value) return errors.map((error) => ({ line, ...error }));
    try {
      const { isChanged } = await catalog.putTranslation(value.kind, { id: value.id, ifMatch: undefined, actor }, value.language, value.said);
      return isChanged ? 'translated' : 'unchanged';
    } catch (error) {
      if (!(error instanceof DomainError) || error.status >= 500) throw error;
      return [{ line, field: null, code: error.code, message: error.message }];
    }
  }
}

function counted(result: Result, outcome: keyof Result | readonly RowError[]): Result {
  const after = { ...result, rows: result.rows + 1 };
  if (typeof outcome === 'string') return { ...after, [outcome]: (result[outcome] as number) + 1 };
  return { ...after, errors: after.errors + 1, firstErrors: [...after.firstErrors, ...outcome].slice(0, MAX_KEPT_ERRORS) };
}
