import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { checkMongo, checkRedis } from '../../scripts/lib/doctor/databases.js';
import { checkFolders, checkPort } from '../../scripts/lib/doctor/machine.js';
import { freePort } from '../../scripts/lib/ports.js';
import { startRedis } from '../../scripts/lib/provision/index.js';
import { emptyFolder, later, occupiedPort } from './support/machine.js';

test('a port is free, or taken by somebody who is named', async () => {
  const free = await freePort();
  const taken = await occupiedPort();

  expect(await checkPort(free)).toEqual({ what: `port ${free}`, state: 'ok', detail: 'free' });
  expect(await checkPort(taken)).toEqual({
    what: `port ${taken}`, state: 'warn', detail: expect.stringMatching(new RegExp(`^taken by .* \\(pid ${process.pid}\\)$`)),
    fix: `stop it, or npm run up takes the next free port (or: npm run up -- --port ${taken + 1})`,
  });
});

test('a folder that cannot be made is a failure that names the way out', async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'file'), '');
  const inFile = join(folder, 'file', 'state');

  const findings = await checkFolders({ KONTOR_STATE_DIR: inFile, KONTOR_CACHE_DIR: join(folder, 'cache') });

  expect(findings).toEqual([
    { what: 'state folder', state: 'fail', detail: `ENOTDIR: not a directory, mkdir '${inFile}'`, fix: 'make it writable for you, or name another: export KONTOR_STATE_DIR=/some/where' },
    { what: 'cache folder', state: 'ok', detail: join(folder, 'cache') },
  ]);
});

test('a replica set that takes writes is fine, and the probe leaves nothing', async () => {
  expect(await checkMongo({ MONGODB_URI: process.env['TEST_MONGODB_URI'] })).toEqual({ what: 'MongoDB', state: 'ok', detail: 'MONGODB_URI names a replica set that takes writes' });
});

test('databases that do not answer are failures', async () => {
  const port = await freePort();

  expect(await checkMongo({ MONGODB_URI: `mongodb://127.0.0.1:${port}/kontor` })).toEqual({
    what: 'MongoDB', state: 'fail', detail: `MONGODB_URI is set, but nothing usable answers there: connect ECONNREFUSED 127.0.0.1:${port}`,
    fix: 'unset MONGODB_URI, and npm run up starts one itself',
  });
  expect(await checkRedis({ REDIS_URL: `redis://127.0.0.1:${port}` })).toEqual({
    what: 'Redis', state: 'fail', detail: `REDIS_URL does not answer: connect ECONNREFUSED 127.0.0.1:${port}`, fix: 'unset REDIS_URL, and npm run up starts one itself',
  });
});

test('a Redis that forgets under pressure is a warning with the command that changes it', async () => {
  const server = await startRedis();
  later(() => server.stop());
  expect(await checkRedis({ REDIS_URL: server.url })).toEqual({ what: 'Redis', state: 'ok', detail: 'REDIS_URL answers and evicts nothing' });
  const redis = new Redis(server.url);
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await redis.quit();

  expect(await checkRedis({ REDIS_URL: server.url })).toEqual({
    what: 'Redis', state: 'warn', detail: 'REDIS_URL answers, but its maxmemory-policy is allkeys-lru: a full memory would drop rate limits and locks',
    fix: 'redis-cli -u "$REDIS_URL" CONFIG SET maxmemory-policy noeviction',
  });
});
