import { Types } from 'mongoose';
import { givenUser } from '../../support/given.js';
import { seeded } from '../../support/random.js';
import { openShop, type Shop } from '../../support/shop.js';
import { jpeg, upload } from './pictures.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop({ env: { PUBLIC_URL: 'http://shop.invalid' } }); });
afterAll(() => shop.close());
beforeEach(() => { shop.clock.offsetMs = 0; });

const HOUR = 3_600_000;
const given = async (seed: number): Promise<string> => (await upload(shop, shop.keys.secret, await jpeg(seed))).body.data.id as string;
const staff = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });
const collect = async (hours: number) => { shop.clock.offsetMs = hours * HOUR; return shop.container.media.collect(); };
const isThere = async (id: string) => (await shop.connection.collection('uploaded_files').findOne({ _id: new Types.ObjectId(id) })) !== null;
const objects = async () => { const found: string[] = []; for await (const { key } of shop.container.storage.list('media')) found.push(key); return found; };
const urlsOf = (product: { images: Array<{ mediaId?: string }> }) => product.images.map(({ mediaId }) => mediaId);

test('pictures are attached, ordered, described and taken away; others\' addresses stay as they are', async () => {
  const [a, b, c] = [await given(1), await given(2), await given(3)];
  const { productId } = await shop.given.variant();
  await staff('patch', `/products/${productId}`, { images: [{ url: 'https://cdn.example/x.jpg', alt: 'theirs' }] });

  for (const mediaId of [a, b]) await staff('post', `/products/${productId}/images`, { mediaId });
  const first = await staff('post', `/products/${productId}/images`, { mediaId: c, alt: 'Front', position: 0 });
  expect(urlsOf(first.body.data)).toEqual([c, undefined, a, b]);
  expect(first.body.data.images[0].url).toMatch(/^http:\/\/shop\.invalid\/media\/[0-9a-f]{64}-zoom\.jpg$/);
  expect(urlsOf((await staff('patch', `/products/${productId}/images/${b}`, { position: 1, alt: 'Side' })).body.data)).toEqual([c, b, undefined, a]);
  expect(urlsOf((await staff('delete', `/products/${productId}/images/${c}`)).body.data)).toEqual([b, undefined, a]);
  expect((await staff('delete', `/products/${productId}/images/${c}`)).body.code).toBe('product_image_not_found');
  expect((await staff('post', `/products/${productId}/images`, { mediaId: '0'.repeat(24) })).body.code).toBe('unknown_media');
  // Whoever reads a product and writes it back loses nothing, also by the address alone.
  const read = (await staff('get', `/products/${productId}`)).body.data;
  const written = await staff('patch', `/products/${productId}`, { images: read.images.map(({ url, alt }: { url: string; alt: string }) => ({ url, alt })) });
  expect(urlsOf(written.body.data)).toEqual([b, undefined, a]);
});

test('twenty attachments to one product at once are all there', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, (_none, at) => given(200 + at)));
  const { productId } = await shop.given.variant();

  const replies = await Promise.all(ids.map((mediaId) => staff('post', `/products/${productId}/images`, { mediaId })));

  expect(replies.map(({ status }) => status)).toEqual(ids.map(() => 201));
  expect(urlsOf((await staff('get', `/products/${productId}`)).body.data).sort()).toEqual([...ids].sort());
});

test('what nothing shows goes after its hours, with its objects; what is shown, by a product, a variant or a person, stays', async () => {
  const [ofProduct, ofVariant, orphan, twin] = [await given(10), await given(11), await given(12), await given(10)];
  const { productId } = await shop.given.variant();
  const variantId = (await staff('get', `/products/${productId}`)).body.data.variants[0].id as string;
  await staff('post', `/products/${productId}/images`, { mediaId: ofProduct });
  const own = await staff('put', `/products/${productId}/variants/${variantId}/image`, { mediaId: ofVariant, alt: 'Red' });
  const before = (await objects()).length;

  expect(own.body.data.image).toMatchObject({ mediaId: ofVariant, alt: 'Red' });
  expect(await collect(11)).toBe(0);
  await collect(13);
  await collect(40);

  expect(await Promise.all([ofProduct, ofVariant, orphan, twin].map(isThere))).toEqual([true, true, false, false]);
  // The twin's content is the product's, and stays.
  expect((await objects()).length).toBeLessThanOrEqual(before - 6);
  expect((await shop.call('get', `/products/${productId}`)).body.data.images[0].mediaId).toBe(ofProduct);
});

test('the files of a deleted product are gone within a day, and not before whoever looks at it has loaded them', async () => {
  const ids = [await given(20), await given(21)];
  const { productId } = await shop.given.variant();
  const variantId = (await staff('get', `/products/${productId}`)).body.data.variants[0].id as string;
  const shown = await staff('post', `/products/${productId}/images`, { mediaId: ids[0]! });
  await staff('put', `/products/${productId}/variants/${variantId}/image`, { mediaId: ids[1]! });
  const url = (shown.body.data.images[0].url as string).replace('http://shop.invalid', shop.url);
  await collect(100);
  expect(await Promise.all(ids.map(isThere))).toEqual([true, true]);

  expect((await staff('delete', `/products/${productId}`)).status).toBe(200);
  await collect(101);
  expect((await fetch(url)).status).toBe(200);
  await collect(124);

  expect(await Promise.all(ids.map(isThere))).toEqual([false, false]);
});

test('what is attached and deleted at the same moment is either shown or gone, never shown and gone', async () => {
  const { productId } = await shop.given.variant();
  const ids = await Promise.all(Array.from({ length: 20 }, (_none, at) => given(400 + at)));

  const outcomes = await Promise.all(ids.map(async (mediaId) => {
    const [attached, deleted] = await Promise.all([staff('post', `/products/${productId}/images`, { mediaId }), staff('delete', `/media/files/${mediaId}`)]);
    return [mediaId, attached.status, deleted.status] as const;
  }));

  const shown = new Set(urlsOf((await staff('get', `/products/${productId}`)).body.data));
  for (const [mediaId, attached, deleted] of outcomes) {
    expect([mediaId, shown.has(mediaId), await isThere(mediaId)]).toEqual([mediaId, attached === 201, attached === 201]);
    expect(attached === 201 ? [409] : [200]).toContain(deleted);
  }
  expect(await shop.violations()).toEqual([]);
});

test('a person\'s picture is cut to a square, replaced and removed; the old one goes', async () => {
  const ada = await givenUser(shop);
  const headers = { ...shop.headers, ...ada.headers };
  const set = async (seed: number) => upload(shop, headers, await jpeg(seed, { width: 600, height: 300 }), { path: '/customers/me/avatar', method: 'PUT' });
  const load = async (url: string) => fetch(url.replace('http://shop.invalid', shop.url));

  const first = (await set(30)).body.data.avatarUrl as string;
  const second = await set(31);
  expect([second.status, (await load(first)).status, (await load(second.body.data.avatarUrl)).status]).toEqual([200, 200, 200]);
  const { width, height } = await (await import('sharp')).default(Buffer.from(await (await load(second.body.data.avatarUrl)).arrayBuffer())).metadata();
  expect([width, height]).toEqual([512, 512]);
  const me = await shop.connection.collection('uploaded_files').find({ owner: `user:${ada.id}` }).sort({ _id: 1 }).toArray();
  await collect(200);
  expect(await Promise.all(me.map(({ _id }) => isThere(_id.toHexString())))).toEqual([false, true]);
  shop.clock.offsetMs = 0;
  expect((await shop.call('delete', '/customers/me/avatar', { headers: ada.headers })).body.data.avatarUrl).toBeUndefined();
  expect((await upload(shop, headers, Buffer.from('no picture'), { path: '/customers/me/avatar', method: 'PUT' })).status).toBe(415);
});

test('of two hundred random graphs nothing that is referred to is ever collected, and everything else is', async () => {
  const random = seeded(7);
  const now = Date.now();
  const old = new Date(now - 1000 * HOUR);
  const id = () => new Types.ObjectId();
  const files: object[] = [], blobs: object[] = [], attachments: object[] = [], products: object[] = [], variants: object[] = [];
  const kept = new Set<string>(), all = new Set<string>();
  for (let graph = 0; graph < 200; graph++) {
    const hashes = Array.from({ length: random.between(1, 3) }, (_none, at) => `${graph}-${at}-${id().toHexString()}`);
    for (const hash of hashes) blobs.push({ _id: hash, generation: '00000000', state: 'ready', kind: 'image', contentType: 'image/png', width: 1, height: 1, objects: [], usedAt: old, createdAt: old });
    const ids = Array.from({ length: random.between(1, 6) }, id);
    for (const one of ids) {
      const isYoung = random.between(1, 8) === 1;
      files.push({ _id: one, owner: 'shop', name: 'x', profile: 'picture', state: 'ready', kind: 'image', contentType: 'image/png', bytes: 1, hash: hashes[random.between(0, hashes.length - 1)], isPublic: false, attempts: 0, dueAt: null, touchedAt: isYoung ? new Date(now) : old, createdAt: old, updatedAt: old });
      all.add(one.toHexString());
      if (isYoung) kept.add(one.toHexString());
    }
    for (let edge = random.between(0, 4); edge > 0; edge--) {
      const shown = ids.filter(() => random.between(1, 3) === 1);
      for (const one of shown) kept.add(one.toHexString());
      const images = shown.map((one) => ({ url: 'x', alt: '', mediaId: one.toHexString() }));
      const kind = random.between(1, 3);
      if (kind === 1) attachments.push({ kind: 'review', ownerId: `${graph}:${edge}`, mediaIds: shown, updatedAt: old });
      else if (kind === 2) products.push({ _id: id(), slug: `${graph}-${edge}`, visible: true, images });
      else variants.push(...images.map((image) => ({ _id: id(), skuKey: id().toHexString(), image })));
    }
  }
  const rows = { uploaded_files: files, media_blobs: blobs, media_attachments: attachments, products, variants };
  for (const [name, documents] of Object.entries(rows)) await shop.connection.collection(name).insertMany(documents);

  await collect(0);

  const left = new Set((await shop.connection.collection('uploaded_files').find({ _id: { $in: files.map((file) => (file as { _id: Types.ObjectId })._id) } }).toArray()).map(({ _id }) => _id.toHexString()));
  expect([...kept].filter((one) => !left.has(one))).toEqual([]);
  expect([...left].filter((one) => !kept.has(one))).toEqual([]);
  expect(left.size).toBeLessThan(all.size);
  const had = new Set(files.map((file) => (file as { hash: string }).hash));
  const used = new Set((await shop.connection.collection('uploaded_files').distinct('hash')) as string[]);
  expect((await shop.connection.collection<{ _id: string }>('media_blobs').find({ _id: { $regex: /^\d+-/ } }).toArray()).filter(({ _id }) => had.has(_id) && !used.has(_id)).map(({ _id }) => _id)).toEqual([]);
});

test('objects that no document knows are swept once no request can still be at work on them', async () => {
  const key = `media/${'a'.repeat(64)}.00000000-zoom.jpg`;
  await shop.container.storage.put(key, Buffer.from('x'), { contentType: 'image/jpeg', size: 1 });

  shop.clock.offsetMs = 0;
  await shop.container.media.sweep();
  expect(await shop.container.storage.stat(key)).toEqual({ size: 1 });
  shop.clock.offsetMs = 25 * HOUR;
  await shop.container.media.sweep();
  expect(await shop.container.storage.stat(key)).toBeNull();
});
