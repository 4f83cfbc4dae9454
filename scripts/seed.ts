import { openShop } from './lib/open-shop.js';
import { main, note, seconds } from './lib/terminal.js';
import { seedShop } from './lib/seed/seed-shop.js';

/** Fills an empty shop with the demo catalogue, people and orders; again it only makes sure of keys and logins. */
main(async () => {
  const begun = Date.now();
  const clock = { now: new Date() };
  const shop = await openShop('seed', process.env, { now: () => clock.now, prepare: true });
  try {
    const made = await seedShop(shop, clock, process.env);
    note('seed', made === null ? 'the demo data is there already' : `${made.products} products, ${made.customers} customers, ${made.orders} orders${made.giftCard === null ? '' : `, a gift card over EUR 25.00: ${made.giftCard}`} in ${seconds(Date.now() - begun)}`);
  } finally {
    await shop.close();
  }
});
