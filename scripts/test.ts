import { main } from './lib/terminal.js';
import { runTests } from './lib/tests.js';

main(async () => (await runTests(process.argv.slice(2), { counted: false })).code);
