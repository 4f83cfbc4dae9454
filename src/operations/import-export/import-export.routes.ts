import Joi from 'joi';
import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { ExportService } from './export.service.js';
import type { ImportJobs } from './import-jobs.service.js';
import { exportQuery, importAccepted, importBody, translationBody, translationExportQuery, type ImportBody } from './import-export.schemas.js';
import type { ImportFormat } from './import-reader.js';
import type { TranslationExport, TranslationFiles } from './translation-files.service.js';

const tag = 'Products';
const MAX_UPLOAD_BYTES = 200 * 1024 * 1024;
const MEDIA_TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson; charset=utf-8' } as const;

type Files = { imports: ImportJobs; exports: ExportService; translations: TranslationFiles; uploadFolder: string };

export function importExportRoutes({ imports, exports, translations, uploadFolder }: Files) {
  return [
    defineRoute<object, object, object, { format?: ImportFormat }>({
      method: 'post', path: '/translations/import', summary: 'Import translations from a CSV or NDJSON file', tag, access: { permission: 'import:write' },
      description: 'The columns of GET /translations/export. Rows in which nothing is filled in are left out; a blank cell is said in the next language of the chain. The answer names a job; the same file again changes nothing.',
      consumes: { file: { maxBytes: MAX_UPLOAD_BYTES, directory: uploadFolder } }, body: translationBody, responses: { 202: importAccepted, ...problems(400, 401, 403, 413) },
      handle: async ({ body }, { caller, file }) => {
        const job = await translations.begin(file, body?.format, actorOf(caller));
        return { status: 202, location: `/jobs/${job.id}`, body: success('The file is taken; follow the job.', { jobId: job.id, url: `/api/v1/jobs/${job.id}` }) };
      },
    }),
    defineRoute<object, TranslationExport>({
      method: 'get', path: '/translations/export', summary: 'Export what is translated, or is to be, beside the usual words', tag, access: { permission: 'products:read' },
      description: 'With a language every product and category has a row, blank where it is not translated: fill it in and import it. Without one, what is translated, in all languages.',
      query: translationExportQuery, produces: ['text/csv', 'application/x-ndjson'], responses: { 200: Joi.object(), ...problems(400, 401, 403) },
      handle: async ({ query }) => ({
        status: 200, stream: translations.export(query), contentType: MEDIA_TYPES[query.format], headers: { 'Content-Disposition': `attachment; filename="translations${query.language === undefined ? '' : `-${query.language}`}.${query.format}"` },
      }),
    }),
    defineRoute<object, object, object, ImportBody>({
      method: 'post', path: '/products/import', summary: 'Import products from a CSV or NDJSON file', tag, access: { permission: 'import:write' },
      description: 'The file may be gzipped and have up to 200 MB. The answer names a job; its result counts rows and lists the first 1,000 errors by line. The same file again changes nothing.',
      consumes: { file: { maxBytes: MAX_UPLOAD_BYTES, directory: uploadFolder } }, body: importBody, responses: { 202: importAccepted, ...problems(400, 401, 403, 413) },
      handle: async ({ body }, { caller, file }) => {
        const job = await imports.begin(file, body, actorOf(caller));
        return { status: 202, location: `/jobs/${job.id}`, body: success('The file is taken; follow the job.', { jobId: job.id, url: `/api/v1/jobs/${job.id}` }) };
      },
    }),
    defineRoute<object, { format: ImportFormat }>({
      method: 'get', path: '/products/export', summary: 'Export all products, one line for each variant', tag, access: { permission: 'pricing:read' },
      description: 'In our own columns: to import the file again changes nothing. Cells that a spreadsheet would run as a formula have an apostrophe before them, which the import takes away.',
      query: exportQuery, produces: ['text/csv', 'application/x-ndjson'], responses: { 200: Joi.object(), ...problems(400, 401, 403) },
      handle: async ({ query: { format } }) => ({
        status: 200, stream: exports.exportProducts(format), contentType: MEDIA_TYPES[format], headers: { 'Content-Disposition': `attachment; filename="products.${format}"` },
      }),
    }),
  ];
}
