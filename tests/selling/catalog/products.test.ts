import { givenUser, type GivenUser } from '../../support/given.js';
import { eur, newSku, openCatalogWorld, openOtherNode, type CatalogWorld, type Json } from './catalog-world.js';

let world: CatalogWorld;
let node: Awaited<ReturnType<typeof openOtherNode>>;
beforeAll(async () => {
  world = await openCatalogWorld();
  node = await openOtherNode(world);
});
afterAll(async () => {
  await node.close();
  await world.close();
});
afterEach(() => expect([...world.defects.splice(0), ...node.defects.splice(0)]).toEqual([]));

describe('creating a product', () => {
  test('answers the product in the shape of the contract and stores its parts together', async () => {
    const home = await world.given.category({ name: 'Home' });
    const reply = await world.asStaff('post', '/products', { body: {
      name: 'Oak Chair', description: 'Sits well.', brand: 'Nordhus', categoryIds: [home['id']], status: 'active',
      attributes: { material: 'oak', legs: 4 }, customFields: { note: 'x' }, images: [{ url: 'https://cdn.example.com/chair.jpg', alt: 'A chair' }], seo: { title: 'Oak chair' },
      variants: [
        { sku: 'CHAIR-S', options: { size: 'S' }, prices: [{ currency: 'EUR', base: 10_000, sale: 8_000, wholesale: 5_000 }, { currency: 'JPY', base: 15_000 }] },
        { sku: 'CHAIR-L', options: { size: 'L' }, prices: [{ currency: 'EUR', base: 12_000 }] },
      ],
    } });
    expect(reply.status).toBe(201);
    const { id } = reply.body.data;
    expect(reply.headers['location']).toBe(`/api/v1/products/${id}`);
    expect(reply.headers['etag']).toMatch(/^"1\.[\w-]+"$/);

    const shown = await world.call('get', `/products/${id}`);
    expect(shown.status).toBe(200);
    expect(shown.body.data).toEqual({
      id, slug: 'oak-chair', name: 'Oak Chair', description: 'Sits well.', brand: 'Nordhus', status: 'active',
      categories: [{ id: home['id'], slug: 'home', name: 'Home', path: 'home' }], images: [{ url: 'https://cdn.example.com/chair.jpg', alt: 'A chair' }],
      attributes: { material: 'oak', legs: 4 }, customFields: { note: 'x' }, seo: { title: 'Oak chair' },
      price: { from: eur(8_000), to: eur(12_000) }, compareAtPrice: eur(10_000), rating: { average: 0, count: 0 }, inStock: false,
      variants: [
        { id: expect.any(String), sku: 'CHAIR-S', options: { size: 'S' }, price: eur(8_000), compareAtPrice: eur(10_000), available: 0, version: 1 },
        { id: expect.any(String), sku: 'CHAIR-L', options: { size: 'L' }, price: eur(12_000), available: 0, version: 1 },
      ],
      createdAt: expect.any(String), updatedAt: expect.any(String), version: 1,
    });
    expect(await world.count('price_history', { sku: { $in: ['CHAIR-S', 'CHAIR-L'] } })).toBe(5);
    expect((await world.eventsOf('product.created')).map(({ data }) => data)).toEqual([{ productId: id, slug: 'oak-chair', status: 'active', skus: ['CHAIR-S', 'CHAIR-L'] }]);
  });

  test('names every wrong field at once and stores nothing', async () => {
    const before = await world.count('products');
    const reply = await world.asStaff('post', '/products', { body: { name: '', slug: 'No Slug', status: 'gone', price: 1, variants: [{ sku: 'a b', prices: [{ currency: 'EUR', base: 1.5 }] }] } });
    expect(reply.status).toBe(400);
    expect(reply.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/body/name', '#/body/price', '#/body/slug', '#/body/status', '#/body/variants/0/prices/0/base', '#/body/variants/0/sku',
    ]);
    expect(await world.count('products')).toBe(before);
  });

  test('refuses a category that does not exist, naming the field', async () => {
    const events = (await world.events()).length;
    const reply = await world.asStaff('post', '/products', { body: { name: 'Lost', categoryIds: ['0123456789abcdef01234567'], variants: [] } });
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([{ pointer: '#/body/categoryIds/0', code: 'unknown_category', message: 'There is no category 0123456789abcdef01234567.' }]);
    expect(await world.count('products', { name: 'Lost' })).toBe(0);
    expect(await world.count('product_slugs', { _id: 'lost' })).toBe(0);
    expect(await world.events()).toHaveLength(events);
  });

  test.each([
    { _case: 'an app', headers: {}, status: 401 },
    { _case: 'nobody', headers: { 'x-api-key': 'pk_live_unknown' }, status: 401 },
  ])('is refused to $_case', async ({ headers, status }) => {
    const before = await world.count('products');
    const reply = await world.call('post', '/products', { headers, body: { name: 'Mine' } });
    expect(reply.status).toBe(status);
    expect(await world.count('products')).toBe(before);
  });
});

describe('names that are unique', () => {
  test('of twenty creations of one slug at once, one succeeds and nineteen are refused', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => node.inTurn('post', '/products', { body: { name: 'Race', slug: 'race-slug', variants: [{ sku: newSku(), prices: [] }] } })));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(new Set(replies.filter(({ status }) => status === 409).map(({ body }) => body.code))).toEqual(new Set(['slug_taken']));
    expect(await world.count('products', { slug: 'race-slug' })).toBe(1);
    expect(await world.count('variants', { slug: 'race-slug' })).toBe(1);
  });

  test('of twenty creations of one SKU at once, in any case of letters, one succeeds', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, (_unused, at) => node.inTurn('post', '/products', { body: {
      name: `Sku race ${at}`, variants: [{ sku: at % 2 === 0 ? 'RACE-SKU' : 'race-sku', prices: [] }],
    } })));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(new Set(replies.filter(({ status }) => status === 409).map(({ body }) => body.code))).toEqual(new Set(['sku_taken']));
    expect(await world.count('variants', { skuKey: 'race-sku' })).toBe(1);
    expect(await world.count('products', { name: /^Sku race/ })).toBe(1);
    expect(await world.count('product_slugs', { _id: /^sku-race/ })).toBe(1);
  });

  test('twenty products of one name at once get twenty slugs, numbered', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => node.inTurn('post', '/products', { body: { name: 'Größe & Co', variants: [] } })));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
    const slugs = replies.map(({ body }) => body.data.slug as string);
    expect(new Set(slugs).size).toBe(20);
    expect(slugs).toContain('groesse-and-co');
    expect(slugs).toContain('groesse-and-co-2');
    expect(slugs.every((slug) => /^groesse-and-co(-\d+)?$/.test(slug))).toBe(true);
  });

  test('a suggested slug is the next that is free, also for a name without Latin letters', async () => {
    await world.given.product({ name: 'Suggested', variants: [] });
    expect((await world.asStaff('post', '/slugs', { body: { name: 'Suggested' } })).body.data).toEqual({ slug: 'suggested-2' });
    expect((await world.asStaff('post', '/slugs', { body: { name: '日本語' } })).body.data).toEqual({ slug: '日本語' });
    expect((await world.asStaff('post', '/slugs', { body: { name: '!?' } })).body.data).toEqual({ slug: 'product' });
    expect((await world.asStaff('post', '/slugs', { body: { name: '0123456789abcdef01234567' } })).body.data).toEqual({ slug: 'product-0123456789abcdef01234567' });
  });

  test('a renamed slug still finds the product and is never given away', async () => {
    const { id } = await world.given.product({ slug: 'first-name' });
    expect((await world.asStaff('patch', `/products/${id}`, { body: { slug: 'second-name' } })).status).toBe(200);

    const moved = await world.call('get', '/products/first-name');
    expect([moved.status, moved.headers['location']]).toEqual([301, '/api/v1/products/second-name']);
    expect((await world.call('get', '/products/second-name')).body.data).toMatchObject({ id, slug: 'second-name' });
    expect((await world.asStaff('post', '/products', { body: { name: 'Other', slug: 'first-name', variants: [] } })).body.code).toBe('slug_taken');
    expect((await world.asStaff('patch', `/products/${id}`, { body: { slug: 'first-name' } })).status).toBe(200);
    expect((await world.call('get', '/products/second-name')).headers['location']).toBe('/api/v1/products/first-name');
    expect((await world.call('get', '/products/first-name')).body.data).toMatchObject({ id, slug: 'first-name' });
  });
});

describe('changing a product', () => {
  test('a stale If-Match is refused and nothing changes', async () => {
    const { id } = await world.given.product({ name: 'Guarded' });
    const first = await world.asStaff('patch', `/products/${id}`, { headers: { 'if-match': '"1"' }, body: { name: 'Guarded twice' } });
    expect([first.status, first.body.data.version]).toEqual([200, 2]);
    const second = await world.asStaff('patch', `/products/${id}`, { headers: { 'if-match': '"1"' }, body: { name: 'Lost' } });
    expect([second.status, second.body.code]).toEqual([412, 'stale_version']);
    expect((await world.call('get', `/products/${id}`)).body.data).toMatchObject({ name: 'Guarded twice', version: 2 });
    expect(await world.count('outbox', { aggregateId: id, type: 'product.updated' })).toBe(1);
  });

  test('of twenty edits with one If-Match at once, one wins; without it all are made one after the other', async () => {
    const { id } = await world.given.product();
    const guarded = await Promise.all(Array.from({ length: 20 }, (_unused, at) => node.inTurn('patch', `/products/${id}`, { headers: { 'if-match': '"1"' }, body: { name: `N${at}` } })));
    expect(guarded.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);

    const free = await Promise.all(Array.from({ length: 20 }, (_unused, at) => node.inTurn('patch', `/products/${id}`, { body: { attributes: { [`a${at}`]: at } } })));
    expect(free.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const { data } = (await world.call('get', `/products/${id}`)).body;
    expect(Object.keys(data.attributes)).toHaveLength(20);
    expect(data.version).toBe(22);
  });

  test('PATCH merges attributes and custom fields, null takes away', async () => {
    const { id } = await world.given.product({ attributes: { colour: 'red', size: 'M' }, customFields: { a: 1, b: 2 }, brand: 'Kept' });
    const reply = await world.asStaff('patch', `/products/${id}`, { body: { attributes: { colour: null, fit: 'slim' }, customFields: { b: 3 } } });
    expect(reply.body.data).toMatchObject({ attributes: { size: 'M', fit: 'slim' }, customFields: { a: 1, b: 3 }, brand: 'Kept' });
    expect(reply.body.data.attributes).not.toHaveProperty('colour');
  });

  test('PUT replaces the content, keeps status and slug, and makes the variants those that were sent', async () => {
    const keep = newSku(); const drop = newSku(); const add = newSku();
    const { id, slug } = await world.given.product({ brand: 'Gone', attributes: { colour: 'red' }, variants: [
      { sku: keep, prices: [{ currency: 'EUR', base: 100 }] }, { sku: drop, prices: [{ currency: 'EUR', base: 50 }] },
    ] });
    const reply = await world.asStaff('put', `/products/${id}`, { body: { name: 'Replaced', variants: [{ sku: keep, prices: [{ currency: 'EUR', base: 200 }] }, { sku: add, prices: [{ currency: 'EUR', base: 300 }] }] } });
    expect(reply.status).toBe(200);
    expect(reply.body.data).toMatchObject({ id, slug, name: 'Replaced', brand: null, attributes: {}, status: 'active', price: { from: eur(200), to: eur(300) }, version: 2 });
    expect(reply.body.data.variants.map(({ sku, version }: { sku: string; version: number }) => [sku, version])).toEqual([[keep, 2], [add, 1]]);
    const found = await world.container.catalog.findVariants([keep, drop, add]);
    expect([...found.keys()].sort()).toEqual([keep, add].sort());
    expect(found.get(keep)).toMatchObject({ productName: 'Replaced', sellable: true, prices: [{ currency: 'EUR', base: 200 }] });
  });

  test('an archived product is gone for the public at once, stays for staff, and cannot be sold', async () => {
    const sku = newSku();
    const { id } = await world.given.product({ sku });
    expect((await world.call('get', `/products/${id}`)).status).toBe(200);

    const reply = await world.asStaff('delete', `/products/${id}`);
    expect([reply.status, reply.body.data.status]).toEqual([200, 'archived']);
    expect((await world.call('get', `/products/${id}`)).status).toBe(404);
    expect((await world.call('get', `/products/${id}/variants`)).status).toBe(404);
    expect((await world.asStaff('get', `/products/${id}`)).body.data.status).toBe('archived');
    expect((await world.container.catalog.findVariants([sku])).get(sku)).toMatchObject({ status: 'archived', sellable: false });
    expect(await world.eventsOf('product.archived')).toHaveLength(1);
  });

  test('who changed what is in the audit log, beside the change', async () => {
    const { id, variants } = await world.given.product({ name: 'Audited', price: 500 });
    await world.asStaff('patch', `/products/${id}`, { body: { brand: 'New brand' } });
    await world.asStaff('put', `/products/${id}/variants/${variants[0].id as string}`, { headers: { 'if-match': '*' }, body: { prices: [{ currency: 'EUR', base: 400 }] } });
    const entries = async (subject: string) => (await world.asStaff('get', `/admin/audit?subject=${subject}&sort=at`)).body.data.items as Json[];
    expect((await entries(`product:${id as string}`)).map(({ action, before, after, actor }) => [action, before, after, actor.type])).toEqual([
      ['product.created', undefined, { name: 'Audited', slug: 'audited', status: 'active', skus: [variants[0].sku] }, 'key'],
      ['product.updated', { brand: null }, { brand: 'New brand' }, 'key'],
    ]);
    expect((await entries(`variant:${variants[0].id as string}`)).map(({ action, before, after }) => [action, before, after])).toEqual([
      ['variant.updated', { prices: [{ currency: 'EUR', base: 500 }] }, { prices: [{ currency: 'EUR', base: 400 }] }],
    ]);
  });

  test('what is unknown is 404 for every method', async () => {
    const id = '0123456789abcdef01234567';
    expect((await world.call('get', `/products/${id}`)).body.code).toBe('product_not_found');
    expect((await world.call('get', '/products/no-such-slug')).body.code).toBe('product_not_found');
    expect((await world.asStaff('patch', `/products/${id}`, { body: { name: 'x' } })).body.code).toBe('product_not_found');
    expect((await world.asStaff('delete', `/products/${id}`)).body.code).toBe('product_not_found');
    expect((await world.asStaff('post', `/products/${id}/variants`, { body: { sku: newSku() } })).body.code).toBe('product_not_found');
  });
});

describe('bulk creation', () => {
  test('creates what is right and says of each other item what is wrong', async () => {
    const taken = newSku();
    await world.given.product({ sku: taken });
    const reply = await world.asStaff('post', '/products/bulk', { body: { items: [
      { name: 'Bulk one', variants: [{ sku: newSku(), prices: [{ currency: 'EUR', base: 1 }] }] }, { name: '', price: 3 }, { name: 'Bulk two', variants: [{ sku: taken, prices: [] }] },
    ] } });
    expect(reply.status).toBe(207);
    expect(reply.body.data).toMatchObject({ succeeded: 1, failed: 2, items: [
      { index: 0, status: 201, data: { name: 'Bulk one' } }, { index: 1, status: 400, problem: { code: 'invalid_request' } }, { index: 2, status: 409, problem: { code: 'sku_taken', sku: taken } },
    ] });
    expect(reply.body.data.items[1].problem.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(['#/body/items/1/name', '#/body/items/1/price']);
    expect(await world.count('products', { name: /^Bulk/ })).toBe(1);
  });
});

describe('a vendor proposes changes of a live product', () => {
  let vendor: GivenUser;
  beforeAll(async () => { vendor = await givenUser(world, { roles: ['vendor'] }); });
  const theirs = async (body: Json = {}) => world.given.product({ description: 'Old words.', attributes: { colour: 'red', legs: 4 }, customFields: { vendorId: vendor.id }, ...body });
  const propose = (id: string, changes: object, more: object = {}, { headers } = vendor) => world.call('post', `/products/${id}/changes`, { headers, body: { changes, ...more } });
  const decide = (id: string, changeId: string, word: 'approval' | 'rejection', body: object = {}) => node.inTurn('post', `/products/${id}/changes/${changeId}/${word}`, { body });
  const shown = async (id: string) => (await world.call('get', `/products/${id}`).expect(200)).body.data;
  const states = async (id: string) => (await world.asStaff('get', `/products/${id}/changes`)).body.data.items.map(({ state }: Json) => state);

  test('nobody sees them until they are approved; then the product says so, and the change what was different', async () => {
    const { id } = await theirs();
    const before = await shown(id);

    const proposed = await propose(id, { description: 'New words.', attributes: { colour: 'blue', legs: null } }, { note: 'The new model.' });

    const diff = [{ field: 'description', before: 'Old words.', after: 'New words.' }, { field: 'attributes.colour', before: 'red', after: 'blue' }, { field: 'attributes.legs', before: 4, after: null }];
    expect([proposed.status, proposed.body.data]).toEqual([201, {
      id: expect.any(String), productId: id, vendorId: vendor.id, state: 'pending', baseVersion: 1, diff, note: 'The new model.', reason: null, createdAt: expect.any(String), decidedAt: null,
    }]);
    const { id: changeId } = proposed.body.data;
    expect(await shown(id)).toEqual(before);
    expect((await world.asStaff('get', `/product-changes?state=pending&vendor_id=${vendor.id}`)).body.data.items.map(({ id: listed }: Json) => listed)).toEqual([changeId]);
    expect((await world.call('get', `/products/${id}/changes/${changeId}`, { headers: vendor.headers })).body.data).toEqual(proposed.body.data);
    expect((await propose(id, { name: 'Another' })).body.code).toBe('product_change_pending');

    const approved = await decide(id, changeId, 'approval', { reason: 'As agreed.' });

    expect(approved.body.data).toMatchObject({ state: 'approved', reason: 'As agreed.', diff, decidedAt: expect.any(String) });
    expect(await shown(id)).toMatchObject({ description: 'New words.', attributes: { colour: 'blue' }, version: 2 });
    const audit = (await world.asStaff('get', `/admin/audit?action=product_change.approved&subject=product:${id}`)).body.data.items;
    expect(audit).toMatchObject([{ after: { changeId, vendorId: vendor.id, reason: 'As agreed.', diff } }]);
    expect((await decide(id, changeId, 'rejection', { reason: 'Too late.' })).body).toMatchObject({ status: 409, code: 'product_change_decided', state: 'approved' });
    expect((await shown(id)).version).toBe(2);
  });

  test('rejected with a reason and withdrawn ones change nothing, and the next can be proposed', async () => {
    const { id } = await theirs();
    const first = (await propose(id, { name: 'First' })).body.data.id as string;
    expect((await decide(id, first, 'rejection')).status).toBe(400);
    expect((await decide(id, first, 'rejection', { reason: 'No brand in names.' })).body.data).toMatchObject({ state: 'rejected', reason: 'No brand in names.' });
    const second = (await propose(id, { name: 'Second' })).body.data.id as string;
    expect((await world.call('delete', `/products/${id}/changes/${second}`, { headers: vendor.headers })).body.data).toMatchObject({ state: 'withdrawn' });
    expect((await decide(id, second, 'approval')).body.code).toBe('product_change_decided');
    expect(await states(id)).toEqual(['withdrawn', 'rejected']);
    expect((await shown(id)).version).toBe(1);
  });

  test('what was written for an older version is outdated: nothing is applied over somebody else’s change', async () => {
    const { id } = await theirs();
    const stale = (await propose(id, { description: 'Mine.' })).body.data.id as string;
    await world.asStaff('patch', `/products/${id}`, { body: { description: 'Ours.' } }).expect(200);

    const refused = await decide(id, stale, 'approval');

    expect(refused.body).toMatchObject({ status: 409, code: 'product_change_outdated', base: 1, current: 2 });
    expect(await shown(id)).toMatchObject({ description: 'Ours.', version: 2 });
    expect(await states(id)).toEqual(['outdated']);
    const read = await world.call('post', `/products/${id}/changes`, { headers: { ...vendor.headers, 'if-match': '"1"' }, body: { changes: { description: 'Mine.' } } });
    expect([read.status, read.body.code]).toEqual([412, 'stale_version']);
    expect((await propose(id, { description: 'Mine.' })).body.data).toMatchObject({ baseVersion: 2, diff: [{ before: 'Ours.', after: 'Mine.' }] });
  });

  test('of twenty who decide at once on two nodes one wins, and the product changes once or not at all', async () => {
    for (const words of [['approval', 'approval'], ['approval', 'rejection']] as const) {
      const { id } = await theirs();
      const changeId = (await propose(id, { description: 'Raced.' })).body.data.id as string;

      const replies = await Promise.all(Array.from({ length: 20 }, (_, at) => decide(id, changeId, words[at % 2]!, { reason: 'Decided.' })));

      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
      expect([...new Set(replies.filter(({ status }) => status === 409).map(({ body }) => body.code))]).toEqual(['product_change_decided']);
      const won = replies.find(({ status }) => status === 200)!.body.data.state as string;
      expect(await states(id)).toEqual([won]);
      expect(await shown(id)).toMatchObject(won === 'approved' ? { description: 'Raced.', version: 2 } : { description: 'Old words.', version: 1 });
    }
  });

  test('only of what is theirs, and only what vendors may speak of', async () => {
    const [mine, other] = [await theirs(), await world.given.product()];
    const [rival, customer] = [await givenUser(world, { roles: ['vendor'] }), await givenUser(world)];
    const { id: changeId } = (await propose(mine['id'], { name: 'Mine' })).body.data;

    expect((await propose(other['id'], { name: 'Mine now' })).status).toBe(404);
    expect((await propose(mine['id'], { name: 'Mine now' }, {}, rival)).status).toBe(404);
    expect((await propose(mine['id'], { name: 'Mine now' }, {}, customer)).status).toBe(404);
    for (const method of ['get', 'delete'] as const) expect((await world.call(method, `/products/${mine['id']}/changes/${changeId}`, { headers: rival.headers })).status).toBe(404);
    expect((await world.call('post', `/products/${mine['id']}/changes/${changeId}/approval`, { headers: vendor.headers, body: {} })).status).toBe(403);
    await world.call('delete', `/products/${mine['id']}/changes/${changeId}`, { headers: vendor.headers }).expect(200);
    for (const changes of [{ status: 'draft' }, { customFields: { vendorId: rival.id } }, { channels: ['pro'] }, { slug: 'mine' }, { categoryIds: [] }, {}]) expect((await propose(mine['id'], changes)).status).toBe(400);
    expect((await propose(mine['id'], { images: [{ url: '/m/x', mediaId: 'a'.repeat(24) }] })).body).toMatchObject({ code: 'upload_not_shown', errors: [{ pointer: '#/body/changes/images/0/mediaId' }] });
    expect((await propose(mine['id'], { description: 'Old words.' })).body.code).toBe('nothing_changes');
    expect(await world.count('product_changes', { productId: mine['id'], state: 'pending' })).toBe(0);
  });
});
