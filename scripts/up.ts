import { runShop } from './lib/shop/run-shop.js';
import { main } from './lib/terminal.js';

main(() => runShop('up', process.argv.slice(2)));
