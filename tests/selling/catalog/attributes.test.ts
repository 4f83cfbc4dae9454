import { openCatalogWorld, type CatalogWorld } from './catalog-world.js';

let world: CatalogWorld;
beforeAll(async () => { world = await openCatalogWorld(); });
afterAll(() => world.close());
afterEach(() => expect(world.defects.splice(0)).toEqual([]));

const define = (body: object) => world.asStaff('post', '/attributes', { body });

test('an attribute that was defined a moment ago is checked with the next write', async () => {
  const product = await world.given.product({ attributes: { voltage: 'high' } });

  expect((await define({ code: 'voltage', name: 'Voltage', type: 'number', unit: 'V' })).status).toBe(201);
  const wrong = await world.asStaff('patch', `/products/${product['id'] as string}`, { body: { attributes: { voltage: 'low', free: 'anything' } } });

  expect(wrong.status).toBe(400);
  expect(wrong.body.errors).toEqual([{ pointer: '#/body/attributes/voltage', code: 'attribute_number', message: '"voltage" must be a number.' }]);
  expect((await world.call('get', `/products/${product['id'] as string}`)).body.data).toMatchObject({ attributes: { voltage: 'high' }, version: 1 });
  expect((await world.asStaff('patch', `/products/${product['id'] as string}`, { body: { attributes: { voltage: 230, free: 'anything' } } })).status).toBe(200);
  expect((await world.call('get', '/products?attr.voltage=230')).body.data.total).toBe(1);
});

test.each([
  { type: 'text', right: 'x', wrong: 1 }, { type: 'number', right: 1.5, wrong: '1.5' }, { type: 'boolean', right: false, wrong: 'false' },
  { type: 'enum', right: ['red', 'blue'], wrong: 'Red', options: ['red', 'blue'] },
])('$type takes $right and refuses $wrong', async ({ type, right, wrong, options }) => {
  const code = `typed-${type}`;
  expect((await define({ code, name: code, type, ...(options && { options }) })).status).toBe(201);
  expect((await world.asStaff('post', '/products', { body: { name: `Right ${type}`, attributes: { [code]: right } } })).status).toBe(201);
  const refused = await world.asStaff('post', '/products', { body: { name: `Wrong ${type}`, attributes: { [code]: wrong } } });
  expect([refused.status, refused.body.errors[0].pointer, refused.body.errors[0].code]).toEqual([400, `#/body/attributes/${code}`, `attribute_${type}`]);
  expect(await world.count('products', { name: `Wrong ${type}` })).toBe(0);
});

test('definitions are listed, changed with If-Match and forgotten; a code is unique', async () => {
  await define({ code: 'material', name: 'Material', type: 'enum', options: ['oak'] });
  expect((await define({ code: 'material', name: 'Again', type: 'text' })).body.code).toBe('attribute_taken');
  expect((await define({ code: 'shape', name: 'Shape', type: 'enum' })).status).toBe(400);

  const first = await world.asStaff('put', '/attributes/material', { headers: { 'if-match': '"1"' }, body: { name: 'Material', options: ['oak', 'pine'] } });
  expect(first.body.data).toMatchObject({ code: 'material', type: 'enum', options: ['oak', 'pine'], version: 2 });
  expect((await world.asStaff('put', '/attributes/material', { headers: { 'if-match': '"1"' }, body: { name: 'Lost' } })).status).toBe(412);
  expect((await world.call('get', '/attributes')).body.data.items.map(({ code }: { code: string }) => code)).toContain('material');

  expect((await world.asStaff('delete', '/attributes/material')).status).toBe(200);
  expect((await world.call('get', '/attributes/material')).body.code).toBe('attribute_not_found');
  expect((await world.call('post', '/attributes', { body: { code: 'mine', name: 'Mine', type: 'text' } })).status).toBe(401);
});

test('a name that a merge could trip over is refused', async () => {
  for (const attributes of ['{"__proto__":"x"}', '{"constructor":"x"}', '{"a.b":"x"}', '{"$where":"x"}']) {
    const reply = await world.asStaff('post', '/products', { headers: { 'content-type': 'application/json' }, body: `{"name":"Proto","attributes":${attributes}}` });
    expect(reply.status).toBe(400);
  }
  expect(await world.count('products', { name: 'Proto' })).toBe(0);
});
