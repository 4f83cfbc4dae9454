import { migrate, migrateDown } from '../src/shared/db/migrate.js';
import { parseOptions } from './lib/arguments.js';
import { openShop } from './lib/open-shop.js';
import { main, note, seconds } from './lib/terminal.js';

const USAGE = 'npm run migrate [-- --down 0002-name]   takes back the changes from that one on';

/** Run before a new version starts: the processes themselves never build an index or change stored data. */
main(async () => {
  const { down } = parseOptions(process.argv.slice(2), { down: { type: 'string' } }, USAGE);
  const begun = Date.now();
  const { connection, close } = await openShop('migrate');
  try {
    const options = { connection, log: (line: string) => { note('migrate', line); } };
    if (down === undefined) await migrate(options);
    else note('migrate', `${(await migrateDown(options, down)).length} changes taken back`);
    note('migrate', `done in ${seconds(Date.now() - begun)}`);
  } finally {
    await close();
  }
});
