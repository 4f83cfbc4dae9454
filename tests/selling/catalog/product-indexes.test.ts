import { openCatalogWorld, type CatalogWorld, type Json } from './catalog-world.js';

let world: CatalogWorld;
beforeAll(async () => {
  world = await openCatalogWorld();
  const home = await world.container.catalog.findOrCreatePath(['Home']);
  const leaves = await Promise.all(['Chairs', 'Lamps', 'Tables'].map((name) => world.container.catalog.findOrCreatePath(['Home', name])));
  const rows = Array.from({ length: 400 }, (_unused, at) => ({
    key: `k${at}`, sku: `s${at}`, name: `Thing ${at} ${['red', 'blue'][at % 2]!}`, description: '', brand: `Brand ${at % 7}`, categoryIds: [leaves[at % 3]!, ...(at % 50 === 0 ? [home] : [])],
    status: at % 10 === 0 ? 'draft' as const : 'active' as const, attributes: { colour: ['red', 'blue'][at % 2]!, size: at % 9 }, prices: [{ currency: 'EUR', base: 100 + (at * 37) % 400 }],
    rating: { average: at % 5, count: 1 },
  }));
  await world.container.catalog.upsertProducts(rows);
});
afterAll(() => world.close());
afterEach(() => expect(world.defects.splice(0)).toEqual([]));

/** The plans of the very commands that a call sent. */
async function plansOf(path: string, headers: Record<string, string> = {}): Promise<string[]> {
  const sent: Json[] = [];
  const note = ({ commandName, command }: { commandName: string; command: Json }) => { if (command[commandName] === 'products') sent.push(command); };
  const client = world.connection.getClient();
  client.on('commandStarted', note);
  const reply = await world.call('get', path, { headers });
  client.off('commandStarted', note);
  expect(reply.status).toBe(200);
  expect(sent.length).toBeGreaterThan(0);
  return Promise.all(sent.map(async (command) => {
    const { $db: _d, lsid: _l, $clusterTime: _t, readConcern: _r, $readPreference: _p, txnNumber: _x, ...plain } = command;
    const explained = await world.connection.db!.command({ explain: plain, verbosity: 'queryPlanner' });
    return JSON.stringify(((explained['stages']?.[0]?.$cursor ?? explained) as Json)['queryPlanner'].winningPlan);
  }));
}
const stages = (plan: string): string[] => [...plan.matchAll(/"stage":"(\w+)"/g)].map(([, stage]) => stage!);

const FILTERS = ['', 'category=home', 'category=chairs', 'brand=brand%203', 'in_stock=false', 'attr.colour=red', 'created_at[gte]=2020-01-01T00:00:00Z', 'carbon_offset=true', 'sustainability_score[gte]=50&sort=-sustainabilityScore'];
test.each([...FILTERS, ...['price', '-price', 'name', 'createdAt', '-updatedAt', '-rating', '-sustainabilityScore', 'sustainabilityScore'].map((sort) => `sort=${sort}`), 'cursor=', 'category=chairs&cursor='])(
  'GET /products?%s walks an index in its order', async (query) => {
    for (const headers of [{}, world.keys.secret]) {
      for (const plan of await plansOf(`/products?per_page=5&${query}`, headers)) {
        expect(stages(plan)).not.toContain('COLLSCAN');
        expect(stages(plan)).not.toContain('SORT');
        expect(plan).toMatch(/"stage":"(?:IXSCAN|COUNT_SCAN)"/);
      }
    }
  });

test.each(['q=thing', 'q=thing%201', 'price[gte]=150&price[lte]=160', 'currency=JPY&price[gte]=1', 'category=home&brand=brand%203&price[lte]=300', 'attr.colour=red&attr.size=4',
  'category=lamps&attr.colour=red&in_stock=false', 'category=chairs&sort=price', 'brand=brand%203&sort=name', 'updated_at[gte]=2020-01-01T00:00:00Z', 'category=nowhere', 'sustainability_score[gte]=60'])(
  'GET /products?%s is answered by an index', async (query) => {
    for (const plan of await plansOf(`/products?${query}`)) expect(stages(plan)).not.toContain('COLLSCAN');
  });

test.each(['status=draft', 'status=draft&category=chairs', 'status=archived&brand=brand%201'])('staff asking for %s are answered by an index', async (query) => {
  for (const plan of await plansOf(`/products?${query}`, world.keys.secret)) {
    expect(stages(plan)).not.toContain('COLLSCAN');
    expect(stages(plan)).not.toContain('SORT');
  }
});

test('filters on one list and any scalars fetch only what is shown', async () => {
  const products = world.connection.collection('products');
  const category = await world.connection.collection('categories').findOne({ slug: 'chairs' });
  const filter = { visible: true, categoryIds: category!._id, inStock: false, brandKey: 'brand 3', 'shownRange.EUR.from': { $lte: 300 } };
  const index = (await products.indexes()).find(({ key }) => 'categoryIds' in key)!;
  const explained = await products.find(filter).hint(index.name!).sort({ createdAt: -1, _id: -1 }).limit(5).explain('executionStats') as Json;
  const total = await products.countDocuments(filter);
  expect(total).toBeGreaterThan(5);
  expect(explained['executionStats'].totalDocsExamined).toBe(5);
});
