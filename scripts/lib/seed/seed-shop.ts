import { seedCatalogue } from '../../seed-data/index.js';
import { startBar } from '../bar.js';
import type { openShop } from '../open-shop.js';
import { seedAccess } from './access.js';
import { seedCatalog } from './catalog.js';
import { seedOffers } from './offers.js';
import { seedOrders } from './orders.js';
import { seedPeople } from './people.js';

export type OpenShop = Awaited<ReturnType<typeof openShop>>;
/** The shop's own clock while it is seeded, so that orders can be as old as they are to look. */
export type SeedClock = { now: Date };
export type Steps = Readonly<{
  /** Runs the work unless an earlier seed came to its end. */
  once(name: string, work: () => Promise<void>): Promise<void>;
  step(what: string): void;
}>;

const ALL = 'demo';

/** Everything goes through the services, so that the demo data obeys every rule. A seed that was cut off goes on; null when all was made before. */
export async function seedShop(shop: OpenShop, clock: SeedClock, env: NodeJS.ProcessEnv) {
  await seedAccess(shop, env);
  const marks = shop.connection.collection<{ _id: string; at: Date }>('seeds');
  const isDone = async (name: string) => await marks.findOne({ _id: name }) !== null;
  const mark = async (name: string) => { await marks.updateOne({ _id: name }, { $setOnInsert: { at: new Date() } }, { upsert: true }); };
  if (await isDone(ALL)) return null;

  const data = seedCatalogue();
  const bar = startBar('seed', data.products.length + data.customers.length + data.orders.length);
  let done = 0;
  const steps: Steps = {
    step: (what) => { bar.at(++done, what); },
    once: async (name, work) => {
      if (await isDone(name)) return;
      await work();
      await mark(name);
    },
  };
  try {
    await steps.once('catalog', () => seedCatalog(shop, data, steps.step));
    const people = await seedPeople(shop, data.customers, steps.step);
    await seedOrders(shop, clock, data.orders, people, steps);
    let giftCard: string | null = null;
    await steps.once('offers', async () => { giftCard = await seedOffers(shop, data.products); });
    await mark(ALL);
    return { products: data.products.length, customers: data.customers.length, orders: data.orders.length, giftCard: giftCard as string | null };
  } finally {
    bar.end();
  }
}
