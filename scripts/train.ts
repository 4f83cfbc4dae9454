import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { trainModel, type Transaction } from '../src/fulfilment/risk/index.js';
import { SYSTEM } from '../src/shared/actor.js';
import { datasetWithBar, printWeeks, trainingBar } from './evaluate/fraud.js';
import { fraudFile, readTransactions } from './lib/fraud-data.js';
import { openShop } from './lib/open-shop.js';
import { parseCommand } from './lib/arguments.js';
import { startBar } from './lib/bar.js';
import { stateFolder } from './lib/paths.js';
import { Advice, main, note, say } from './lib/terminal.js';

const USAGE = `npm run train -- recommendations
  from the orders of the shop at MONGODB_URI, as its worker does every night at 02:00 UTC; processes take the model over within half a minute

npm run train -- fraud [--data FILE | --own] [--out FILE] [--register] [--activate]
  --data FILE   transactions, as docs/fraud.md says (the handbook's, if absent)
  --own         the shop's own orders with their labels, from MONGODB_URI
  --out FILE    where the model is written (.kontor/models/fraud-VERSION.json, if absent)
  --register    adds it to the shop's registry; --activate lets it judge orders as well`;

/** `npm run train -- recommendations` or `fraud`; the latter measures by weeks, then trains on the last of them and writes a model file. */
main(async () => {
  const { operand, data, own, out, register, activate } = parseCommand(process.argv.slice(2), {
    data: { type: 'string' }, own: { type: 'boolean' }, out: { type: 'string' }, register: { type: 'boolean' }, activate: { type: 'boolean' },
  }, USAGE);
  if (operand === 'recommendations') return trainRecommendations();
  if (operand !== 'fraud') throw new Advice(USAGE);
  const shop = own || register || activate ? await openShop('train') : null;
  try {
    const source = own ? "the shop's own orders" : fraudFile(data);
    const transactions: Transaction[] = own ? await shop!.container.risk.transactions(new Date(0), new Date()) : await readTransactions(source);
    note('data', `${transactions.length} transactions, ${transactions.filter(({ isFraud }) => isFraud).length} of them fraud`);
    const model = train(transactions, own ? 'own orders' : source.split('/').at(-1)!);
    const file = out ?? join(stateFolder(), 'models', `fraud-${model.version}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(model));
    printWeeks(model.metrics.weeks.map((week) => ({ ...week, from: new Date(week.from) })));
    note('model', `${model.version}, review from ${model.thresholds.review}, refuse from ${model.thresholds.refuse}: ${file}`);
    if (!shop || !(register || activate)) return say('\nPOST /admin/fraud/models takes the file; or run it again with --register.');
    await shop.container.risk.register(model, { actor: SYSTEM });
    if (activate) await shop.container.risk.activate(model.version, { actor: SYSTEM });
    note('registry', activate ? 'registered and active' : 'registered; POST /admin/fraud/models/VERSION/activation lets it judge');
  } finally {
    await shop?.close();
  }
});

async function trainRecommendations(): Promise<number> {
  const shop = await openShop('train');
  const stopped = new AbortController();
  process.once('SIGINT', () => { stopped.abort(new Advice('Stopped. The model in use stays.')); });
  const bar = startBar('training', 100);
  try {
    const info = await shop.container.recommendations.train((share, step) => { bar.at(Math.round(share * 100), step); }, stopped.signal);
    bar.end();
    if (!info) throw new Advice('There is too little to learn from: a model needs orders that hold more than one product. The model in use stays.');
    note('model', `${info.revision}, from ${info.orders} orders of ${info.products} products`);
    return 0;
  } finally {
    bar.end();
    await shop.close();
  }
}

function train(transactions: readonly Transaction[], source: string) {
  const steps = trainingBar();
  try {
    return trainModel(datasetWithBar(transactions), { source, trainedAt: new Date(), onStep: steps.onStep });
  } catch (error) {
    throw new Advice((error as Error).message);
  } finally {
    steps.end();
  }
}
