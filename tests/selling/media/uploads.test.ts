import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';
import { jpeg, picture, startClamd, upload } from './pictures.js';

let shop: Shop;
let clamd: Awaited<ReturnType<typeof startClamd>>;
let ada: Awaited<ReturnType<typeof givenUser>>;
let asAda: Record<string, string>;
const QUOTA = 400_000;
const UPLOADS = join(tmpdir(), 'kontor-uploads');

beforeAll(async () => {
  clamd = await startClamd();
  shop = await openShop({ env: { CLAMD_ADDRESS: clamd.address, MEDIA_QUOTA_BYTES: String(QUOTA), FFMPEG_DIR: '/nowhere', PUBLIC_URL: 'http://shop.invalid', MEDIA_MAX_IMAGE_BYTES: '2000000' } });
  ada = await givenUser(shop);
  asAda = { ...shop.headers, ...ada.headers };
});
afterAll(async () => {
  await shop.close();
  await clamd.close();
});

const reached = (url: string) => url.replace('http://shop.invalid', shop.url);
const objects = async () => { const found: string[] = []; for await (const { key } of shop.container.storage.list('media')) found.push(key); return found; };
const usage = async (owner: string) => (await shop.connection.collection<{ _id: string; bytes: number }>('media_usage').findOne({ _id: owner }))?.bytes ?? 0;

test('a picture is made anew in three sizes and two formats, turned upright, without EXIF and place', async () => {
  const original = await picture(1, { width: 1200, height: 800 }).withExif({ IFD0: { Copyright: 'Ada Lovelace' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } }).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  expect(original.includes('Ada Lovelace')).toBe(true);

  const { status, body } = await upload(shop, shop.keys.secret, original);

  expect(status).toBe(201);
  expect(body.data).toMatchObject({ state: 'ready', kind: 'image', contentType: 'image/jpeg', width: 800, height: 1200, isPublic: false, bytes: original.length });
  expect(Object.keys(body.data.urls).sort()).toEqual(['card.jpg', 'card.webp', 'thumb.jpg', 'thumb.webp', 'zoom.jpg', 'zoom.webp']);
  for (const [name, [width, height]] of Object.entries({ 'thumb.webp': [107, 160], 'card.jpg': [320, 480], 'zoom.jpg': [800, 1200] })) {
    const bytes = Buffer.from(await (await fetch(reached(body.data.urls[name]))).arrayBuffer());
    const { width: w, height: h, exif, icc, xmp, orientation } = await sharp(bytes).metadata();
    expect([name, w, h, exif, icc, xmp, orientation]).toEqual([name, width, height, undefined, undefined, undefined, undefined]);
    expect(bytes.includes('Ada Lovelace')).toBe(false);
  }
});

test('what is not public is read by its signed link only, until it expires or is changed', async () => {
  const { body } = await upload(shop, shop.keys.secret, await jpeg(2));
  const url = reached(body.data.urls['card.jpg']);
  const status = async (address: string) => (await fetch(address)).status;

  expect(await status(url)).toBe(200);
  expect((await fetch(url)).headers.get('cache-control')).toBe('private, no-store');
  expect(await status(url.split('?')[0]!)).toBe(404);
  expect(await status(url.replace('-card.jpg', '-zoom.jpg'))).toBe(404);
  expect(await status(url.replace(/expires=(\d+)/, (_all, at: string) => `expires=${Number(at) + 1}`))).toBe(404);
  shop.clock.offsetMs = 3_601_000;
  expect(await status(url)).toBe(404);
  shop.clock.offsetMs = 0;
});

test('a public picture is cached for ever, answers ranges and conditions, and is never taken for anything else', async () => {
  const { body } = await upload(shop, shop.keys.secret, await jpeg(3));
  const { productId } = await shop.given.variant();
  const shown = await shop.call('post', `/products/${productId}/images`, { headers: shop.keys.secret, body: { mediaId: body.data.id, alt: 'Front' } });
  const url = reached(shown.body.data.images[0].url);
  const whole = await fetch(url);
  const bytes = Buffer.from(await whole.arrayBuffer());
  const etag = whole.headers.get('etag')!;

  expect(Object.fromEntries(['content-type', 'cache-control', 'x-content-type-options', 'content-disposition', 'accept-ranges'].map((name) => [name, whole.headers.get(name)]))).toEqual({
    'content-type': 'image/jpeg', 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff', 'content-disposition': 'inline; filename="zoom.jpg"', 'accept-ranges': 'bytes',
  });
  const part = await fetch(url, { headers: { range: 'bytes=2-5' } });
  expect([part.status, part.headers.get('content-range'), Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(2, 6))]).toEqual([206, `bytes 2-5/${bytes.length}`, true]);
  expect((await fetch(url, { headers: { range: 'bytes=-3' } })).headers.get('content-range')).toBe(`bytes ${bytes.length - 3}-${bytes.length - 1}/${bytes.length}`);
  expect((await fetch(url, { headers: { range: `bytes=${bytes.length}-` } })).status).toBe(416);
  expect((await fetch(url, { headers: { range: 'bytes=0-1', 'if-range': '"another"' } })).status).toBe(200);
  expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe(String(bytes.length));
});

const zipEnd = Buffer.concat([Buffer.from('PK\u0003\u0004data'), Buffer.from('PK\u0001\u0002'), Buffer.alloc(42), Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);
const chunk = (type: string, data: Buffer) => {
  const frame = Buffer.concat([Buffer.alloc(4), Buffer.from(type), data, Buffer.alloc(4)]);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(frame.subarray(4, -4)), frame.length - 4);
  return frame;
};
/** A well-formed head of 60,000 x 60,000 pixels; a few hundred bytes that would need ten gigabytes. */
const flood = () => {
  const head = Buffer.from('00000000000000000802000000', 'hex');
  head.writeUInt32BE(60_000, 0);
  head.writeUInt32BE(60_000, 4);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.alloc(100_000))), chunk('IEND', Buffer.alloc(0))]);
};

test.each([
  { _case: 'a web page', bytes: async () => Buffer.from('<html><script>alert(1)</script></html>'), status: 415, code: 'unsupported_media' },
  { _case: 'an SVG drawing', bytes: async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), status: 415, code: 'unsupported_media' },
  { _case: 'a program', bytes: async () => Buffer.from('7f454c4602010100', 'hex'), status: 415, code: 'unsupported_media' },
  { _case: 'nothing', bytes: async () => Buffer.alloc(0), status: 415, code: 'unsupported_media' },
  { _case: 'a picture with a web page behind it', bytes: async () => Buffer.concat([await jpeg(4), Buffer.from('<ScRiPt>alert(1)</sCrIpT>')]), status: 415, code: 'polyglot_refused' },
  { _case: 'a picture with PHP in its comment', bytes: async () => { const made = await jpeg(5); return Buffer.concat([made.subarray(0, 2), Buffer.from('fffe0014', 'hex'), Buffer.from('<?php system($x);#'), made.subarray(2)]); }, status: 415, code: 'polyglot_refused' },
  { _case: 'a picture with a drawing behind it', bytes: async () => Buffer.concat([await jpeg(11), Buffer.from('<SVG onload="alert(1)" xmlns="http://www.w3.org/2000/svg"/>')]), status: 415, code: 'polyglot_refused' },
  { _case: 'a picture that is a ZIP as well', bytes: async () => Buffer.concat([await jpeg(6), zipEnd]), status: 415, code: 'polyglot_refused' },
  { _case: 'a picture that is a PDF as well', bytes: async () => { const made = await jpeg(7); return Buffer.concat([made.subarray(0, 2), Buffer.from('fffe0010', 'hex'), Buffer.from('%PDF-1.4 xxxxx'), made.subarray(2)]); }, status: 415, code: 'polyglot_refused' },
  { _case: 'half a picture', bytes: async () => (await jpeg(8)).subarray(0, 900), status: 415, code: 'damaged_media' },
  { _case: 'a flood of pixels', bytes: async () => flood(), status: 413, code: 'too_many_pixels' },
  { _case: 'more bytes than are taken', bytes: async () => Buffer.concat([await jpeg(10), Buffer.alloc(2_000_000)]), status: 413, code: 'media_too_large' },
  { _case: 'a virus', bytes: async () => Buffer.concat([await jpeg(9), Buffer.from('EICAR-STANDARD-ANTIVIRUS-TEST-FILE')]), status: 415, code: 'malware_found' },
  { _case: 'a video where nobody can clean it', bytes: async () => Buffer.concat([Buffer.from('000000186674797069736f6d0000020069736f6d69736f32', 'hex'), Buffer.alloc(64)]), status: 415, code: 'video_not_supported' },
])('refuses $_case, and keeps nothing of it', async ({ bytes, status, code }) => {
  const before = [await shop.count('uploaded_files'), (await objects()).length, (await readdir(UPLOADS)).length];

  const reply = await upload(shop, asAda, await bytes());

  expect([reply.status, reply.body.code]).toEqual([status, code]);
  expect([await shop.count('uploaded_files'), (await objects()).length, (await readdir(UPLOADS)).length]).toEqual(before);
  expect(await usage(`user:${ada.id}`)).toBe(0);
});

test('a photo in which the letters of a drawing stand by chance is a photo', async () => {
  const made = await jpeg(12);
  const reply = await upload(shop, shop.keys.secret, Buffer.concat([made.subarray(0, 2), Buffer.from('fffe0010', 'hex'), Buffer.from('x9<sVg\u0001\u0002<Svg~~'), made.subarray(2)]));
  expect(reply.status).toBe(201);
});

test('twenty uploads of the same bytes at once are twenty files of one content', async () => {
  const bytes = await jpeg(20);
  const before = (await objects()).length;

  const replies = await Promise.all(Array.from({ length: 20 }, () => upload(shop, shop.keys.secret, bytes)));

  expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
  expect(new Set(replies.map(({ body }) => body.data.id)).size).toBe(20);
  expect(new Set(replies.map(({ body }) => body.data.urls['zoom.jpg'].split('?')[0])).size).toBe(1);
  expect((await objects()).length).toBe(before + 6);
});

test('a quota is never exceeded, whoever races, and what is deleted gives its room back', async () => {
  const eve = await givenUser(shop);
  const headers = { ...shop.headers, ...eve.headers };
  const files = await Promise.all(Array.from({ length: 12 }, (_none, at) => picture(100 + at, { width: 200, height: 200 }).png({ compressionLevel: 0 }).toBuffer()));
  const size = files[0]!.length;
  const fitting = Math.floor(QUOTA / size);

  const replies = await Promise.all(files.map((bytes) => upload(shop, headers, bytes)));
  const taken = replies.filter(({ status }) => status === 201);

  expect(fitting).toBeGreaterThan(0);
  expect(taken.length).toBe(fitting);
  expect(replies.filter(({ status, body }) => status === 409 && body.code === 'quota_exceeded').length).toBe(12 - fitting);
  expect(await usage(`user:${eve.id}`)).toBe(fitting * size);
  expect((await shop.call('delete', `/media/files/${taken[0]!.body.data.id}`, { headers: eve.headers })).status).toBe(200);
  expect(await usage(`user:${eve.id}`)).toBe((fitting - 1) * size);
  expect(await shop.violations()).toEqual([]);
});

test('a file is its owner\'s: others neither see nor delete it, and staff have their own', async () => {
  const { body } = await upload(shop, asAda, await jpeg(30));
  const eve = await givenUser(shop);

  expect((await shop.call('get', `/media/files/${body.data.id}`, { headers: ada.headers })).status).toBe(200);
  for (const headers of [eve.headers, shop.keys.secret]) {
    expect((await shop.call('get', `/media/files/${body.data.id}`, { headers })).status).toBe(404);
    expect((await shop.call('delete', `/media/files/${body.data.id}`, { headers })).status).toBe(404);
  }
  expect((await shop.call('get', '/media/files', { headers: eve.headers })).body.data.items).toEqual([]);
  expect((await shop.call('get', '/media/files')).status).toBe(401);
});

test('a file goes directly to the storage by a link, and is ready when a worker has seen it', async () => {
  const bytes = await jpeg(40);
  const asked = await shop.call('post', '/media/uploads', { headers: ada.headers, body: { name: 'up.jpg', contentType: 'image/jpeg', bytes: bytes.length } });
  const { file, upload: link } = asked.body.data;
  const complete = () => shop.call('post', `/media/uploads/${file.id}/complete`, { headers: ada.headers });

  expect([asked.status, file.state]).toEqual([201, 'awaiting']);
  expect((await complete()).body.code).toBe('upload_missing');
  expect((await fetch(reached(link.url), { method: link.method, headers: link.headers, body: new Uint8Array(bytes) })).status).toBe(200);
  expect((await complete()).body.data.state).toBe('quarantined');
  await shop.container.media.processDue();
  const { body } = await shop.call('get', `/media/files/${file.id}`, { headers: ada.headers });
  expect(body.data).toMatchObject({ state: 'ready', width: 320, height: 240 });
  expect((await fetch(reached(body.data.urls['thumb.webp']))).status).toBe(200);
  expect((await complete()).body.data.state).toBe('ready');
});

test('what was sent by a link is looked at like everything else, and its room is given back when it is refused', async () => {
  const before = await usage(`user:${ada.id}`);
  const page = Buffer.from('<html>not a picture</html>');
  const { body } = await shop.call('post', '/media/uploads', { headers: ada.headers, body: { name: 'x.jpg', contentType: 'image/jpeg', bytes: page.length } });
  await fetch(reached(body.data.upload.url), { method: 'PUT', headers: body.data.upload.headers, body: new Uint8Array(page) });
  await shop.call('post', `/media/uploads/${body.data.file.id}/complete`, { headers: ada.headers });
  await shop.container.media.processDue();

  const seen = await shop.call('get', `/media/files/${body.data.file.id}`, { headers: ada.headers });
  expect(seen.body.data).toMatchObject({ state: 'refused', refusal: { code: 'unsupported_media' } });
  expect(await usage(`user:${ada.id}`)).toBe(before);
  expect(await shop.container.storage.stat(`incoming/${body.data.file.id}`)).toBeNull();
});

test('while the scanner is away files stay in quarantine, and pass when it is back', async () => {
  const bytes = await jpeg(50);
  await clamd.close();
  const { status, body } = await upload(shop, asAda, bytes);
  await shop.container.media.processDue();
  const waiting = await shop.call('get', `/media/files/${body.data.id}`, { headers: ada.headers });

  expect([status, body.data.state, body.data.urls]).toEqual([202, 'quarantined', undefined]);
  expect([waiting.body.data.state, waiting.body.data.note]).toEqual(['quarantined', 'It waits for the malware scanner, which is away.']);
  await clamd.comeBack();
  shop.clock.offsetMs = 60_000;
  await shop.container.media.processDue();
  shop.clock.offsetMs = 0;
  expect((await shop.call('get', `/media/files/${body.data.id}`, { headers: ada.headers })).body.data.state).toBe('ready');
  shop.defects.length = 0;
});

test('uploads that are cut at any byte leave no file behind', async () => {
  const before = [(await readdir(UPLOADS)).length, await shop.count('uploaded_files')];
  const bytes = await jpeg(60, { width: 900, height: 900 });
  const head = Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n');
  const body = Buffer.concat([head, bytes, Buffer.from('\r\n--b--\r\n')]);
  const cut = (at: number) => new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(shop.url).port), '127.0.0.1', () => {
      socket.write(`POST /api/v1/media HTTP/1.1\r\nHost: x\r\nx-api-key: ${shop.headers['x-api-key']}\r\nAuthorization: ${ada.headers['authorization']}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\n\r\n`);
      socket.write(body.subarray(0, at), () => { setTimeout(() => { socket.destroy(); resolve(); }, at % 7); });
    });
    socket.on('error', () => { resolve(); });
  });
  for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 50 }, (_none, at) => cut(Math.floor(((round * 50 + at) / 500) * (body.length - 1)))));
  for (let tries = 0; tries < 100 && (await readdir(UPLOADS)).length > before[0]!; tries++) await pause(50);

  expect([(await readdir(UPLOADS)).length, await shop.count('uploaded_files')]).toEqual(before);
  expect(shop.defects).toEqual([]);
});

test.each(['http://127.0.0.1:27017/', 'http://127.0.0.1/', 'http://[::ffff:169.254.169.254]/latest/meta-data/', 'http://2852039166/', 'http://user@example.com/x.png', 'https://localhost/x.png'])('staff cannot have %s fetched, and nothing is kept of it', async (url) => {
  const before = await shop.count('media_files');

  const { status, body } = await shop.call('post', '/media/imports', { headers: shop.keys.secret, body: { url } });

  expect([status, body.code]).toEqual([400, 'address_not_fetched']);
  expect(['address', 'port', 'credentials', 'unresolved']).toContain(body.reason);
  expect(await shop.count('media_files')).toBe(before);
});
