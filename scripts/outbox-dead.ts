import { SYSTEM } from '../src/shared/actor.js';
import { openShop } from './lib/open-shop.js';
import { parseOptions } from './lib/arguments.js';
import { main, paint, say } from './lib/terminal.js';

const usage = `Usage: npm run outbox:dead -- [--retry [--id EVENT...]]
  (nothing)    show how many events wait and which are dead, with their last error
  --retry      give all dead events another round, or those named by --id
  --id EVENT   one event; may be repeated`;

main(async () => {
  const { retry = false, id } = parseOptions(process.argv.slice(2), { retry: { type: 'boolean' }, id: { type: 'string', multiple: true } }, usage);
  const { container: { outbox, audit, inTransaction }, close } = await openShop('outbox-dead');
  try {
    if (retry) {
      const retried = await inTransaction(async () => {
        const count = await outbox.retryDead(id);
        await audit.record({ actor: SYSTEM, action: 'outbox.retried', subject: 'outbox', after: { ...(id ? { ids: id } : { all: true }), retried: count } });
        return count;
      });
      say(`${retried} dead ${retried === 1 ? 'event is' : 'events are'} due again`);
    }
    const { pending, dead, oldestPendingAt, deadEvents } = await outbox.overview();
    say(`${pending} waiting${oldestPendingAt ? ` since ${oldestPendingAt.toISOString()}` : ''}, ${dead} dead`);
    for (const event of deadEvents) {
      say(`\n${paint('bold', event.id)}  ${event.type}  ${event.aggregateId}  ${event.occurredAt.toISOString()}`);
      for (const { subscriber, attempts, lastError } of event.deliveries.filter(({ state }) => state === 'dead')) say(`  ${subscriber}: ${attempts} attempts, ${lastError ?? 'no error kept'}`);
    }
    if (dead > deadEvents.length) say(`\n... and ${dead - deadEvents.length} more`);
  } finally {
    await close();
  }
});
