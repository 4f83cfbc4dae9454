import { migrate, migrateDown } from '../src/shared/db/migrate.js';
import { parseOptions } from './lib/arguments.js';
import { openShop } from './lib/open-shop.js';
import { main, note, seconds } from './lib/terminal.js';

const USAGE = `npm run migrate [-- --finish | --down 0002-name]

  --finish   no process of an older version runs any more: what these needed as it was is changed too
  --down     takes back the changes from that one on`;

/** Run before a new version starts: the processes themselves never build an index or change stored data. */
main(async () => {
  const { down, finish } = parseOptions(process.argv.slice(2), { down: { type: 'string' }, finish: { type: 'boolean' } }, USAGE);
  const begun = Date.now();
  const { connection, close } = await openShop('migrate');
  try {
    const options = { connection, log: (line: string) => { note('migrate', line); } };
    if (down === undefined) await migrate({ ...options, finish: finish === true });
    else note('migrate', `${(await migrateDown(options, down)).length} changes taken back`);
    note('migrate', `done in ${seconds(Date.now() - begun)}`);
  } finally {
    await close();
  }
});
