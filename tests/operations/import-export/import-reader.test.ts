import { createWriteStream, readdirSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { readRows } from '../../../src/operations/import-export/import-reader.js';
import { filesOf, inShort, rowsOf } from './files.js';
import { soon } from '../../support/soon.js';

const MEGABYTE = 1024 * 1024;
const files = filesOf('import-reader');
afterAll(files.remove);

const objects = (count: number) => Array.from({ length: count }, (_, index) => JSON.stringify({ sku: `S-${index + 1}`, name: 'N' }));

test('NDJSON: rows have their line and byte offset; BOM, CRLF, empty lines and a missing last newline do no harm', async () => {
  const file = files.written('mixed.ndjson', '\ufeff{"a":"é"}\r\n\r\n  \n{"a":2}\n{"a":3}');

  expect(await rowsOf(file)).toEqual([
    { line: 1, offset: 0, raw: { a: 'é' } }, { line: 4, offset: 20, raw: { a: 2 } }, { line: 5, offset: 28, raw: { a: 3 } },
  ]);
});

test('NDJSON: a bad row is refused and the next ones are read', async () => {
  const bad = Buffer.concat([Buffer.from('{"a":1\n[1]\nnull\n{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n{"a":5}\n')]);

  expect(inShort(await rowsOf(files.written('bad.jsonl', bad)))).toEqual([
    [1, 'invalid_json'], [2, 'not_an_object'], [3, 'not_an_object'], [4, 'not_utf8'], [5, { a: 5 }],
  ]);
});

test('NDJSON: a row of 1 MB is read, a longer one is refused', async () => {
  const sized = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
  const rows = await rowsOf(files.written('long.ndjson', [sized(MEGABYTE), sized(MEGABYTE + 1), '{"a":3}'].join('\n')));

  expect(rows.map((row) => [row.line, row.offset, 'raw' in row ? 'read' : row.error.code])).toEqual([
    [1, 0, 'read'], [2, MEGABYTE + 1, 'row_too_long'], [3, 2 * MEGABYTE + 3, 'read'],
  ]);
});

test('one endless line is never held in memory', async () => {
  const megabytes = 256;
  const file = files.path('endless.ndjson.gz');
  await pipeline(Readable.from((function* () { for (let i = 0; i < megabytes; i += 1) yield Buffer.alloc(MEGABYTE, 'x'); })()), createGzip({ level: 1 }), createWriteStream(file));
  const before = process.memoryUsage().rss;

  const rows = await rowsOf(file);

  expect(inShort(rows)).toEqual([[1, 'row_too_long']]);
  expect(process.memoryUsage().rss - before).toBeLessThan((megabytes / 2) * MEGABYTE);
});

test('a gzip file is known by its first bytes, whatever its name', async () => {
  const rows = await rowsOf(files.written('export.ndjson', gzipSync(objects(3).join('\n'))));

  expect(inShort(rows)).toEqual([1, 2, 3].map((n) => [n, { sku: `S-${n}`, name: 'N' }]));
});

test('a gzip file of several members is read to its end', async () => {
  const [first = '', second = ''] = objects(2);

  expect(await rowsOf(files.written('members.ndjson.gz', Buffer.concat([gzipSync(`${first}\n`), gzipSync(second)])))).toHaveLength(2);
});

test('a truncated gzip file is refused at its place, after the rows before it', async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => JSON.stringify({ sku: `S-${index}`, name: String(Math.sin(index)) }));
  const whole = gzipSync(lines.join('\n'));
  const file = files.written('truncated.ndjson.gz', whole.subarray(0, whole.length / 2));
  const read: number[] = [];

  const reading = (async () => { for await (const { line } of readRows(file, { mapping: { key: 'sku', name: 'name' } })) read.push(line); })();

  const error: unknown = await reading.catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: 'ImportFileError', status: 400, code: 'truncated_gzip' });
  const last = read.at(-1)!;
  expect(last).toBe(read.length);
  expect(last).toBeGreaterThan(5_000);
  const offset = lines.slice(0, last).join('\n').length + 1;
  expect(error).toMatchObject({ facts: { line: last + 1, offset }, message: expect.stringContaining(`line ${last + 1}, byte ${offset}`) });
});

test('a damaged gzip file is refused', async () => {
  const whole = gzipSync(objects(5_000).join('\n'));
  whole.fill(0xff, 200, 400);

  await expect(rowsOf(files.written('damaged.ndjson.gz', whole))).rejects.toMatchObject({ code: 'damaged_gzip' });
});

test.each([
  { _case: 'a missing file', name: null, content: '', code: 'file_not_found' },
  { _case: 'an empty CSV', name: 'empty.csv', content: '\n\n', code: 'empty_file' },
  { _case: 'an empty file of unknown kind', name: 'empty', content: '', code: 'empty_file' },
  { _case: 'a JSON array', name: 'array.json', content: '[{"sku":"A"}]', code: 'unsupported_format' },
  { _case: 'UTF-16', name: 'utf16.csv', content: Buffer.from('\ufeffsku,name\nA,B', 'utf16le'), code: 'not_utf8' },
])('refuses $_case', async ({ name, content, code }) => {
  const file = name === null ? files.path('nowhere.csv') : files.written(name, content);

  await expect(rowsOf(file)).rejects.toMatchObject({ name: 'ImportFileError', code });
});

test.each([
  { _case: 'NDJSON', name: 'rows', content: `\n${objects(1).join('')}\n`, line: 2 },
  { _case: 'CSV', name: 'rows.txt', content: 'sku,name\nS-1,N\n', line: 2 },
  { _case: 'gzipped CSV', name: 'rows.bin', content: gzipSync('sku,name\nS-1,N\n'), line: 2 },
])('tells $_case from its content when the name does not', async ({ name, content, line }) => {
  expect(inShort(await rowsOf(files.written(name, content)))).toEqual([[line, { sku: 'S-1', name: 'N' }]]);
});

test('an option overrules the name', async () => {
  expect(await rowsOf(files.written('rows.csv', objects(2).join('\n')), { format: 'ndjson' })).toHaveLength(2);
});

test('a gzip that unpacks to more than is allowed is refused on the way', async () => {
  const file = files.written('bomb.ndjson.gz', gzipSync(`{"sku":"A","name":"${'x'.repeat(900_000)}"}\n`.repeat(20)));

  await expect(rowsOf(file, { maxBytes: 5_000_000 })).rejects.toMatchObject({ code: 'file_too_large' });
  expect(await rowsOf(file, { maxBytes: 50_000_000 })).toHaveLength(20);
});

test('the meter shows how much of the file on the disk was read', async () => {
  const file = files.written('metered.ndjson', objects(5000).join('\n'));
  const meter = { bytesRead: 0, bytesTotal: 0 };

  await rowsOf(file, { meter });

  expect(meter).toEqual({ bytesRead: statSync(file).size, bytesTotal: statSync(file).size });
});

test('a reader that stops early closes its file', async () => {
  const file = files.written('early.ndjson', objects(50_000).join('\n'));
  const openFiles = () => readdirSync('/dev/fd').length;
  const before = openFiles();

  for await (const row of readRows(file, { mapping: { key: 'sku', name: 'name' } })) {
    expect(openFiles()).toBe(before + 1);
    if (row.line === 2) break;
  }

  for (let tries = 0; tries < 100 && openFiles() > before; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(openFiles()).toBe(before);
});

test('100,000 rows are read in a few seconds, each once and in order', async () => {
  const csv = objects(100_000).map((_, index) => `S-${index},"A chair, ""solid""\r\noak",${'x'.repeat(300)}`);
  const sources = [
    { file: files.written('many.csv', ['sku,name,description', ...csv].join('\r\n')), lineOf: (index: number) => 2 + 2 * index },
    { file: files.written('many.ndjson', objects(100_000).join('\n')), lineOf: (index: number) => 1 + index },
  ];
  for (const { file, lineOf } of sources) {
    const startedAt = performance.now();
    const rows = await rowsOf(file);

    expect(performance.now() - startedAt).toBeLessThan(soon(15_000));
    expect(rows).toHaveLength(100_000);
    expect(rows.every((row, index) => 'raw' in row && row.line === lineOf(index))).toBe(true);
  }
});
