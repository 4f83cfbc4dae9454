import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { givenUser } from '../../support/given.js';
import { ADDRESS, openShop, type Shop } from '../../support/shop.js';

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts
let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterAll(() => shop.close());
afterEach(() => expect(shop.defects.splice(0)).toEqual([]));

const staff = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, body?: object, headers: Json = {}) => shop.call(method, path, { headers: { ...shop.keys.secret, ...headers }, ...(body && { body }) });
const read = (path: string, language?: string, headers: Json = {}) => shop.call('get', path, { headers: { ...headers, ...(language !== undefined && { 'accept-language': language }) } });
const made = async (path: string, body: object): Promise<Json> => {
  const reply = await staff('post', path, body);
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return reply.body.data as Json;
};
let number = 0;
const product = (body: Json = {}): Promise<Json> => {
  const sku = `T-${++number}`;
  return made('/products', { name: `Thing ${number}`, description: 'In English.', categoryIds: [], status: 'active', variants: [{ sku, prices: [{ currency: 'EUR', base: 1999 }] }], ...body });
};
const say = async (kind: 'products' | 'categories', id: string, language: string, body: object): Promise<Json> => {
  const reply = await staff('put', `/${kind}/${id}/translations/${language}`, body);
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return reply.body.data as Json;
};

describe('before anything is translated', () => {
  test('nothing is said about languages, and nothing is kept twice', async () => {
    const { id } = await product({ name: 'Alone' });
    const reply = await read(`/products/${id as string}`, 'de-AT,de;q=0.9');
    expect([reply.status, reply.headers['content-language'], reply.body.data.language, reply.body.data.slugs]).toEqual([200, undefined, undefined, undefined]);
    expect((await read('/languages')).body.data).toEqual({ usual: 'en', others: [] });
    expect(await shop.container.redis.attempt((client) => client.keys(`*c:{product:${id as string}*`))).toHaveLength(1);
  });
});

describe('a product in other languages', () => {
  test('is read in the nearest that there is, field by field, and says which that was', async () => {
    const { id } = await product({ name: 'Oak chair', seo: { title: 'Buy an oak chair' } });
    await say('products', id, 'de', { name: 'Eichenstuhl', description: 'Auf Deutsch.', slug: 'eichenstuhl', seo: { title: 'Eichenstuhl kaufen' } });
    await say('products', id, 'de-at', { name: 'Eichensessel' });

    const austrian = await read(`/products/${id as string}`, 'de-AT, en;q=0.5');
    expect(austrian.body.data).toMatchObject({ name: 'Eichensessel', description: 'Auf Deutsch.', slug: 'eichenstuhl', seo: { title: 'Eichenstuhl kaufen' }, language: 'de-AT', slugs: { en: 'oak-chair', de: 'eichenstuhl', 'de-AT': 'eichenstuhl' } });
    expect([austrian.headers['content-language'], austrian.headers['vary']]).toEqual(['de-AT', expect.stringContaining('Accept-Language')]);
    expect((await read(`/products/${id as string}`, 'de-CH')).body.data).toMatchObject({ name: 'Eichenstuhl', language: 'de' });
    const english = await read(`/products/${id as string}`, 'en-GB, de;q=0.9');
    expect([english.body.data.name, english.body.data.seo.title, english.body.data.language, english.headers['content-language']]).toEqual(['Oak chair', 'Buy an oak chair', undefined, 'en']);
    expect((await read(`/products/${id as string}`, 'fr, ja;q=0.5')).body.data.name).toBe('Oak chair');
    expect((await read(`/products/${id as string}`)).body.data.name).toBe('Oak chair');
    expect((await read('/languages')).body.data).toEqual({ usual: 'en', others: ['de', 'de-AT'] });
  });

  test('an answer about one thing says what it is said in, not what was wanted; from the cache as well', async () => {
    const [{ id }, category] = [await product({ name: 'Bench' }), await made('/categories', { name: 'Garden' })];
    for (let n = 0; n < 2; n++) expect((await read(`/products/${id as string}`, 'de')).headers['content-language']).toBe('en');
    expect((await read(`/categories/${category['id'] as string}`, 'de')).headers['content-language']).toBe('en');
    await say('categories', category['id'], 'de', { name: 'Garten' });
    await say('products', id, 'de', { name: 'Bank' });
    for (let n = 0; n < 2; n++) expect((await read(`/products/${id as string}`, 'de')).headers['content-language']).toBe('de');
    expect((await read(`/categories/${category['id'] as string}`, 'de-CH')).headers['content-language']).toBe('de');
    expect((await read('/products', 'de')).headers['content-language']).toBe('de');
  });

  test('what is cached in one language outlives a change of a category in another', async () => {
    const category = await made('/categories', { name: 'Rugs' });
    const { id } = await product({ name: 'Round rug', categoryIds: [category['id']] });
    const labels = async (language: string) => (await read(`/products/${id as string}`, language)).body.data.categories.map(({ name }: Json) => name);
    const kept = async () => (await shop.container.redis.attempt((client) => client.keys(`*c:{product:${id as string}*`)))!.length;
    await say('categories', category['id'], 'de', { name: 'Teppiche' });
    expect([await labels('en'), await labels('de'), await kept()]).toEqual([['Rugs'], ['Teppiche'], 2]);

    await say('categories', category['id'], 'de', { name: 'Läufer' });

    expect([await labels('en'), await kept()]).toEqual([['Rugs'], 2]);
    expect([await labels('de'), await kept()]).toEqual([['Läufer'], 3]);
  });

  test('a tag of one language is no tag of the other', async () => {
    const { id } = await product();
    await say('products', id, 'de', { name: 'Ding' });
    const [german, english] = [await read(`/products/${id as string}`, 'de'), await read(`/products/${id as string}`, 'en')];
    expect(german.headers['etag']).not.toBe(english.headers['etag']);
    expect((await read(`/products/${id as string}`, 'de', { 'if-none-match': german.headers['etag'] })).status).toBe(304);
    expect((await read(`/products/${id as string}`, 'en', { 'if-none-match': german.headers['etag'] })).status).toBe(200);
  });

  test('lists, categories, comparisons and searches are read in it too; a change is in the next answer', async () => {
    const category = await made('/categories', { name: 'Seats' });
    const { id } = await product({ name: 'Stool', categoryIds: [category['id']], attributes: { brandless: true } });
    await say('categories', category['id'], 'de', { name: 'Sitzmöbel', slug: 'sitzmöbel' });
    await say('products', id, 'de', { name: 'Hocker', description: 'Zum Sitzen.' });

    const [listed] = (await read('/products?category=seats', 'de')).body.data.items as Json[];
    expect(listed).toMatchObject({ name: 'Hocker', language: 'de', categories: [{ name: 'Sitzmöbel', slug: 'sitzmöbel', path: 'sitzmöbel' }] });
    expect((await read('/products?category=seats&expand=description', 'de')).body.data.items[0].description).toBe('Zum Sitzen.');
    expect((await read(`/categories/${encodeURIComponent('sitzmöbel')}/products`, 'de')).body.data.items.map(({ name }: Json) => name)).toEqual(['Hocker']);
    expect((await read('/products?category=seats', 'en')).body.data.items[0].name).toBe('Stool');
    expect((await read('/products?q=hock')).body.data.items.map(({ id: found }: Json) => found)).toEqual([id]);
    expect((await read('/categories', 'de')).body.data.items.find(({ id: found }: Json) => found === category['id']).name).toBe('Sitzmöbel');

    const found = await read('/search?q=hocker', 'de');
    expect(found.body.data.items.map(({ name }: Json) => name)).toEqual(['Hocker']);
    expect(found.body.data.facets.find(({ name }: Json) => name === 'category').values[0].label).toBe('Sitzmöbel');
    expect((await read('/search?q=hocker')).body.data.items[0].name).toBe('Stool');
    expect((await read('/search/suggestions?q=ho', 'de')).body.data).toMatchObject({ queries: ['hocker'], products: [{ name: 'Hocker' }] });
    expect((await read('/search/suggestions?q=ho')).body.data.queries).toEqual([]);
    expect((await read('/search/suggestions?q=sto')).body.data.queries).toEqual(['stool']);

    await say('products', id, 'de', { name: 'Schemel' });
    expect((await read('/products?category=seats', 'de')).body.data.items[0].name).toBe('Schemel');
    expect((await read(`/products/${id as string}`, 'de')).body.data).toMatchObject({ name: 'Schemel', description: 'In English.' });
  });

  test('a cart is shown in the language of whoever asks, and an order keeps the one it was placed in', async () => {
    const { id, variants: [{ sku }] } = await product({ name: 'Lamp' });
    await staff('post', '/inventory/adjustments', { sku, warehouseId: shop.warehouse['id'], delta: 5, reason: 'given' });
    await say('products', id, 'de', { name: 'Leuchte' });

    const { guest } = await shop.given.cart(sku as string);
    expect((await read('/cart', 'de-DE', guest)).body.data.items[0].name).toBe('Leuchte');
    expect((await read('/cart', 'en', guest)).body.data.items[0].name).toBe('Lamp');
    const placed = await shop.order({ ...guest, 'accept-language': 'de' });
    expect([placed.status, placed.body.data.items[0].productName]).toEqual([201, 'Leuchte']);
    await say('products', id, 'de', { name: 'Lampe' });
    expect((await staff('get', `/orders/${placed.body.data.id as string}`)).body.data.items[0].productName).toBe('Leuchte');
  });

  test('an order that staff prepare names its goods as its customer reads them, whatever their own browser wants', async () => {
    const { id, variants: [{ sku }] } = await product({ name: 'Clock' });
    await staff('post', '/inventory/adjustments', { sku, warehouseId: shop.warehouse['id'], delta: 5, reason: 'given' });
    await say('products', id, 'de', { name: 'Uhr' });
    await say('products', id, 'fr', { name: 'Horloge' });
    const ada = await givenUser(shop);
    expect((await shop.call('patch', '/customers/me', { headers: ada.headers, body: { locale: 'de-AT' } })).status).toBe(200);
    const orderFor = async (whom: Json): Promise<Json> => {
      const draft = await staff('post', '/orders/drafts', { ...whom, shippingAddress: ADDRESS, shippingMethod: 'standard', lines: [{ sku, quantity: 1 }] }, { 'accept-language': 'fr' });
      const placed = await staff('post', `/orders/drafts/${draft.body.data.id as string}/complete`, { payment: { provider: 'offline' } }, { 'accept-language': 'fr', 'idempotency-key': randomUUID() });
      const order = await shop.container.orders.service.get(placed.body.data.id, { staff: true });
      return { name: placed.body.data.items[0].productName as string, locale: order.locale };
    };

    expect(await orderFor({ userId: ada.id })).toEqual({ name: 'Uhr', locale: 'de-AT' });
    expect(await orderFor({ email: 'guest@example.com' })).toEqual({ name: 'Clock', locale: undefined });
  });

  test('staff read the usual words in whatever language, so that they do not write a translation over them', async () => {
    const { id } = await product({ name: 'Table' });
    await say('products', id, 'de', { name: 'Tisch' });
    expect((await staff('get', `/products/${id as string}`, undefined, { 'accept-language': 'de' })).body.data).toMatchObject({ name: 'Table', slugs: { en: 'table', de: 'table' } });
    expect((await staff('get', `/products/${id as string}/translations`)).body.data.items).toEqual([{ language: 'de', name: 'Tisch' }]);
    expect((await staff('put', `/products/${id as string}`, { name: 'Desk' })).body.data.name).toBe('Desk');
    expect((await read(`/products/${id as string}`, 'de')).body.data.name).toBe('Tisch');
  });

  test('a language is taken away again, and what was never said is not found', async () => {
    const { id } = await product({ name: 'Shelf' });
    const { version } = await say('products', id, 'fr', { name: 'Étagère', slug: 'étagère' });
    expect((await staff('delete', `/products/${id as string}/translations/fr`, undefined, { 'if-match': `"${(version as number) - 1}"` })).status).toBe(412);
    expect((await staff('delete', `/products/${id as string}/translations/fr`)).body.data).toEqual({ id, version: (version as number) + 1 });
    expect((await staff('delete', `/products/${id as string}/translations/fr`)).body.code).toBe('translation_not_found');
    const after = await read(`/products/${id as string}`, 'fr');
    expect([after.body.data.name, after.body.data.slugs, after.headers['content-language']]).toEqual(['Shelf', undefined, 'en']);
    const old = await read(`/products/${encodeURIComponent('étagère')}`);
    expect([old.status, old.headers['location']]).toEqual([301, '/api/v1/products/shelf']);
  });

  test.each([
    ['a tag that is none', 'product', 'deutsch!', { name: 'X' }, 400, 'invalid_request'], ['the usual language', 'product', 'en', { name: 'X' }, 400, 'usual_language'],
    ['no name', 'product', 'de', { description: 'x' }, 400, 'invalid_request'], ['a slug in capitals', 'product', 'de', { name: 'X', slug: 'Nein' }, 400, 'invalid_request'],
    ['an unknown field', 'product', 'de', { name: 'X', price: 1 }, 400, 'invalid_request'], ['a decomposed slug', 'product', 'de', { name: 'X', slug: 'stu\u0308hle' }, 400, 'invalid_request'],
  ])('%s is refused and nothing changes', async (_case, _kind, language, body, status, code) => {
    const { id } = await product();
    const reply = await staff('put', `/products/${id as string}/translations/${encodeURIComponent(language)}`, body);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect((await staff('get', `/products/${id as string}/translations`)).body.data.total).toBe(0);
    expect((await read('/languages')).body.data.others).not.toContain('en');
  });

  test('who may not write may not translate', async () => {
    const { id } = await product();
    expect((await shop.call('put', `/products/${id as string}/translations/de`, { body: { name: 'X' } })).status).toBe(401);
    expect((await staff('put', `/products/${'0'.repeat(24)}/translations/de`, { name: 'X' })).body.code).toBe('product_not_found');
  });

  test('the same again writes nothing', async () => {
    const { id } = await product();
    const first = await say('products', id, 'de', { name: 'Gleich' });
    const events = await shop.count('outbox', { aggregateId: id });
    expect((await say('products', id, 'de', { name: 'Gleich' }))['version']).toBe(first['version']);
    expect(await shop.count('outbox', { aggregateId: id })).toBe(events);
  });

  test('of ten languages at once all are kept', async () => {
    const { id } = await product();
    const languages = ['bg', 'cs', 'da', 'el', 'es', 'et', 'fi', 'hr', 'hu', 'it'];
    const replies = await Promise.all(languages.map((language) => staff('put', `/products/${id as string}/translations/${language}`, { name: `Name ${language}` })));
    expect(replies.map(({ status }) => status)).toEqual(languages.map(() => 200));
    expect((await staff('get', `/products/${id as string}/translations`)).body.data.total).toBe(10);
    expect((await read('/languages')).body.data.others).toEqual(expect.arrayContaining(languages));
    expect(await shop.violations()).toEqual([]);
  });
});

test('attributes and their values have names in each language; the values stay what they are', async () => {
  await made('/attributes', { code: 'colour', name: 'Colour', type: 'enum', options: ['black', 'white'] });
  const put = await staff('put', '/attributes/colour/translations/de', { name: 'Farbe', options: { black: 'schwarz' } });
  expect([put.status, put.body.data.version]).toEqual([200, 2]);
  expect((await read('/attributes/colour', 'de-DE')).body.data).toMatchObject({ name: 'Farbe', options: ['black', 'white'], labels: { black: 'schwarz' }, language: 'de' });
  expect((await read('/attributes', 'en')).body.data.items[0]).not.toHaveProperty('labels');
  const [dark, both] = [await product({ attributes: { colour: 'black' } }), await product({ attributes: { colour: 'white' } })];
  const compared = await read(`/products/compare?ids=${dark['id'] as string},${both['id'] as string}`, 'de');
  expect(compared.body.data.attributes).toEqual([{ name: 'colour', label: 'Farbe', labels: ['schwarz', null], values: ['black', 'white'], differs: true }]);
  const counted = await read('/search?facets=attr.colour', 'de');
  expect(counted.body.data.facets).toEqual([{ name: 'attr.colour', label: 'Farbe', values: [{ value: 'black', label: 'schwarz', count: 1, selected: false }, { value: 'white', label: 'white', count: 1, selected: false }] }]);
  expect((await read('/search?facets=attr.colour')).body.data.facets[0]).toMatchObject({ label: 'Colour', values: [{ label: 'black' }, { label: 'white' }] });
  expect((await staff('put', '/attributes/colour/translations/de', { name: 'Farbe', options: { red: 'rot' } })).body.errors).toEqual([{ pointer: '#/body/options/red', code: 'unknown_option', message: '"red" is no option of this attribute.' }]);
  expect((await staff('delete', '/attributes/colour/translations/de')).status).toBe(200);
  expect((await read('/attributes/colour', 'de')).body.data.name).toBe('Colour');
});

describe('slugs', () => {
  test('may be of any script, and a name without Latin letters keeps its own', async () => {
    const { id, slug } = await product({ name: '木の椅子' });
    expect(slug).toBe('木の椅子');
    expect((await read(`/products/${encodeURIComponent('木の椅子')}`)).body.data.id).toBe(id);
    await say('products', id, 'ar', { name: 'كرسي', slug: 'كرسي-خشبي' });
    expect((await read(`/products/${encodeURIComponent('كرسي-خشبي')}`, 'ar')).body.data).toMatchObject({ id, slug: 'كرسي-خشبي', language: 'ar' });
    const renamed = await staff('patch', `/products/${id as string}`, { slug: 'стул' });
    expect(renamed.status).toBe(200);
    const old = await read(`/products/${encodeURIComponent('木の椅子')}?currency=EUR`);
    expect([old.status, old.headers['location'], old.headers['cache-control']]).toEqual([301, `/api/v1/products/${encodeURIComponent('стул')}?currency=EUR`, 'public, max-age=0, must-revalidate']);
  });

  test('of a hundred and forty letters of any script are resolved', async () => {
    const slug = 'ก'.repeat(140);
    const { id } = await product({ slug });
    const found = await read(`/seo/resolve?path=${encodeURIComponent(`/de-AT/products/${encodeURIComponent(slug)}`)}`);
    expect([found.status, found.body.data]).toMatchObject([200, { kind: 'product', id, slug }]);
  });

  test('an old one of a product moves although a category in its answer is called so', async () => {
    const category = await made('/categories', { name: 'Namesakes' });
    const { id } = await product({ slug: 'namesakes', categoryIds: [category['id']] });
    await staff('patch', `/products/${id as string}`, { slug: 'namesake-one' });
    for (let n = 0; n < 2; n++) expect((await read('/products/namesakes')).headers['location']).toBe('/api/v1/products/namesake-one');
  });

  test('a slug belongs to one product in whatever language, now and in the past', async () => {
    const [one, other] = [await product({ slug: 'first' }), await product({ slug: 'second' })];
    await say('products', one['id'], 'de', { name: 'Erstes', slug: 'erstes' });
    for (const slug of ['erstes', 'first']) expect((await staff('put', `/products/${other['id'] as string}/translations/de`, { name: 'Zweites', slug })).body.code).toBe('slug_taken');
    expect((await staff('patch', `/products/${other['id'] as string}`, { slug: 'erstes' })).body.code).toBe('slug_taken');
    await say('products', one['id'], 'de', { name: 'Erstes', slug: 'allererstes' });
    const moved = await read('/products/erstes', 'de');
    expect([moved.status, moved.headers['location']]).toEqual([301, '/api/v1/products/allererstes']);
    expect((await read('/products/erstes', 'en')).headers['location']).toBe('/api/v1/products/first');
    expect((await staff('put', `/products/${other['id'] as string}/translations/de`, { name: 'Zweites', slug: 'erstes' })).body.code).toBe('slug_taken');
  });

  test('of fifty products that want one slug at once one gets it', async () => {
    const items = Array.from({ length: 50 }, (_none, at) => ({ name: `Rival ${at}`, status: 'active', variants: [] }));
    const all = ((await staff('post', '/products/bulk', { items })).body.data.items as Json[]).map(({ data }) => data as Json);
    const replies = await Promise.all(all.map(({ id }, at) => (at % 2 === 0 ? staff('patch', `/products/${id as string}`, { slug: 'wanted' }) : staff('put', `/products/${id as string}/translations/de`, { name: 'Begehrt', slug: 'wanted' }))));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ body }) => body.code === 'slug_taken')).toHaveLength(49);
    const winner = all[replies.findIndex(({ status }) => status === 200)]!;
    expect((await read('/products/wanted', 'de')).body.data.id).toBe(winner['id']);
    expect(await shop.count('product_slugs', { _id: 'wanted' as never })).toBe(1);
  });

  test('after fifty renames at once every old slug leads to the last in one step, and a name given back does not go in circles', async () => {
    const { id } = await product({ slug: 'r-start' });
    const replies = await Promise.all(Array.from({ length: 50 }, (_none, at) => staff('patch', `/products/${id as string}`, { slug: `r-${at}` })));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    const { slug } = (await read(`/products/${id as string}`)).body.data as Json;
    const asked = await Promise.all(['r-start', ...Array.from({ length: 50 }, (_none, at) => `r-${at}`)].map(async (one) => ({ one, reply: await read(`/products/${one}`) })));
    expect(asked.filter(({ reply }) => reply.status === 200).map(({ one }) => one)).toEqual([slug]);
    expect(new Set(asked.flatMap(({ reply }) => reply.headers['location'] ?? []))).toEqual(new Set([`/api/v1/products/${slug as string}`]));
    await staff('patch', `/products/${id as string}`, { slug: 'r-start' });
    expect([(await read('/products/r-start')).status, (await read(`/products/${slug as string}`)).headers['location']]).toEqual([200, '/api/v1/products/r-start']);
  });
});

describe('slugs of categories', () => {
  test('lead to it for ever, and to where it went when it is given up', async () => {
    const [one, other] = [await made('/categories', { name: 'Chairs' }), await made('/categories', { name: 'Benches' })];
    await staff('put', `/categories/${one['id'] as string}`, { name: 'Chairs', slug: 'seating' });
    await staff('put', `/categories/${one['id'] as string}`, { name: 'Chairs', slug: 'sitting' });
    const moved = await read('/categories/chairs');
    expect([moved.status, moved.headers['location']]).toEqual([301, '/api/v1/categories/sitting']);
    expect((await read('/categories/seating/products?page=2')).headers['location']).toBe('/api/v1/categories/sitting/products?page=2&per_page=20');
    const { id } = await product({ name: 'Rocking chair', categoryIds: [one['id']] });
    const listed = await read('/products?category=chairs&in_stock=false');
    expect([listed.status, listed.headers['location']]).toEqual([301, '/api/v1/products?category=sitting&in_stock=false&page=1&per_page=20']);
    for (let tries = 0; tries < 20 && (await read('/search?category=chairs')).body.data.total === 0; tries++) await pause(100);
    expect((await read('/search?category=chairs')).body.data.items.map(({ id: found }: Json) => found)).toEqual([id]);
    expect([(await read('/products?category=never')).body.data.total, (await read('/search?category=never')).body.data.total]).toEqual([0, 0]);
    expect((await staff('post', '/categories', { name: 'Others', slug: 'chairs' })).body.code).toBe('slug_taken');
    expect((await staff('put', `/categories/${other['id'] as string}/translations/de`, { name: 'Bänke', slug: 'seating' })).body.code).toBe('slug_taken');
    expect((await made('/categories', { name: 'CHAIRS', parentId: other['id'] }))['slug']).toBe('chairs-2');

    expect((await staff('delete', `/categories/${one['id'] as string}?reassign_to=${other['id'] as string}`)).status).toBe(200);
    for (const slug of ['chairs', 'seating', 'sitting']) expect((await read(`/categories/${slug}`)).headers['location']).toBe('/api/v1/categories/benches');
    const gone = await made('/categories', { name: 'Short-lived' });
    await staff('delete', `/categories/${gone['id'] as string}`);
    expect((await read('/categories/short-lived')).status).toBe(404);
    expect((await made('/categories', { name: 'Short-lived' }))['slug']).toBe('short-lived');
  });

  test('of twenty categories that want one slug at once one gets it', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_none, at) => made('/categories', { name: `Wanting ${at}` })));
    const replies = await Promise.all(all.map(({ id, name }) => staff('put', `/categories/${id as string}`, { name, slug: 'coveted' })));
    expect([replies.filter(({ status }) => status === 200).length, replies.filter(({ body }) => body.code === 'slug_taken').length]).toEqual([1, 19]);
  });
});

test('an attribute is called something in so many languages as a product, and in no more', async () => {
  await made('/attributes', { code: 'size', name: 'Size', type: 'text' });
  const languages = Array.from({ length: 30 }, (_none, at) => `x${String.fromCharCode(97 + (at % 15))}${String.fromCharCode(97 + Math.floor(at / 15))}`);
  for (const language of languages) expect((await staff('put', `/attributes/size/translations/${language}`, { name: `Size ${language}` })).status).toBe(200);
  expect((await staff('put', '/attributes/size/translations/xzz', { name: 'Size' })).body).toMatchObject({ status: 409, code: 'too_many_languages', limit: 30 });
  expect((await staff('put', '/attributes/size/translations/xaa', { name: 'Other' })).body.data.translations).toMatchObject({ xaa: { name: 'Other' } });
});
