import { parseOptions } from './lib/arguments.js';
import { startBar } from './lib/bar.js';
import { openShop } from './lib/open-shop.js';
import { main, note, say, seconds } from './lib/terminal.js';

const usage = `Usage: npm run reindex

Makes a new index on the search server beside the one that is asked, then puts it in its place in one step; searches go on meanwhile.
Reads MONGODB_URI, REDIS_URL and SEARCH_* like the API does.`;

/** For after a change of the server, or a doubt: what is found is never half of the catalogue. */
main(async () => {
  parseOptions(process.argv.slice(2), {}, usage);
  const { container: { search }, close } = await openShop('reindex');
  try {
    if (!search.indexer) return say('Nothing to do: with SEARCH_ENGINE=embedded every process reads the catalogue by itself.');
    const begun = Date.now();
    const bar: { current?: ReturnType<typeof startBar> } = {};
    const { index, documents } = await search.indexer.rebuild({ onProgress: (done, of) => { (bar.current ??= startBar('products', of)).at(done); } }).finally(() => bar.current?.end());
    note('reindex', `${documents} products in ${index} after ${seconds(Date.now() - begun)}; searches ask it from now on`);
  } finally {
    await search.close();
    await close();
  }
});
