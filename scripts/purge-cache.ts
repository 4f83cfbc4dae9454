import { openShop } from './lib/open-shop.js';
import { parseOptions } from './lib/arguments.js';
import { Advice, main, say } from './lib/terminal.js';
import { SYSTEM } from '../src/shared/actor.js';

const usage = `Usage: npm run purge:cache -- --all | --tag TAG... | --key KEY...
  --all        forget every cached answer
  --tag TAG    forget what was made from it: products, product:<id>, categories; may be repeated
  --key KEY    forget one representation; may be repeated

Reads MONGODB_URI and REDIS_URL like the API does. Running nodes load again at their next read.`;

/** For operators without the API; the same purge, audited as the system's. */
main(async () => {
  const { all = false, tag = [], key = [] } = parseOptions(process.argv.slice(2), { all: { type: 'boolean' }, tag: { type: 'string', multiple: true }, key: { type: 'string', multiple: true } }, usage);
  if ([all, tag.length > 0, key.length > 0].filter(Boolean).length !== 1) throw new Advice(`Say exactly one of --all, --tag and --key\n\n${usage}`);
  const wanted = all ? { all } : tag.length > 0 ? { tags: tag } : { keys: key };
  const { container: { cache, audit, inTransaction }, close } = await openShop('purge-cache');
  try {
    const removed = await cache.purge(wanted).catch((error: Error) => { throw new Advice(`Redis does not answer at REDIS_URL: ${error.message}`); });
    await inTransaction(() => audit.record({ actor: SYSTEM, action: 'cache.purged', subject: 'cache', after: { ...wanted, removed } }));
    say(`${removed} cached ${removed === 1 ? 'answer' : 'answers'} forgotten`);
  } finally {
    await close();
  }
});
