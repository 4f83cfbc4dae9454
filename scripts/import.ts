import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { chooseMapping, type ImportFormat, type ImportProgress, type ImportResult } from '../src/operations/import-export/index.js';
import { DomainError } from '../src/shared/errors.js';
import { parseCommand } from './lib/arguments.js';
import { startBar } from './lib/bar.js';
import { openShop } from './lib/open-shop.js';
import { findShopDatabases, toolEnvironment } from './lib/shop-databases.js';
import { stopOnSignal } from './lib/signals.js';
import { Advice, main, note, paint, say, seconds } from './lib/terminal.js';

const usage = `Usage: npm run import -- FILE [options]
  FILE               CSV or NDJSON with one product or variant per row, gzipped or not
  --mapping NAME     kontor (our own columns, the default), esci, or a file with a mapping as JSON
  --format FORMAT    csv or ndjson, where neither name nor content of the file tell
  --stock N          on hand for priced new SKUs of which the file names no stock (esci: 100)
  --warehouse CODE   where that stock is; without it the preferred warehouse
  --dry-run          check everything and write nothing
  --errors FILE      write the refused rows there, one JSON object per line
  --strict           exit with 1 when a row was refused
  --fresh-start      begin at the first row even if an earlier run was left half way
  --uri URI          the shop's MongoDB; without it MONGODB_URI, else the shop of npm run up`;

const isTerminal = process.stdout.isTTY && !process.env['CI'];

main(async () => {
  const begun = Date.now();
  const options = readOptions(process.argv.slice(2));
  const halt = new AbortController();
  const work = importInto(options, halt.signal);
  stopOnSignal(async () => {
    halt.abort();
    await work.catch(() => undefined);
  });
  try {
    const { result, resumedAfterLine } = await work;
    tell(result, resumedAfterLine, options.dryRun, Date.now() - begun);
    if (options.errorFile) writeFileSync(options.errorFile, result.firstErrors.map((error) => `${JSON.stringify(error)}\n`).join(''));
    return options.strict && result.errors > 0 ? 1 : 0;
  } catch (error) {
    if (halt.signal.aborted) return untilExit();
    throw error instanceof DomainError ? new Advice(error.message) : error;
  }
});

type Options = ReturnType<typeof readOptions>;

function readOptions(args: readonly string[]) {
  const { operand: file, ...values } = parseCommand(args, {
    mapping: { type: 'string', default: 'kontor' }, format: { type: 'string' }, stock: { type: 'string' }, warehouse: { type: 'string' }, errors: { type: 'string' },
    uri: { type: 'string' }, 'dry-run': { type: 'boolean', default: false }, strict: { type: 'boolean', default: false }, 'fresh-start': { type: 'boolean', default: false },
  }, usage);
  if (!existsSync(file)) throw new Advice(`There is no file ${file}`);
  if (values.format !== undefined && !['csv', 'ndjson'].includes(values.format)) throw new Advice(`--format is csv or ndjson\n\n${usage}`);
  if (values.stock !== undefined && !/^\d{1,9}$/.test(values.stock)) throw new Advice(`--stock is a whole number\n\n${usage}`);
  const { mapping, defaultStock } = mappingOf(values.mapping);
  return {
    file, mapping, format: values.format as ImportFormat | undefined, stock: values.stock === undefined ? defaultStock : Number(values.stock), warehouse: values.warehouse,
    dryRun: values['dry-run'], freshStart: values['fresh-start'], strict: values.strict, errorFile: values.errors, uri: values.uri ?? process.env['MONGODB_URI'],
  };
}

function mappingOf(wanted: string) {
  try {
    return chooseMapping(existsSync(wanted) ? readFileSync(wanted, 'utf8') : wanted);
  } catch (error) {
    throw error instanceof DomainError ? new Advice(`--mapping: ${error.message}`) : error;
  }
}

async function importInto({ strict: _s, errorFile: _e, uri, ...request }: Options, signal: AbortSignal) {
  const databases = await findShopDatabases(uri);
  if (isTerminal) note('database', databases.what);
  try {
    const shop = await openShop('import', toolEnvironment(databases), { prepare: true });
    if (isTerminal && !await shop.redis.ping()) note('cache', `${paint('yellow', 'Redis is away:')} what shoppers see may be up to 5 minutes old`);
    let latest: ImportProgress | undefined;
    const bar = startBar('import', 1000, () => ({ ...latest }));
    try {
      return await shop.container.importExport.importFile(request, {
        signal,
        onProgress: (progress) => {
          latest = progress;
          bar.at(Math.round(progress.fileDone * 1000), `${progress.rows.toLocaleString('en')} rows, ${progress.errors} refused`);
        },
      });
    } finally {
      bar.end();
      if (signal.aborted) say(goodbye(latest, request.dryRun));
      await shop.close();
    }
  } finally {
    await databases.stop();
  }
}

function goodbye(latest: ImportProgress | undefined, dryRun: boolean): string {
  if (!isTerminal) return JSON.stringify({ event: 'stopped', rows: latest?.rows ?? 0 });
  return `Stopped after ${(latest?.rows ?? 0).toLocaleString('en')} rows.${dryRun ? '' : ' They are stored: run the same command again and it goes on with the next one.'}`;
}

function tell(result: ImportResult, resumedAfterLine: number, dryRun: boolean, tookMs: number): void {
  const { firstErrors, draftReasons, ...counts } = result;
  if (!isTerminal) return say(JSON.stringify({ event: 'done', ...counts, draftReasons, firstErrors: firstErrors.slice(0, 20), resumedAfterLine, dryRun, ms: tookMs }));
  const row = (name: string, value: number, more = '') => say(`  ${name.padEnd(16)}${value.toLocaleString('en').padStart(10)}  ${paint('dim', more)}`);
  say(`\n${dryRun ? 'This would happen; nothing was written' : 'Imported'} (${seconds(tookMs)}${resumedAfterLine > 0 ? `, went on after line ${resumedAfterLine}` : ''})\n`);
  row('rows', counts.rows);
  row('created', counts.created);
  row('updated', counts.updated);
  row('unchanged', counts.unchanged);
  row('refused', counts.errors);
  row('active', counts.active);
  row('drafts', counts.draft, `no price ${draftReasons.no_price}, price 0 ${draftReasons.zero_price}`);
  row('uncategorised', counts.uncategorised);
  for (const { line, field, message } of firstErrors.slice(0, 10)) say(`  ${paint('yellow', `line ${line}`)} ${field ?? ''} ${message}`);
  if (counts.errors > 10) say(`  ... the first 1,000 with --errors FILE`);
}

/** The signal handler ends the process. */
const untilExit = () => new Promise<never>(() => undefined);
