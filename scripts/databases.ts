import { provision } from './lib/provision/index.js';
import { stopOnSignal } from './lib/signals.js';
import { main, say } from './lib/terminal.js';

/** The test databases in the foreground, for many runs of single test files from other terminals. */
main(async () => {
  const { mongodbUri, redisUrl, stop } = await provision({ purpose: 'test' });
  stopOnSignal(stop);
  say(`\nexport TEST_MONGODB_URI='${mongodbUri}'\nexport TEST_REDIS_URL='${redisUrl}'\n\nCtrl-C stops both.`);
  await new Promise(() => setInterval(() => undefined, 1 << 30));
});
