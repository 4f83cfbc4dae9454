import { migrate } from '../src/shared/db/migrate.js';
import { openShop } from './lib/open-shop.js';
import { main, note, seconds } from './lib/terminal.js';

/** Run before a new version starts: the processes themselves never build an index or change stored data. */
main(async () => {
  const begun = Date.now();
  const { connection, close } = await openShop('migrate');
  try {
    await migrate({ connection, log: (line) => { note('migrate', line); } });
    note('migrate', `done in ${seconds(Date.now() - begun)}`);
  } finally {
    await close();
  }
});
