import { parseOptions } from './lib/arguments.js';
import { startBar } from './lib/bar.js';
import { findShopDatabases } from './lib/shop-databases.js';
import { Advice, main, note, seconds } from './lib/terminal.js';
import { keyFolderBeside } from './backup/keys.js';
import { takeBackup } from './backup/take.js';

const USAGE = 'npm run backup -- --to DIR [--keys DIR] [--uri mongodb://...]';

main(async () => {
  const { to, keys, uri } = parseOptions(process.argv.slice(2), { to: { type: 'string' }, keys: { type: 'string' }, uri: { type: 'string' } }, USAGE);
  if (to === undefined) throw new Advice(USAGE);
  const databases = await findShopDatabases(uri ?? process.env['MONGODB_URI']);
  const bar = startBar('backup', 1000);
  try {
    note('backup', databases.what);
    const { of, takenMs, collections } = await takeBackup({ uri: databases.mongodbUri, folder: to, ...(keys !== undefined && { keys }), progress: (done, total, what) => { bar.at(Math.round((done * 1000) / Math.max(1, total)), what); } });
    bar.end();
    const documents = collections.reduce((sum, stored) => sum + stored.documents, 0);
    note('backup', `${documents} documents of ${collections.length} collections, all of ${of}, in ${seconds(takenMs)}: ${to}`);
    note('', `The keys of personal data are not in it: their newest copy is in ${keys ?? keyFolderBeside(to)}. Keep that apart, and no older one.`);
    note('', 'It holds customers’ data: keep it like the database, and elsewhere.');
  } finally {
    await databases.stop();
  }
});
