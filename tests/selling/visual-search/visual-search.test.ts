import sharp, { type Sharp } from 'sharp';
import { seeded } from '../../support/random.js';
import { openShop, type Shop } from '../../support/shop.js';
import { upload } from '../media/pictures.js';

let shop: Shop;
const ids: string[] = [];
const pictures: Buffer[] = [];
beforeAll(async () => {
  shop = await openShop({ env: { PUBLIC_URL: 'http://shop.invalid' } });
  for (let at = 0; at < 6; at++) {
    pictures.push(await thing(at));
    const { productId } = await shop.given.variant({ sku: `LOOK-${at}` });
    ids.push(productId);
    await attach(productId, pictures[at]!);
  }
});
afterAll(() => shop.close());

/** A thing of some shapes and colours that no other has. */
function thing(seed: number): Promise<Buffer> {
  const { between } = seeded(seed + 1);
  const shapes = Array.from({ length: 9 }, () => `<rect x="${between(20, 230)}" y="${between(20, 230)}" width="${between(15, 90)}" height="${between(15, 90)}" fill="rgb(${between(0, 255)},${between(0, 255)},${between(0, 255)})" transform="rotate(${between(0, 80)} 150 150)"/>`);
  return sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><rect width="300" height="300" fill="white"/>${shapes.join('')}</svg>`)).jpeg({ quality: 90 }).toBuffer();
}
async function attach(productId: string, bytes: Buffer): Promise<string> {
  const { body } = await upload(shop, shop.keys.secret, bytes);
  await shop.call('post', `/products/${productId}/images`, { headers: shop.keys.secret, body: { mediaId: body.data.id } });
  shop.container.visualSearch.lookAgain();
  return body.data.id as string;
}
const ask = async (bytes: Buffer, headers = shop.headers) => upload(shop, headers, bytes, { path: '/search/visual' });
const found = async (bytes: Buffer, headers = shop.headers) => ((await ask(bytes, headers)).body.data.items as Array<{ product: { id: string } }>).map(({ product }) => product.id);

test.each([
  { _case: 'as it is', change: (image: Sharp) => image },
  { _case: 'cut at a corner', change: (image: Sharp) => image.extract({ left: 0, top: 0, width: 240, height: 240 }) },
  { _case: 'turned by 10 degrees', change: (image: Sharp) => image.rotate(10, { background: '#000' }) },
  { _case: 'turned by 90 degrees', change: (image: Sharp) => image.rotate(90) },
  { _case: 'mirrored', change: (image: Sharp) => image.flop() },
  { _case: 'saved badly', change: (image: Sharp) => image.jpeg({ quality: 30 }) },
  { _case: 'brighter', change: (image: Sharp) => image.modulate({ brightness: 1.3 }) },
  { _case: 'in other colours', change: (image: Sharp) => image.modulate({ hue: 120 }) },
])('a picture $_case finds its product first', async ({ change }) => {
  for (const at of [0, 3, 5]) expect((await found(await change(sharp(pictures[at]!)).toBuffer()))[0]).toBe(ids[at]);
});

test('the answer says how it was found, and shows what lists show', async () => {
  const { status, body } = await ask(pictures[1]!);

  expect(status).toBe(200);
  expect(body.data).toMatchObject({ model: 'embedded', note: expect.stringContaining('No model') });
  expect(body.data.items).toHaveLength(6);
  expect(body.data.items[0]).toMatchObject({ product: { id: ids[1], price: { from: { amount: 1999, currency: 'EUR' } } }, mediaId: expect.any(String) });
  expect(body.data.items[0].score).toBeGreaterThan(0.9);
});

test('what is not shown is found by staff only, and a picture that was taken away no more', async () => {
  const bytes = await thing(40);
  const { productId } = await shop.given.variant({ sku: 'LOOK-DRAFT', status: 'draft' });
  const mediaId = await attach(productId, bytes);

  expect(await found(bytes)).not.toContain(productId);
  expect((await found(bytes, shop.keys.secret as never))[0]).toBe(productId);
  await shop.call('delete', `/products/${productId}/images/${mediaId}`, { headers: shop.keys.secret });
  shop.container.visualSearch.lookAgain();
  expect(await found(bytes, shop.keys.secret as never)).not.toContain(productId);
});

test('what is no picture is refused, and nothing is kept of a question', async () => {
  expect((await ask(Buffer.from('<svg/>'))).body.code).toBe('picture_unreadable');
  expect((await ask(Buffer.from('not a picture'))).status).toBe(415);
  expect(await shop.count('uploaded_files', { name: 'picture.jpg' })).toBe(7);
});
