import { parseOptions } from './lib/arguments.js';
import { startBar } from './lib/bar.js';
import { findShopDatabases } from './lib/shop-databases.js';
import { Advice, main, note, seconds } from './lib/terminal.js';
import { restoreBackup } from './backup/restore.js';

const USAGE = `npm run restore -- --from DIR [--into mongodb://...] [--replace] [--keys DIR] [--erasures FILE]

  --replace         empties the target first; without it a target that holds data is refused
  --keys DIR        the newest copy of the data keys; beside the backup unless told otherwise
  --erasures FILE   one erasure a line (extended JSON): who was erased after the backup stays erased, besides those
                    that the target itself knows of`;

main(async () => {
  const options = parseOptions(process.argv.slice(2), { from: { type: 'string' }, into: { type: 'string' }, replace: { type: 'boolean' }, keys: { type: 'string' }, erasures: { type: 'string' } }, USAGE);
  if (options.from === undefined) throw new Advice(USAGE);
  const databases = await findShopDatabases(options.into ?? process.env['MONGODB_URI']);
  const bar = startBar('restore', 1000);
  try {
    note('restore', `into ${databases.what}`);
    const { manifest, erased, tookMs } = await restoreBackup({
      from: options.from, into: databases.mongodbUri, replace: options.replace === true, ...(options.keys !== undefined && { keys: options.keys }), ...(options.erasures !== undefined && { erasures: options.erasures }),
      progress: (done, total, what) => { bar.at(Math.round((done * 1000) / Math.max(1, total)), what); },
    });
    bar.end();
    note('restore', `${manifest.collections.length} collections as of ${manifest.of} in ${seconds(tookMs)}; ${erased} keys of erased customers stay gone`);
    note('', 'Next: npm run migrate, npm run purge:cache -- --all, then GET /api/v1/admin/invariants.');
  } finally {
    await databases.stop();
  }
});
