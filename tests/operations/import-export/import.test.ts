import { NO_ERRORS, openImportWorld, type ImportWorld } from './import-world.js';

let world: ImportWorld;
beforeAll(async () => { world = await openImportWorld('import'); });
afterAll(() => world.close());
afterEach(async () => {
  expect(await world.violations()).toEqual([]);
  expect(world.defects.splice(0)).toEqual([]);
});

const COLUMNS = 'sku,slug,name,category,price,currency,stock,options.size';

test('rows become products that can be bought, and the same file again changes nothing', async () => {
  const file = world.csv(COLUMNS, 'LAMP-1,arc-lamp,Arc Lamp,Lighting > Lamps,129.00,EUR,7,', 'LAMP-2,desk-lamp,Desk Lamp,Lighting > Lamps,,EUR,3,');

  expect(await world.imported(file)).toEqual({
    rows: 2, created: 2, updated: 0, unchanged: 0, active: 1, draft: 1, draftReasons: { no_price: 1, zero_price: 0 }, uncategorised: 0, ...NO_ERRORS,
  });
  const [events, movements] = [await world.count('outbox'), await world.count('stock_movements')];
  expect(await world.imported(file)).toMatchObject({ rows: 2, created: 0, updated: 0, unchanged: 2 });

  expect(await world.count('outbox')).toBe(events);
  expect(await world.count('stock_movements')).toBe(movements);
  expect(await world.level('LAMP-1')).toEqual({ onHand: 7, reserved: 0 });
  const list = await world.call('get', '/categories/lamps/products');
  expect(list.body.data.items.map(({ slug, inStock }: Record<string, unknown>) => [slug, inStock])).toEqual([['arc-lamp', true]]);
  const { guest } = await world.given.cart(['LAMP-1', 2]);
  const order = await world.order(guest);
  expect([order.status, order.body.data.status, order.body.data.totals.subtotal]).toEqual([201, 'placed', { amount: 25_800, currency: 'EUR' }]);
  expect(await world.level('LAMP-1')).toEqual({ onHand: 7, reserved: 2 });
});

test('rows of one product become its variants, wherever in the file they stand', async () => {
  const file = world.csv(COLUMNS, 'T-S,t-shirt,T-Shirt,Clothes,19.90,EUR,1,S', 'HAT,hat,Hat,Clothes,9.90,EUR,1,', 'T-M,t-shirt,T-Shirt in M,Clothes,,EUR,1,M', 'T-L,t-shirt,T-Shirt,Clothes,21.90,EUR,1,L');

  expect(await world.imported(file, { batchSize: 2 })).toMatchObject({ rows: 4, created: 4, active: 3, draft: 1 });
  expect(await world.imported(file, { batchSize: 3 })).toMatchObject({ rows: 4, unchanged: 4 });

  const { body } = await world.call('get', '/products/t-shirt');
  expect(body.data).toMatchObject({ name: 'T-Shirt', status: 'active', price: { from: { amount: 1990, currency: 'EUR' }, to: { amount: 2190, currency: 'EUR' } } });
  expect(body.data.variants.map(({ sku, options, price }: Record<string, unknown>) => [sku, options, price])).toEqual([
    ['T-S', { size: 'S' }, { amount: 1990, currency: 'EUR' }], ['T-M', { size: 'M' }, null], ['T-L', { size: 'L' }, { amount: 2190, currency: 'EUR' }],
  ]);
});

test('wrong rows are named with their line, and hold up nobody', async () => {
  await world.given.variant({ sku: 'RESERVED', stock: 5 });
  const { guest } = await world.given.cart(['RESERVED', 4]);
  await world.order(guest);
  const [row] = [await world.product({ slug: 'name-of-reserved' })];
  const file = world.csv(COLUMNS, 'E-1,e-1,Fine,A,1.00,EUR,1,', 'E 2,e-2,Bad SKU,A,-1,EUR,1,', '"E-3"x,e-3,X,A,1,EUR,1,', '', 'E-4,e-4,Short', 'E-1,e-5,Twice,A,1,EUR,1,', `RESERVED,${String(row!['slug'])},Name of RESERVED,,19.99,EUR,3,`, 'E-6,name-of-reserved-2,Also fine,A,1,EUR,1,');

  const result = await world.imported(file);

  expect(result).toMatchObject({ rows: 7, created: 2, updated: 0, errors: 5 });
  expect(result.firstErrors.map(({ line, field, code }) => [line, field, code])).toEqual([
    [3, 'sku', 'invalid_sku'], [3, 'price', 'negative_price'], [4, null, 'invalid_csv'], [6, null, 'column_count'], [7, 'sku', 'duplicate_sku'], [8, 'stock', 'below_reserved'],
  ]);
  expect(await world.level('RESERVED')).toEqual({ onHand: 5, reserved: 4 });
  expect(await world.variant('E-4')).toBeNull();
});

test('a dry run counts the same and writes nothing at all', async () => {
  await world.imported(world.csv(COLUMNS, 'DRY-1,dry-1,Dry One,Dry > Place,5.00,EUR,5,', 'DRY-2,dry-2,Dry Two,Dry > Place,5.00,EUR,5,'));
  const file = world.csv(COLUMNS, 'DRY-1,dry-1,Dry One,Dry > Place,5.00,EUR,5,', 'DRY-2,dry-2,Dry Two,Dry > Place,5.00,EUR,6,', 'DRY-3,dry-1,Dry One,Dry > Place,7.00,EUR,1,L', 'DRY-4,dry-4,Dry Four,Dry > New Place,,,1,', 'DRY-5,dry-4,Dry Four,Dry,1.00,EUR,1,', 'DRY 6,,,,,,,');
  const everything = async () => Promise.all(['products', 'variants', 'categories', 'stock_levels', 'stock_movements', 'outbox', 'product_slugs', 'price_history', 'imports', 'slug_counters'].map(async (name) =>
    JSON.stringify(await world.connection.collection(name).find().sort({ _id: 1 }).toArray())));
  const before = await everything();

  const dry = await world.imported(file, { dryRun: true });

  expect(await everything()).toEqual(before);
  expect(dry).toMatchObject({ rows: 6, created: 3, updated: 1, unchanged: 1, active: 4, draft: 1, draftReasons: { no_price: 1, zero_price: 0 }, errors: 1 });
  expect(await world.imported(file)).toEqual(dry);
});

test('a first stock is given once, and never refills what was sold', async () => {
  const file = world.csv('sku,name,price,currency', 'FIRST-1,First One,5.00,EUR', 'FIRST-2,First Two,,');
  await world.imported(file, { stock: 40 });
  const { guest } = await world.given.cart(['FIRST-1', 2]);
  await world.order(guest);
  await world.call('post', '/inventory/adjustments', { headers: world.keys.secret, body: { sku: 'FIRST-1', warehouseId: world.warehouse['id'], delta: -38, reason: 'lost' } });

  expect(await world.imported(file, { stock: 40 })).toMatchObject({ unchanged: 2 });

  expect(await world.level('FIRST-1')).toEqual({ onHand: 2, reserved: 2 });
  expect(await world.level('FIRST-2')).toEqual({ onHand: 0, reserved: 0 });
  await expect(world.imported(file, { stock: 40, warehouse: 'NOWHERE' })).rejects.toMatchObject({ code: 'warehouse_not_found' });
});

test('what a file does not name stays, what it leaves blank goes, and what staff decided holds', async () => {
  await world.imported(world.csv('sku,name,description,brand,category,also_in,price,currency,sale_price,wholesale_price,price.GBP,attributes.colour,attributes.wood', 'KEEP,Keep,Long text,Nordhem,Shop > Chairs,Sale,50.00,EUR,40.00,30.00,44.00,red,oak'));
  const { _id: id } = (await world.product({ name: 'Keep' }))!;
  await world.call('patch', `/products/${String(id)}`, { headers: world.keys.secret, body: { status: 'archived' } });

  const result = await world.imported(world.csv('sku,name,brand,category,price,currency,sale_price,attributes.wood', 'KEEP,Kept,,Shop > Stools,60.00,EUR,,'));

  expect(result).toMatchObject({ updated: 1 });
  const { name, description, brand, status, attributes, categoryIds } = (await world.product({ _id: id }))!;
  expect({ name, description, brand, status, attributes }).toEqual({ name: 'Kept', description: 'Long text', brand: null, status: 'archived', attributes: { colour: 'red' } });
  const names = await world.connection.collection('categories').find({ _id: { $in: categoryIds } }).map((category) => category['name']).toArray();
  expect(names.sort()).toEqual(['Sale', 'Stools']);
  expect((await world.variant('KEEP'))!['prices']).toEqual([{ currency: 'EUR', base: 6000, wholesale: 3000 }, { currency: 'GBP', base: 4400 }]);
});

test('quantities in which a product is sold come part by part, and a rule that permits nothing is an error of its row', async () => {
  const rule = async () => (await world.variant('Q-1'))!['quantityRule'] as object | null | undefined;
  await world.imported(world.csv('sku,name,price,currency,min_quantity,quantity_step', 'Q-1,Screws,1.00,EUR,10,5'));
  expect(await rule()).toEqual({ minimum: 10, step: 5 });

  await world.imported(world.csv('sku,name,max_quantity', 'Q-1,Screws,50'));
  expect(await rule()).toEqual({ minimum: 10, step: 5, maximum: 50 });
  expect(await world.imported(world.csv('sku,name,max_quantity', 'Q-1,Screws,9'))).toMatchObject({ errors: 1, firstErrors: [{ line: 2, field: 'quantityStep', code: 'invalid_quantity_rule' }] });
  expect(await world.imported(world.csv('sku,name,min_quantity', 'Q-1,Screws,0'))).toMatchObject({ errors: 1, firstErrors: [{ line: 2, field: 'minQuantity', code: 'invalid_quantity' }] });
  expect(await rule()).toEqual({ minimum: 10, step: 5, maximum: 50 });

  await world.imported(world.csv('sku,name,min_quantity,max_quantity,quantity_step', 'Q-1,Screws,,,'));
  expect(await rule()).toBeNull();
});

test('a draft that only lacked a price comes out with its first one, another draft does not', async () => {
  const without = { mapping: '{"key":"id","name":"title","price":{"field":"price","currency":"EUR"}}' };
  await world.imported(world.csv('id,title,price', 'D-1,Waits,', 'D-2,Hidden,9.00'), without);
  await world.call('patch', `/products/${String((await world.product({ name: 'Hidden' }))!._id)}`, { headers: world.keys.secret, body: { status: 'draft' } });

  expect(await world.imported(world.csv('id,title,price', 'D-1,Waits,12.00', 'D-2,Hidden,9.00'), without)).toMatchObject({ updated: 1, unchanged: 1 });

  expect(await world.product({ name: 'Waits' })).toMatchObject({ status: 'active', visible: true, externalRef: 'D-1' });
  expect(await world.product({ name: 'Hidden' })).toMatchObject({ status: 'draft', visible: false });
});

test('an import without any warehouse makes one, so that its stock can be sold', async () => {
  const bare = await openImportWorld('bare');
  try {
    await bare.call('delete', `/warehouses/${String(bare.warehouse['id'])}`, { headers: bare.keys.secret });
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    await bare.imported(bare.csv(COLUMNS, 'BARE,bare,Bare,A,1.00,EUR,4,'));

    expect((await bare.container.inventory.availabilityOf(['BARE'])).get('BARE')!.available).toBe(4);
    expect((await bare.container.inventory.activeWarehouses()).map(({ code }) => code)).toEqual(['MAIN']);
  } finally {
    await bare.close();
  }
});

test('whoever stops an import finds it where it was left, and no row counts twice', async () => {
  const lines = Array.from({ length: 25 }, (_none, at) => `STOP-${at},stop-${at},Stop ${at},Stops,1.00,EUR,1,`);
  const file = world.csv(COLUMNS, ...lines.slice(0, 20), 'STOP-3,stop-x,Twice,A,1,EUR,1,', ...lines.slice(20));
  const halt = new AbortController();
  const { importExport } = world.container;
  const { chooseMapping } = await import('../../../src/operations/import-export/index.js');
  const request = { file, mapping: chooseMapping('kontor').mapping, batchSize: 10 };

  await expect(importExport.importFile(request, { signal: halt.signal, onProgress: () => { halt.abort(); } })).rejects.toThrow();
  expect(await world.count('variants', { sku: /^STOP-/ })).toBe(10);
  const outcome = await importExport.importFile(request);

  expect(outcome).toMatchObject({ resumedAfterLine: 11, result: { rows: 26, created: 25, errors: 1, firstErrors: [{ line: 22, code: 'duplicate_sku' }] } });
  expect(await world.count('variants', { sku: /^STOP-/ })).toBe(25);
  expect(await importExport.importFile(request)).toMatchObject({ resumedAfterLine: 0, result: { rows: 26, unchanged: 25, errors: 1 } });
});
