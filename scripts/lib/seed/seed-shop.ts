import { seedCatalogue } from '../../seed-data/index.js';
import { startBar } from '../bar.js';
import type { openShop } from '../open-shop.js';
import { seedAccess } from './access.js';
import { seedCatalog } from './catalog.js';
import { seedOrders } from './orders.js';
import { seedPeople } from './people.js';

export type OpenShop = Awaited<ReturnType<typeof openShop>>;
/** The shop's own clock while it is seeded, so that orders can be as old as they are to look. */
export type SeedClock = { now: Date };

const MARK = { _id: 'demo' as never };

/** Everything goes through the services, so that the demo data obeys every rule. Null when it was made before. */
export async function seedShop(shop: OpenShop, clock: SeedClock, env: NodeJS.ProcessEnv) {
  await seedAccess(shop, env);
  const marks = shop.connection.collection('seeds');
  if (await marks.findOne(MARK)) return null;

  const data = seedCatalogue();
  const bar = startBar('seed', data.products.length + data.customers.length + data.orders.length);
  let done = 0;
  const step = (what: string) => { bar.at(++done, what); };
  await seedCatalog(shop, data, step);
  const people = await seedPeople(shop, data.customers, step);
  await seedOrders(shop, clock, data.orders, people, step);
  bar.end();
  await marks.insertOne({ ...MARK, at: new Date() });
  return { products: data.products.length, customers: data.customers.length, orders: data.orders.length };
}
