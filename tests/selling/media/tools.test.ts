import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { freePort } from '../../../scripts/lib/ports.js';
import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';
import { jpeg, upload } from './pictures.js';

const run = promisify(execFile);
const folders = [process.env['FFMPEG_DIR'] ?? '', process.env['CLAMD_DIR'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'].filter((folder) => folder !== '');
const folderOf = (name: string): string | undefined => folders.find((folder) => existsSync(join(folder, name)));
const ffmpegFolder = folderOf('ffprobe') === folderOf('ffmpeg') ? folderOf('ffmpeg') : undefined;
const clamdFolder = folderOf('clamd');
(ffmpegFolder === undefined ? describe.skip : describe)(`videos with the real ffmpeg${ffmpegFolder === undefined ? ' (skipped: ffmpeg and ffprobe are not installed; FFMPEG_DIR names their folder)' : ''}`, videos);
(clamdFolder === undefined ? describe.skip : describe)(`malware with the real clamd${clamdFolder === undefined ? ' (skipped: clamd is not installed; CLAMD_DIR names its folder)' : ''}`, malware);

function videos(): void {
  let shop: Shop;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kontor-videos-'));
    shop = await openShop({ env: { FFMPEG_DIR: ffmpegFolder!, PUBLIC_URL: 'http://shop.invalid' } });
  });
  afterAll(async () => {
    await shop.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    expect(shop.defects.splice(0)).toEqual([]);
    expect(await shop.violations()).toEqual([]);
  });
  const reached = (url: string) => url.replace('http://shop.invalid', shop.url);
  /** Two seconds of a test picture; black before, so that a poster of the first picture would be black. */
  const film = async (name: string, ...more: string[]): Promise<Buffer> => {
    const path = join(folder, name);
    await run(join(ffmpegFolder!, 'ffmpeg'), ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'color=black:s=320x240:r=10:d=0.2', '-f', 'lavfi', '-i', 'testsrc=s=320x240:r=10:d=1.8', '-filter_complex', '[0][1]concat=n=2:v=1[v]', '-map', '[v]', ...more, path]);
    return readFile(path);
  };
  const tags = async (path: string): Promise<string> => (await run(join(ffmpegFolder!, 'ffprobe'), ['-v', 'error', '-show_format', '-show_streams', '-show_chapters', '-of', 'json', path])).stdout;

  test('a video is taken, loses place and names, and has a poster that is not its first black picture; a review shows it', async () => {
    const ada = await givenUser(shop);
    const bytes = await film('place.mp4', '-c:v', 'mpeg4', '-metadata', 'location=+48.8577+002.295/', '-metadata', 'title=Ada at home');
    // What browsers cannot play is not taken.
    expect(await tags(join(folder, 'place.mp4'))).toContain('48.8577');
    const refused = await upload(shop, { ...shop.headers, ...ada.headers }, bytes, { name: 'place.mp4' });
    await shop.container.media.processDue();
    expect((await shop.call('get', `/media/files/${refused.body.data.id}`, { headers: ada.headers })).body.data).toMatchObject({ state: 'refused', refusal: { code: 'unsupported_media' } });

    const webm = await film('place.webm', '-c:v', 'libvpx', '-b:v', '200k', '-metadata', 'location=+48.8577+002.295/', '-metadata', 'title=Ada at home');
    expect(await tags(join(folder, 'place.webm'))).toContain('Ada at home');
    const taken = await upload(shop, { ...shop.headers, ...ada.headers }, webm, { name: 'place.webm' });
    expect([taken.status, taken.body.data.state]).toEqual([202, 'quarantined']);
    await shop.container.media.processDue();
    const { id, ...file } = (await shop.call('get', `/media/files/${taken.body.data.id}`, { headers: ada.headers })).body.data;
    expect(file).toMatchObject({ state: 'ready', kind: 'video', width: 320, height: 240, durationSeconds: 2 });

    const clean = join(folder, 'clean.webm');
    await writeFile(clean, Buffer.from(await (await fetch(reached(file.urls['video.webm']))).arrayBuffer()));
    expect(await tags(clean)).not.toMatch(/48\.8577|Ada at home/);
    const poster = sharp(Buffer.from(await (await fetch(reached(file.urls['card.jpg']))).arrayBuffer()));
    const { channels } = await poster.stats();
    expect(Math.max(...channels.map(({ mean }) => mean))).toBeGreaterThan(50);

    const { productId } = await shop.given.variant();
    const review = (await shop.call('post', `/products/${productId}/reviews`, { headers: ada.headers, body: { rating: 5, text: 'See it move.' } })).body.data;
    await shop.call('post', `/reviews/${review.id}/media`, { headers: ada.headers, body: { mediaIds: [id] } });
    const [shown] = (await shop.call('get', `/products/${productId}/reviews`)).body.data.items[0].media;
    expect(shown).toMatchObject({ id, kind: 'video', durationSeconds: 2 });
    expect((await fetch(reached(shown.url), { headers: { range: 'bytes=0-3' } })).status).toBe(206);
  }, 60_000);

  test('half a video is refused, and its room is given back', async () => {
    const ada = await givenUser(shop);
    const bytes = (await film('half.webm', '-c:v', 'libvpx')).subarray(0, 300);
    const { body } = await upload(shop, { ...shop.headers, ...ada.headers }, bytes, { name: 'half.webm' });
    await shop.container.media.processDue();

    expect((await shop.call('get', `/media/files/${body.data.id}`, { headers: ada.headers })).body.data).toMatchObject({ state: 'refused', refusal: { code: 'damaged_media' } });
    expect((await shop.connection.collection<{ _id: string; bytes: number }>('media_usage').findOne({ _id: `user:${ada.id}` }))?.bytes ?? 0).toBe(0);
  }, 60_000);
}

function malware(): void {
  let shop: Shop;
  let clamd: ChildProcess;
  let folder: string;
  /** A signature of our own, since the published ones are hundreds of megabytes: the letters KONTOR-TEST-VIRUS anywhere. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kontor-clamd-'));
    const port = await freePort();
    await writeFile(join(folder, 'own.ndb'), `Kontor.Test:0:*:${Buffer.from('KONTOR-TEST-VIRUS').toString('hex')}\n`);
    await writeFile(join(folder, 'clamd.conf'), [`DatabaseDirectory ${folder}`, 'TCPAddr 127.0.0.1', `TCPSocket ${port}`, 'Foreground yes', 'OfficialDatabaseOnly no', `TemporaryDirectory ${folder}`, `User ${(await run('id', ['-un'])).stdout.trim()}`, ''].join('\n'));
    clamd = spawn(join(clamdFolder!, 'clamd'), ['-c', join(folder, 'clamd.conf')], { stdio: 'ignore' });
    const isUp = () => new Promise<boolean>((resolve) => { const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); }); socket.on('error', () => { resolve(false); }); });
    for (let tries = 0; tries < 600 && !await isUp(); tries++) await pause(100);
    shop = await openShop({ env: { CLAMD_ADDRESS: `127.0.0.1:${port}`, FFMPEG_DIR: '/nowhere' } });
  }, 90_000);
  afterAll(async () => {
    clamd.kill('SIGTERM');
    await shop.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('what it finds is refused and not kept, what is clean passes', async () => {
    const ada = await givenUser(shop);
    const headers = { ...shop.headers, ...ada.headers };
    const bytes = await jpeg(7001);

    const found = await upload(shop, headers, Buffer.concat([bytes, Buffer.from('KONTOR-TEST-VIRUS')]));
    expect([found.status, found.body.code]).toEqual([415, 'malware_found']);
    expect(await shop.count('uploaded_files')).toBe(0);
    expect((await upload(shop, headers, bytes)).status).toBe(201);
    expect((await upload(shop, headers, await jpeg(7002, { width: 2000, height: 1500 }))).status).toBe(201);
    expect(shop.defects).toEqual([]);
  });
}
