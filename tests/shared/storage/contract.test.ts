import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createS3Storage } from '../../../src/shared/storage/s3-storage.js';
import { ObjectMissing, SizeMismatch } from '../../../src/shared/storage/storage.errors.js';
import type { Storage } from '../../../src/shared/storage/storage.js';
import { startS3Gateway } from '../../support/go-tools.js';
import { openWorld, type World } from '../../support/world.js';

const gateway = await startS3Gateway();
let world: World;
let s3: Storage;
beforeAll(async () => {
  // Links lead to the world's own server, so its address has to be known before its storage is made.
  world = await openWorld({ env: { PUBLIC_URL: 'http://storage.invalid' } });
  if ('missing' in gateway) return;
  const { endpoint, accessKeyId, secretAccessKey } = gateway;
  const client = new S3Client({ region: 'us-east-1', endpoint, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  await client.send(new CreateBucketCommand({ Bucket: 'media' }));
  client.destroy();
  s3 = createS3Storage({ config: { bucket: 'media', region: 'us-east-1', endpoint, accessKeyId, secretAccessKey }, now: () => new Date() });
});
afterAll(async () => {
  if (!('missing' in gateway)) await gateway.stop();
  await world.close();
});

const engines: Array<[name: string, missing: string | null, storage: () => Storage]> = [
  ['local', null, () => world.container.storage],
  ['s3', 'missing' in gateway ? gateway.missing : null, () => s3],
];

const MEGABYTE = 1_048_576;
const BLOCK = Buffer.alloc(MEGABYTE / 16, 'kontor ');
/** The same block again and again, handed out when it is asked for: whatever memory grows by is what the storage itself holds. */
function* counted(megabytes: number, watch: { pulled: number }): Generator<Buffer> {
  for (let at = 0; at < megabytes * 16; at++) {
    watch.pulled += 1;
    yield BLOCK;
  }
}
const text = (content: string) => Buffer.from(content);
const reached = (url: string) => url.replace('http://storage.invalid', world.url);

describe.each(engines)('the storage %s', (name, missing, open) => {
  const here = missing === null ? test : (title: string, _work: () => Promise<void>) => { test.skip(`${title} (${name}: ${missing})`, () => {}); };
  const put = (key: string, content: string) => open().put(key, text(content), { contentType: 'text/plain', size: content.length });

  here('gives back what was put, and knows its size', async () => {
    await put('media/a', 'hello world');

    expect((await buffer(await open().open('media/a'))).toString()).toBe('hello world');
    expect(await open().stat('media/a')).toEqual({ size: 11 });
  });

  here('gives a part of it', async () => {
    await put('media/range', '0123456789');

    expect((await buffer(await open().open('media/range', { start: 2, end: 5 }))).toString()).toBe('2345');
  });

  here('replaces what is put again', async () => {
    await put('media/again', 'first');
    await put('media/again', 'second');

    expect((await buffer(await open().open('media/again'))).toString()).toBe('second');
  });

  here('says that there is nothing where there is nothing', async () => {
    expect(await open().stat('media/none')).toBeNull();
    await expect(open().open('media/none')).rejects.toThrow(ObjectMissing);
  });

  here('deletes, also what is gone already', async () => {
    await put('media/gone', 'x');
    await open().delete(['media/gone', 'media/never']);
    await open().delete(['media/gone']);

    expect(await open().stat('media/gone')).toBeNull();
  });

  here('lists one area, and no other', async () => {
    for (const key of ['listed/a', 'listed/b', 'other/c']) await put(key, 'xyz');
    const found: Array<{ key: string; size: number }> = [];
    for await (const { key, size } of open().list('listed')) found.push({ key, size });

    expect(found.sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual([{ key: 'listed/a', size: 3 }, { key: 'listed/b', size: 3 }]);
  });

  here('keeps nothing of a body that is shorter or longer than announced, or that breaks', async () => {
    const send = (body: Readable, size: number) => open().put('media/broken', body, { contentType: 'text/plain', size });
    const breaking = Readable.from((async function* broken() { yield text('half'); throw new Error('the client went away'); })(), { objectMode: false });

    await expect(send(Readable.from([text('short')]), 10)).rejects.toThrow(SizeMismatch);
    await expect(send(Readable.from([text('much too long')]), 10)).rejects.toThrow(SizeMismatch);
    await expect(send(breaking, 10)).rejects.toThrow();
    expect(await open().stat('media/broken')).toBeNull();
  });

  here('takes 20 MB as fast as they are stored, never holding more than a few of them', async () => {
    const watch = { pulled: 0 };
    const hash = createHash('sha256');
    const before = process.memoryUsage();
    let most = 0;
    const body = Readable.from(counted(20, watch), { objectMode: false, highWaterMark: 65_536 });
    const timer = setInterval(() => { most = Math.max(most, process.memoryUsage().arrayBuffers - before.arrayBuffers); }, 2);
    await open().put('media/large', body, { contentType: 'video/mp4', size: 20 * MEGABYTE });
    clearInterval(timer);
    let held = 0;
    for await (const chunk of await open().open('media/large') as AsyncIterable<Buffer>) { hash.update(chunk); held = Math.max(held, chunk.length); }

    expect(watch.pulled).toBe(320);
    expect(held).toBeLessThanOrEqual(MEGABYTE);
    expect(most).toBeLessThan(6 * MEGABYTE);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(Buffer.concat([...counted(20, { pulled: 0 })])).digest('hex'));
  });

  here('signs a link that takes one upload of exactly this size and type, and one that reads it', async () => {
    const { url, method, headers } = await open().presignPut('incoming/up', { contentType: 'image/png', size: 5, expiresInSeconds: 60 });

    expect((await fetch(reached(url), { method, headers, body: 'bytes' })).status).toBe(200);
    const read = await fetch(reached(await open().presignGet('incoming/up', { contentType: 'image/png', expiresInSeconds: 60 })));
    expect([read.status, read.headers.get('content-type'), await read.text()]).toEqual([200, 'image/png', 'bytes']);
  });

  here('refuses by its link another size, another type and another method, and stores nothing', async () => {
    const { url, headers } = await open().presignPut('incoming/strict', { contentType: 'image/png', size: 5, expiresInSeconds: 60 });
    const send = async (init: RequestInit) => (await fetch(reached(url), init)).status;

    for (const body of ['longer than five', 'abc']) expect(await send({ method: 'PUT', headers, body })).toBeGreaterThanOrEqual(400);
    expect(await send({ method: 'PUT', headers: { 'content-type': 'text/html' }, body: 'bytes' })).toBeGreaterThanOrEqual(400);
    expect(await send({ method: 'GET' })).toBeGreaterThanOrEqual(400);
    expect(await open().stat('incoming/strict')).toBeNull();
  });

  here('refuses a link that was changed anywhere', async () => {
    await put('incoming/secret', 'private');
    const url = await open().presignGet('incoming/signed', { contentType: 'text/plain', expiresInSeconds: 60 });
    await put('incoming/signed', 'mine');
    const changed = [url.replace('incoming/signed', 'incoming/secret'), ...['expires', 'X-Amz-Expires', 'X-Amz-Date'].flatMap((name) => {
      const forged = new URL(url);
      const value = forged.searchParams.get(name);
      if (value === null) return [];
      forged.searchParams.set(name, name === 'X-Amz-Date' ? value.replace(/\d(?=Z)/, (digit) => String((Number(digit) + 1) % 10)) : `${Number(value) + 1}`);
      return [forged.toString()];
    }), url.replace(/(signature=.{4})(.)/i, (_all, head: string, letter: string) => head + (letter === '0' ? '1' : '0'))];

    expect((await fetch(reached(url))).status).toBe(200);
    expect(changed.length).toBeGreaterThanOrEqual(3);
    for (const forged of changed) expect((await fetch(reached(forged))).status).toBe(403);
  });

  here('lets links expire, for reading and for sending', async () => {
    await put('incoming/short', 'soon gone');
    const read = await open().presignGet('incoming/short', { contentType: 'text/plain', expiresInSeconds: 1 });
    const send = await open().presignPut('incoming/late', { contentType: 'text/plain', size: 4, expiresInSeconds: 1 });
    await pause(2100);

    expect((await fetch(reached(read))).status).toBe(403);
    expect((await fetch(reached(send.url), { method: 'PUT', headers: send.headers, body: 'late' })).status).toBe(403);
    expect(await open().stat('incoming/late')).toBeNull();
  });

  here('knows only names that cannot leave their place', async () => {
    for (const key of ['../../etc/passwd', 'media/../x', '/media/x', 'media/', 'media/a/b', 'MEDIA/x', 'media/.hidden', 'media/a\0b']) {
      await expect(open().put(key, text('x'), { contentType: 'text/plain', size: 1 })).rejects.toThrow('no key of the storage');
    }
  });
});
