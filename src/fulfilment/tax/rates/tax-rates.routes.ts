import { actorOf } from '../../../shared/http/caller.js';
import { defineRoute, type Route } from '../../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../../shared/http/schemas.js';
import type { TaxRate } from './tax-rates.js';
import { CSV_COLUMNS } from './tax-rates-csv.js';
import { csvQuery, csvReply, fieldsOf, importBody, importReply, rateListQuery, rateParams, taxRateBody, taxRateReply, type CsvQuery } from './tax-rates.schemas.js';
import type { TaxRateService } from './tax-rates.service.js';

const tag = 'Tax';
const access = { permission: 'tax:write' } as const;
const present = ({ own: _own, ...rate }: TaxRate) => rate;
const IMPORT_BYTES = 4_000_000;

export function taxRateRoutes(rates: TaxRateService): Route[] {
  const answer = (message: string, rate: TaxRate, status = 200) => ({ status, version: rate.version, body: success(message, present(rate)) });
  return [
    defineRoute({
      method: 'get', path: '/tax-rates', summary: 'List the tax rates that staff entered', tag, access, query: rateListQuery,
      description: 'Rates of the EU, the United Kingdom, Switzerland, Norway and Japan come with the program and are not listed.',
      responses: { 200: pageOf(taxRateReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const { country, region, category } = query;
        const page = await rates.list({ country, region, category }, query);
        return { status: 200, body: success('Tax rates.', { ...page, items: page.items.map(present) }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/tax-rates', summary: 'Enter a tax rate', tag, access, body: taxRateBody, idempotency: 'optional',
      responses: { 201: successOf(taxRateReply), ...problems(400, 401, 403, 409, 413, 415, 422) },
      handle: async ({ body }, { caller }) => {
        const rate = await rates.create(fieldsOf(body), actorOf(caller));
        return { location: `/tax-rates/${rate.id}`, ...answer('Tax rate entered.', rate, 201) };
      },
    }),
    defineRoute({
      method: 'post', path: '/tax-rates/import', summary: 'Enter many tax rates', tag, access, body: importBody, bodyLimitBytes: IMPORT_BYTES, idempotency: 'optional',
      responses: { 200: successOf(importReply), ...problems(400, 401, 403, 409, 413, 415, 422) },
      handle: async ({ body }, { caller }) => ({ status: 200, body: success('Tax rates imported.', await rates.import(body.rates.map(fieldsOf), actorOf(caller))) }),
    }),
    defineRoute<object, CsvQuery>({
      method: 'post', path: '/tax-rates/import/csv', summary: 'Enter the tax rates of a CSV file', tag, access, query: csvQuery, consumes: 'raw', bodyLimitBytes: IMPORT_BYTES,
      description: `The body is the file, in UTF-8. Columns: ${CSV_COLUMNS.join(', ')}; country, name, validFrom and one of rateBps and ratePercent are needed. All of it or none; a rate that is there already is replaced.`,
      responses: { 200: successOf(csvReply), ...problems(400, 401, 403, 409, 413) },
      handle: async ({ query }, { caller, rawBody }) => {
        const done = await rates.importCsv(rawBody?.toString('utf8') ?? '', query.dry_run === 'true', actorOf(caller));
        return { status: 200, body: success(done.dryRun ? 'Nothing was changed: this is what would be.' : 'Tax rates imported.', done) };
      },
    }),
    defineRoute({
      method: 'get', path: '/tax-rates/:id', summary: 'Show a tax rate', tag, access, params: rateParams,
      responses: { 200: successOf(taxRateReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => answer('Tax rate.', await rates.get(params.id)),
    }),
    defineRoute({
      method: 'put', path: '/tax-rates/:id', summary: 'Replace a tax rate', tag, access, params: rateParams, body: taxRateBody,
      description: 'Orders keep the rate that they were placed with. To change a rate from a day on, enter another one that begins then.',
      responses: { 200: successOf(taxRateReply), ...problems(400, 401, 403, 404, 409, 412, 413, 415) },
      handle: async ({ params, body }, { caller, ifMatch }) => answer('Tax rate replaced.', await rates.replace(params.id, fieldsOf(body), { actor: actorOf(caller), ifMatch })),
    }),
    defineRoute({
      method: 'delete', path: '/tax-rates/:id', summary: 'Remove a tax rate', tag, access, params: rateParams,
      responses: { 200: successOf(taxRateReply), ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params }, { caller, ifMatch }) => answer('Tax rate removed.', await rates.remove(params.id, { actor: actorOf(caller), ifMatch })),
    }),
  ];
}
