import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openImportWorld, writeProducts, type ImportWorld } from './import-world.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const ROWS = 3_000;

let world: ImportWorld;
let child: ChildProcess | undefined;
beforeAll(async () => { world = await openImportWorld('kill'); });
afterAll(async () => {
  child?.kill('SIGKILL');
  await world.close();
});

/** The command that people type, as a process of its own. */
function startImport(file: string, ...options: string[]) {
  const env = { ...process.env, MONGODB_URI: world.config.mongo.uri, REDIS_URL: world.config.redis.url, REDIS_KEY_PREFIX: world.config.redis.keyPrefix };
  child = spawn(process.execPath, ['scripts/run.mjs', 'import', file, ...options], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout!.on('data', (chunk: Buffer) => { said.out += chunk.toString(); });
  child.stderr!.on('data', (chunk: Buffer) => { said.err += chunk.toString(); });
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null, ...said }));
  return { child, ended };
}

const rowsStored = async () => world.count('variants', { sku: /^GEN-/ });
const lastLine = (text: string) => JSON.parse(text.trim().split('\n').at(-1)!) as Record<string, unknown>;

test('an import that is killed at any moment goes on where it was, and makes everything once', async () => {
  const file = await writeProducts(world.files.path('killed.csv'), ROWS);
  for (const threshold of [1, 500 + Math.floor(Math.random() * (ROWS / 2))]) {
    const run = startImport(file);
    while (await rowsStored() < threshold) await pause(5);
    // anywhere within a batch: between its transactions, or before its checkpoint
    await pause(Math.random() * 300);
    run.child.kill('SIGKILL');
    expect(await run.ended).toMatchObject({ signal: 'SIGKILL' });
  }
  const before = await rowsStored();
  expect(before).toBeLessThan(ROWS);

  const last = await startImport(file).ended;

  expect([last.code, last.err]).toEqual([0, '']);
  const { created, updated, unchanged, resumedAfterLine, ...result } = lastLine(last.out);
  expect(result).toMatchObject({ event: 'done', rows: ROWS, errors: 0, active: ROWS, draft: 0 });
  // of the one batch that a killed run had not counted, some rows were stored, perhaps without their stock
  expect(Number(created) + Number(updated) + Number(unchanged)).toBe(ROWS);
  expect(Number(updated) + Number(unchanged)).toBeLessThanOrEqual(2 * 500);
  expect(resumedAfterLine).toBeGreaterThan(1);
  expect(await rowsStored()).toBe(ROWS);
  expect(await world.count('products', { slug: /^generated-/ })).toBe(ROWS / 2);
  expect(await world.count('product_slugs', { _id: /^generated-/ as never })).toBe(ROWS / 2);
  expect(await world.count('categories')).toBe(8 + 40);
  const [stock] = await world.connection.collection('stock_levels').aggregate([{ $group: { _id: null, units: { $sum: '$onHand' } } }]).toArray();
  expect(stock!['units']).toBe(Array.from({ length: ROWS }, (_none, row) => row % 90).reduce((all, units) => all + units, 0));
  expect(await world.count('stock_movements')).toBe(ROWS - Math.ceil(ROWS / 90));
  expect(await world.count('price_history')).toBe(ROWS + Math.ceil(ROWS / 7));
  expect(await world.violations()).toEqual([]);

  const again = await startImport(file).ended;
  expect(lastLine(again.out)).toMatchObject({ rows: ROWS, created: 0, updated: 0, unchanged: ROWS, resumedAfterLine: 0 });
});

test('Ctrl-C ends it after the batch in hand, and says how it goes on', async () => {
  const file = await writeProducts(world.files.path('stopped.csv'), 3_000);
  const header = (await world.exported('csv')).split('\n')[0]!;
  expect(header).toContain('sku,slug,external_ref');
  const run = startImport(file, '--fresh-start', '--stock', '5');
  const begun = await world.count('imports');
  while (await world.count('imports') === begun) await pause(5);
  run.child.kill('SIGINT');

  const { code, out } = await run.ended;

  expect(code).toBe(130);
  expect(lastLine(out)).toMatchObject({ event: 'stopped' });
  const left = await world.connection.collection('imports').findOne({ isDone: false });
  expect(left!['state']).toMatchObject({ result: { rows: expect.any(Number), errors: 0 } });
});

test('the command says what is wrong, and exits with 1 only when it is asked to be strict', async () => {
  const file = world.csv('sku,name,price,currency', 'CLI-1,Fine,1.00,EUR', 'CLI 2,Wrong,1.00,EUR');
  const errors = world.files.path('errors.ndjson');

  const [lenient, unknown, missing] = await Promise.all([
    startImport(file, '--errors', errors).ended, startImport(file, '--mapping', 'nothing').ended, startImport('/nowhere.csv').ended,
  ]);
  const strict = await startImport(file, '--strict', '--dry-run').ended;

  expect([lenient.code, lastLine(lenient.out)]).toMatchObject([0, { rows: 2, created: 1, errors: 1 }]);
  expect([strict.code, lastLine(strict.out)]).toMatchObject([1, { rows: 2, created: 0, unchanged: 1, errors: 1, dryRun: true }]);
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('There is no preset nothing')]);
  expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('There is no file /nowhere.csv')]);
  const { readFileSync } = await import('node:fs');
  expect(lastLine(readFileSync(errors, 'utf8'))).toMatchObject({ line: 3, field: 'sku', code: 'invalid_sku' });
});
