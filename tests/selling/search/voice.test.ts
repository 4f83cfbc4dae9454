import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEngine } from '../../../src/selling/search/embedded-engine.js';
import { readPrice } from '../../../src/selling/search/price-words.js';
import { createRecogniser } from '../../../src/selling/search/recogniser.js';
import { understand } from '../../../src/selling/search/voice.js';
import { openShop, type Shop } from '../../support/shop.js';

const NAMES = [
  'Nike shoes for men', 'Running shoes for women', 'Red paddle board', '1.75 inch leather belt', 'Apple AirPods 2', 'USB lunch box', 'Carhartt pants for men', 'All purpose flour', 'Rose flower vase', '1/2 inch binder',
  'Shampoo 2 in 1', 'One piece swimsuit', 'Fluval 407 filter', 'Watch like a pro book', 'Dumbbell 50 pounds',
];
const engine = new EmbeddedEngine();
NAMES.forEach((name, at) => { engine.put(
  { id: String(at), visible: name !== 'Fluval 407 filter', status: 'active', name, categoryIds: [], brand: null, attributes: {}, priceRange: {}, inStock: true, rating: { average: 0, count: 0 }, createdAt: new Date(0) },
  { title: name, brand: '', category: '', attribute: '', body: '' },
); });
const hear = (transcript: string) => understand(transcript, engine.hearing('public'));

test.each([
  ['um so like show me some nike shoes please', 'nike shoes', null],
  ['nike shoes four men', 'nike shoes for men', null], ['read paddle bored', 'red paddle board', null], ['rose flour vase', 'rose flower vase', null], ['all purpose flour', 'all purpose flour', null],
  ['one point seven five inch leather belt', '1.75 inch leather belt', null], ['half inch binder', '1/2 inch binder', null], ['air pods to', 'airpods 2', null], ['u s b lunch box', 'usb lunch box', null], ['car heart pants', 'carhartt pants', null],
  ["i'm looking for, uh, shoes under fifty dollars", 'shoes', { to: 5000, currency: 'USD' }], ['shoes between twenty and one hundred and fifty euros thanks', 'shoes', { from: 2000, to: 15_000, currency: 'EUR' }],
  ['shoes under nineteen ninety nine', 'shoes', { to: 1999 }], ['shoes for a hundred bucks or less', 'shoes', { to: 10_000, currency: 'USD' }], ['dumbbell fifty pounds', 'dumbbell 50 pounds', null], ['watch like a pro', 'watch like a pro', null],
])('"%s" is what somebody types as "%s"', (transcript, q, price) => {
  expect(hear(transcript)).toEqual({ q, price });
});

test.each([
  ['shoes under $50', 'shoes', { to: 5000, currency: 'USD' }], ['rug under 5 feet', 'rug under 5 feet', null], ['gifts for women over 50', 'gifts for women over 50', null], ['12" pan up to 1,299.50 euros', '12" pan', { to: 129_950, currency: 'EUR' }],
  ['desk lamp from €20 to €40', 'desk lamp', { from: 2000, to: 4000, currency: 'EUR' }], ['2 in 1 shampoo', '2 in 1 shampoo', null], ['cards for fifty cents or less', 'cards', { to: 50 }],
])('of "%s" the words are "%s"', (typed, rest, price) => {
  expect(readPrice(typed)).toEqual({ rest, price });
});

test('what the asker may not know of does not help to understand him', () => {
  expect(hear('flu val filter').q).toBe('flu val filter');
  expect(understand('flu val filter', engine.hearing('staff')).q).toBe('fluval filter');
});

describe('over HTTP', () => {
  let shop: Shop;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kontor-test-'));
    // In place of ffmpeg: the recording is a text, and the recogniser reads it aloud.
    writeFileSync(join(folder, 'ffmpeg'), '#!/bin/sh\nwhile [ "$1" != -i ]; do shift; done\nin="$2"\nfor last; do :; done\ncp "$in" "$last"\n');
    chmodSync(join(folder, 'ffmpeg'), 0o755);
    shop = await openShop({ env: { VOICE_RECOGNISER_COMMAND: 'cat {file}', FFMPEG_DIR: folder } });
    for (const [at, price] of [1500, 4000, 9000].entries()) {
      await shop.call('post', '/products', { headers: shop.keys.secret, body: { name: `Trail shoes ${at}`, description: '', status: 'active', categoryIds: [], variants: [{ sku: `V-${at}`, prices: [{ currency: 'EUR', base: price }] }] } });
    }
    await shop.container.search.warm();
  });
  afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
  afterAll(() => shop.close());

  const prices = (data: { items: Array<{ price: { from: { amount: number } } }> }) => data.items.map(({ price }) => price.from.amount).sort((a, b) => a - b);

  test('a transcript gives what its typed query gives, with its price', async () => {
    const said = await shop.call('post', '/search/voice?per_page=2', { body: { transcript: 'um show me trail shoes under fifty dollars please' } });
    const typed = await shop.call('get', '/search?q=trail+shoes&price[lte]=5000&per_page=2');

    expect(said.status).toBe(200);
    const { transcript, understood, price, searchId: _said, ...found } = said.body.data;
    const { searchId: _typed, ...same } = typed.body.data;
    expect({ transcript, understood, price }).toEqual({ transcript: 'um show me trail shoes under fifty dollars please', understood: 'trail shoes', price: { to: 5000, currency: 'EUR' } });
    expect(found).toEqual(same);
    expect(prices(found)).toEqual([1500, 4000]);
    expect((await shop.call('get', '/search?q=trail+shoes+under+%E2%82%AC50')).body.data).toMatchObject({ total: 2, price: { to: 5000, currency: 'EUR' } });
  });

  const record = (bytes: string) => {
    const form = new FormData();
    form.append('file', new Blob([bytes]), 'said.webm');
    return fetch(`${shop.url}/api/v1/search/voice`, { method: 'POST', headers: shop.headers, body: form });
  };

  test('a recording is understood by the recogniser that is installed, and silence is told', async () => {
    const heard = await record('show me trail shoes over fifty euros');
    const silent = await record(' ');

    expect(heard.status).toBe(200);
    expect(prices(((await heard.json()) as { data: Parameters<typeof prices>[0] }).data)).toEqual([9000]);
    expect([silent.status, ((await silent.json()) as { code: string }).code]).toEqual([400, 'nothing_heard']);
  });

  test.each([[{}, 400, 'nothing_said'], [{ transcript: '' }, 400, 'invalid_request'], [{ transcript: 'x'.repeat(501) }, 400, 'invalid_request'], [{ words: 'x' }, 400, 'invalid_request']])('%j is refused', async (body, status, code) => {
    const refused = await shop.call('post', '/search/voice', { body });

    expect([refused.status, refused.body.code]).toEqual([status, code]);
  });
});

test('without a recogniser a recording is answered by what to install', async () => {
  await expect(createRecogniser({ command: '', ffmpegDirectory: '' })('said.webm', () => [])).rejects.toMatchObject({ status: 501, code: 'no_recogniser', message: expect.stringContaining('VOICE_RECOGNISER_COMMAND') });
  await expect(createRecogniser({ command: 'no-such-program {file}', ffmpegDirectory: '/nowhere' })('said.webm', () => [])).rejects.toMatchObject({ status: 501 });
});
