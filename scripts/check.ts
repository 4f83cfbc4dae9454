import { runChecks } from './lib/checks.js';
import { main } from './lib/terminal.js';

main(runChecks);
