import { runChecks } from './lib/checks.js';
import { main } from './lib/terminal.js';
import { runTests } from './lib/tests.js';

const args = process.argv.slice(2);

/** CI calls `npm test` and nothing else, so there it stands for all checks; a developer who says `npm test` wants the tests. */
main(async () => (process.env['CI'] === 'true' && args.length === 0 ? runChecks() : (await runTests(args, { counted: false })).code));
