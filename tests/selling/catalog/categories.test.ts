import { openNode } from '../../support/node.js';
import type { World } from '../../support/world.js';
import { openCatalogWorld, type CatalogWorld, type Json } from './catalog-world.js';

let world: CatalogWorld;
/** Another process of the same shop: in one process changes of the tree wait for each other. */
let node: World;
beforeAll(async () => {
  world = await openCatalogWorld();
  node = await openNode(world);
});
afterAll(async () => {
  await node.close();
  await world.close();
});
afterEach(() => expect(world.defects.splice(0)).toEqual([]));

const show = async (idOrSlug: string): Promise<Json> => (await world.call('get', `/categories/${idOrSlug}`)).body.data as Json;
const move = (id: string, parentId: string | null, position?: number) => world.asStaff('post', `/categories/${id}/move`, { body: { parentId, ...(position !== undefined && { position }) } });
/** Every materialised path against the parents themselves. */
const brokenPaths = async (): Promise<string[]> => {
  const all = new Map((await world.connection.collection('categories').find().toArray()).map((row) => [String(row._id), row]));
  const wayTo = (id: string | null): string[] => (id === null ? [] : [...wayTo(all.get(id)!['parentId'] === null ? null : String(all.get(id)!['parentId'])), id]);
  return [...all.values()].filter((row) => row['ancestors'].join() !== wayTo(row['parentId'] === null ? null : String(row['parentId'])).join()).map((row) => String(row._id));
};

describe('the tree', () => {
  test('answers nested categories with their paths, in their order', async () => {
    const root = await world.given.category({ name: 'Tree' });
    const b = await world.given.category({ name: 'B', parentId: root['id'] });
    const a = await world.given.category({ name: 'A', parentId: root['id'], position: 0 });
    const leaf = await world.given.category({ name: 'Leaf', parentId: b['id'] });

    const reply = await world.call('get', '/categories');
    expect(reply.status).toBe(200);
    expect(reply.body.data.items).toEqual([{ id: root['id'], slug: 'tree', name: 'Tree', path: 'tree', position: 0, children: [
      { id: a['id'], slug: 'a', name: 'A', path: 'tree/a', position: 0, children: [] },
      { id: b['id'], slug: 'b', name: 'B', path: 'tree/b', position: 0, children: [{ id: leaf['id'], slug: 'leaf', name: 'Leaf', path: 'tree/b/leaf', position: 0, children: [] }] },
    ] }]);
    expect((await world.call('get', '/categories').set('if-none-match', reply.headers['etag'] as string)).status).toBe(304);
  });

  test('a category shows the way to it without a query of its own', async () => {
    await show('leaf');
    let commands = 0;
    const count = ({ commandName }: { commandName: string }) => { if (commandName !== 'ping') commands += 1; };
    world.connection.getClient().on('commandStarted', count);
    const leaf = await show('leaf');
    world.connection.getClient().off('commandStarted', count);
    expect(leaf['breadcrumb'].map(({ name }: Json) => name)).toEqual(['Tree', 'B', 'Leaf']);
    expect(leaf['path']).toBe('tree/b/leaf');
    expect(commands).toBe(0);
  });

  test('a write is in the next answer, of the tree and of the products', async () => {
    const category = await world.given.category({ name: 'Renamable' });
    const { id } = await world.given.product({ categoryIds: [category['id']] });
    expect((await world.call('get', `/products/${id as string}`)).body.data.categories[0].name).toBe('Renamable');

    const reply = await world.asStaff('put', `/categories/${category['id'] as string}`, { body: { name: 'Renamed', slug: 'renamed' } });
    expect([reply.status, reply.body.data.version]).toEqual([200, 2]);
    expect((await world.call('get', `/products/${id as string}`)).body.data.categories).toEqual([{ id: category['id'], slug: 'renamed', name: 'Renamed', path: 'renamed' }]);
    expect(JSON.stringify((await world.call('get', '/categories')).body)).toContain('"Renamed"');
    expect((await world.asStaff('put', `/categories/${category['id'] as string}`, { headers: { 'if-match': '"1"' }, body: { name: 'Lost' } })).status).toBe(412);
  });

  test('siblings cannot share a name, and slugs are numbered', async () => {
    const root = await world.given.category({ name: 'Namesakes' });
    await world.given.category({ name: 'Twin', parentId: root['id'] });
    const same = await world.asStaff('post', '/categories', { body: { name: 'TWIN', parentId: root['id'] } });
    expect([same.status, same.body.code]).toEqual([409, 'category_name_taken']);
    expect((await world.given.category({ name: 'Twin' }))['slug']).toBe('twin-2');
    expect((await world.asStaff('post', '/categories', { body: { name: 'Third', slug: 'twin' } })).body.code).toBe('slug_taken');
    expect((await world.asStaff('post', '/categories', { body: { name: 'Orphan', parentId: '0123456789abcdef01234567' } })).status).toBe(404);
    expect(await world.count('categories', { name: { $in: ['TWIN', 'Third', 'Orphan'] } })).toBe(0);
  });
});

describe('moving', () => {
  test('takes everything below along, and lists follow', async () => {
    const from = await world.given.category({ name: 'From' });
    const to = await world.given.category({ name: 'To' });
    const mid = await world.given.category({ name: 'Mid', parentId: from['id'] });
    const deep = await world.given.category({ name: 'Deep', parentId: mid['id'] });
    await world.given.product({ name: 'Deep product', categoryIds: [deep['id']] });
    expect((await world.call('get', '/products?category=from')).body.data.total).toBe(1);

    const reply = await move(mid['id'], to['id']);

    expect(reply.status).toBe(200);
    expect((await show('deep'))['path']).toBe('to/mid/deep');
    expect((await world.call('get', '/products?category=from')).body.data.total).toBe(0);
    expect((await world.call('get', '/products?category=to')).body.data.items[0].categories[0].path).toBe('to/mid/deep');
    expect(await brokenPaths()).toEqual([]);
  });

  test('puts a category where it is wanted among its siblings', async () => {
    const root = await world.given.category({ name: 'Ordered' });
    const made = [];
    for (const name of ['One', 'Two', 'Three']) made.push(await world.given.category({ name: `${name} O`, parentId: root['id'] }));
    await move(made[2]!['id'], root['id'], 0);
    expect((await show('ordered'))['children'].map(({ name }: Json) => name)).toEqual(['Three O', 'One O', 'Two O']);
    await move(made[2]!['id'], root['id']);
    expect((await show('ordered'))['children'].map(({ name }: Json) => name)).toEqual(['One O', 'Two O', 'Three O']);
  });

  test('below itself is refused, and nothing changes', async () => {
    const top = await world.given.category({ name: 'Ring top' });
    const below = await world.given.category({ name: 'Ring below', parentId: top['id'] });
    const events = (await world.events()).length;
    for (const parentId of [top['id'], below['id']]) {
      const reply = await move(top['id'], parentId);
      expect([reply.status, reply.body.code]).toEqual([409, 'category_cycle']);
    }
    expect((await show('ring-below'))['path']).toBe('ring-top/ring-below');
    expect(await world.events()).toHaveLength(events);
  });

  test('A below B on one node while B goes below A on another: exactly one wins, ten times', async () => {
    const other = (id: string, parentId: string) => node.call('post', `/categories/${id}/move`, { headers: world.keys.secret, body: { parentId } });
    for (let round = 0; round < 10; round++) {
      const a = await world.given.category({ name: `Race A${round}` });
      const b = await world.given.category({ name: `Race B${round}` });
      const replies = await Promise.all([move(a['id'], b['id']), other(b['id'], a['id'])]);
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    }
    expect(await brokenPaths()).toEqual([]);
  });

  test('thirty moves at once within one tree leave a tree', async () => {
    const root = await world.given.category({ name: 'Shuffle' });
    const nodes: Json[] = [];
    for (let at = 0; at < 8; at++) nodes.push(await world.given.category({ name: `S${at}`, parentId: at === 0 ? root['id'] : nodes[Math.floor((at - 1) / 2)]!['id'] }));
    const replies = await Promise.all(Array.from({ length: 30 }, (_unused, at) => move(nodes[(at * 5 + 1) % 8]!['id'], nodes[(at * 3) % 8]!['id'])));
    expect(replies.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect(replies.some(({ status }) => status === 200)).toBe(true);
    expect(await brokenPaths()).toEqual([]);
  });
});

describe('deleting', () => {
  test('is refused while there are children or products, unless they are sent elsewhere', async () => {
    const old = await world.given.category({ name: 'Old' });
    const child = await world.given.category({ name: 'Old child', parentId: old['id'] });
    const fresh = await world.given.category({ name: 'Fresh' });
    const one = await world.given.product({ categoryIds: [old['id']] });
    const both = await world.given.product({ categoryIds: [fresh['id'], old['id']] });

    const refused = await world.asStaff('delete', `/categories/${old['id'] as string}`);
    expect([refused.status, refused.body.code, refused.body.children, refused.body.products]).toEqual([409, 'category_in_use', 1, 2]);
    expect((await show('old'))['id']).toBe(old['id']);
    expect((await world.asStaff('delete', `/categories/${old['id'] as string}?reassign_to=${child['id'] as string}`)).body.code).toBe('category_cycle');

    expect((await world.asStaff('delete', `/categories/${old['id'] as string}?reassign_to=${fresh['id'] as string}`)).status).toBe(200);
    expect((await world.call('get', '/categories/old')).headers['location']).toBe('/api/v1/categories/fresh');
    expect((await show('old-child'))['path']).toBe('fresh/old-child');
    for (const product of [one, both]) {
      expect((await world.call('get', `/products/${product['id'] as string}`)).body.data).toMatchObject({ categories: [{ id: fresh['id'] }], version: 2 });
      expect((await world.container.catalog.findVariants([product['variants'][0].sku])).get(product['variants'][0].sku)!.categoryIds).toEqual([fresh['id']]);
    }
    expect(await brokenPaths()).toEqual([]);
  });

  test('a product that was saved meanwhile is put right by the event', async () => {
    const doomed = await world.given.category({ name: 'Doomed' });
    expect((await world.asStaff('delete', `/categories/${doomed['id'] as string}`)).status).toBe(200);
    const { id } = await world.given.product();
    const gone = new world.connection.base.Types.ObjectId(doomed['id'] as string);
    await world.connection.collection('products').updateOne({ slug: (await world.call('get', `/products/${id as string}`)).body.data.slug }, { $set: { categoryIds: [gone] } });

    await world.runEvents();

    expect(await world.count('products', { categoryIds: gone })).toBe(0);
  });
});

describe('paths of an import', () => {
  test('are made once, whoever asks at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, (_unused, at) => world.container.catalog.findOrCreatePath(at % 2 === 0 ? ['Garden', 'Tools', 'Spades'] : ['garden', 'TOOLS', 'spades'])));
    expect(new Set(ids).size).toBe(1);
    expect(await world.count('categories', { nameKey: { $in: ['garden', 'tools', 'spades'] } })).toBe(3);
    expect((await show('spades'))['path']).toBe('garden/tools/spades');
  });
});

describe('a large tree', () => {
  test('10,000 categories move as one', async () => {
    const root = await tenThousandBelow('Big');
    const target = await world.given.category({ name: 'Big target' });

    const reply = await move(root, target['id']);

    expect(reply.status).toBe(200);
    expect(await world.count('categories', { ancestors: new world.connection.base.Types.ObjectId(target['id'] as string) })).toBe(10_001);
    expect(await brokenPaths()).toEqual([]);
  });
});

/** A subtree made behind the API's back, because 10,000 requests would take minutes. */
async function tenThousandBelow(name: string): Promise<string> {
  const { Types } = world.connection.base;
  const root = await world.given.category({ name });
  const rootId = new Types.ObjectId(root['id'] as string);
  const rows = [];
  let above = [rootId];
  for (let depth = 0; depth < 10; depth++) {
    const level = Array.from({ length: 1000 }, (_unused, at) => ({
      _id: new Types.ObjectId(), name: `${name} ${depth}-${at}`, nameKey: `${name} ${depth}-${at}`.toLowerCase(), slug: `${name}-${depth}-${at}`.toLowerCase(), description: '',
      parentId: above.at(-1)!, ancestors: above, position: at, version: 1, createdAt: new Date(), updatedAt: new Date(),
    }));
    rows.push(...level);
    above = [...above, level[0]!._id];
  }
  await world.connection.collection('categories').insertMany(rows);
  return root['id'] as string;
}
