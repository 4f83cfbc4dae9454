import fc from 'fast-check';
import { filesOf, inShort, rowsOf } from './files.js';

const files = filesOf('import-csv');
afterAll(files.remove);

let count = 0;
const csv = (...parts: (string | Buffer)[]) => files.written(`${(count += 1)}.csv`, Buffer.concat(parts.map((part) => Buffer.from(part as string))));

test.each([['LF', '\n'], ['CRLF', '\r\n']])('line numbers and offsets are right after quoted newlines and empty lines (%s)', async (_name, newline) => {
  const text = ['sku,name', 'A,"two', 'lines"', '', 'B,"say ""hi"""', '"C","","x"', 'D,plain', ''].join(newline);
  const rows = await rowsOf(csv(text));

  expect(inShort(rows)).toEqual([
    [2, { sku: 'A', name: `two${newline}lines` }], [5, { sku: 'B', name: 'say "hi"' }], [6, 'column_count'], [7, { sku: 'D', name: 'plain' }],
  ]);
  for (const { line, offset } of rows) expect(text.slice(0, offset).split(newline)).toHaveLength(line);
});

test('LF and CRLF may be mixed, and a BOM is no part of the first column', async () => {
  expect(inShort(await rowsOf(csv('\ufeffsku,name\r\nA,a\nB,b\r\n')))).toEqual([[2, { sku: 'A', name: 'a' }], [3, { sku: 'B', name: 'b' }]]);
});

test.each([[';'], ['\t']])('reads the delimiter %p from the header', async (delimiter) => {
  const file = csv(['sku', 'name'].join(delimiter), '\n', ['A', '"a, b"'].join(delimiter));

  expect(inShort(await rowsOf(file))).toEqual([[2, { sku: 'A', name: 'a, b' }]]);
});

test('columns without a name and rows of nothing but delimiters are left out', async () => {
  expect(inShort(await rowsOf(csv(' sku ,name,\nA,a,note\n,,\n')))).toEqual([[2, { sku: 'A', name: 'a' }]]);
});

test('a column called __proto__ is a column', async () => {
  const [row] = await rowsOf(csv('sku,name,__proto__\nA,a,x\n'));

  expect(Object.keys(row && 'raw' in row ? row.raw : {})).toEqual(['sku', 'name', '__proto__']);
});

test.each([
  { _case: 'a column twice', text: 'sku,name,price,name\n', code: 'duplicate_column', says: 'name' },
  { _case: 'the key column missing', text: 'id,name\nA,a\n', code: 'missing_column', says: 'sku' },
  { _case: 'bare CR line ends', text: 'sku,name\rA,a\r', code: 'invalid_header', says: 'CR' },
  { _case: 'a broken quote', text: 'sku,na"me\n', code: 'invalid_header', says: 'CSV' },
  { _case: 'another encoding', text: Buffer.from('sku,name,größe\n', 'latin1'), code: 'not_utf8', says: 'UTF-8' },
])('refuses a header with $_case', async ({ text, code, says }) => {
  await expect(rowsOf(csv(text))).rejects.toMatchObject({ name: 'ImportFileError', code, message: expect.stringContaining(says) });
});

test('a bad row is refused and the next ones are read', async () => {
  const rows = await rowsOf(csv(
    'sku,name\n', 'A,5" pipe\n', 'B,"b" b\n', 'C\n', 'D,d,d\n', Buffer.from('E,caf\xe9\n', 'latin1'), 'F,f\n',
  ));

  expect(inShort(rows)).toEqual([
    [2, 'invalid_csv'], [3, 'invalid_csv'], [4, 'column_count'], [5, 'column_count'], [6, 'not_utf8'], [7, { sku: 'F', name: 'f' }],
  ]);
});

test('a quote that is not closed spoils rows only up to the next quote', async () => {
  expect(inShort(await rowsOf(csv('sku,name\nA,"open\nB,"b"\nC,c\n')))).toEqual([[2, 'invalid_csv'], [4, { sku: 'C', name: 'c' }]]);
});

test('a quote that is never closed is refused where it opens', async () => {
  const rows = await rowsOf(csv('sku,name\nA,a\nB,"open\nC,c\n'));

  expect(inShort(rows)).toEqual([[2, { sku: 'A', name: 'a' }], [3, 'invalid_csv']]);
  expect(rows[1]).toMatchObject({ error: { message: 'A quote that opens in this row is never closed.' } });
});

test('a row of more than 1 MB is refused, in one line or in many', async () => {
  const long = 'x'.repeat(1024 * 1024);
  const tall = 'x\n'.repeat(600_000);

  expect(inShort(await rowsOf(csv('sku,name\n', `A,${long}\n`, 'B,b\n', `C,"${tall}"\n`, 'D,d\n')))).toEqual([
    [2, 'row_too_long'], [3, { sku: 'B', name: 'b' }], [4, 'row_too_long'], [600_005, { sku: 'D', name: 'd' }],
  ]);
});

test('the guard that keeps a spreadsheet from running a cell is no part of it, and a formula is data', async () => {
  const file = csv(`sku,name\n'=A,'-1\n=B,'plain\n''+C,"'@x"\n`);

  expect((await rowsOf(file)).map((row) => ('raw' in row ? row.raw : row))).toEqual([
    { sku: '=A', name: '-1' }, { sku: '=B', name: "'plain" }, { sku: "'+C", name: '@x' },
  ]);
});

test('whatever is quoted by the rules comes back as it was', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\r', '\n', ' ') });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(fc.asyncProperty(fc.array(field, { maxLength: 20 }), fc.constantFrom('\n', '\r\n'), async (names, newline) => {
    const file = csv(['sku,name', ...names.map((name, index) => `${index},${quoted(name)}`)].join(newline));

    expect((await rowsOf(file)).map((row) => 'raw' in row && row.raw['name'])).toEqual(names);
  }));
});
