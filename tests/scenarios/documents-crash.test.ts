import { setTimeout as pause } from 'node:timers/promises';
import { startProcess, type Process } from '../support/processes.js';
import { openCardShop, type CardShop } from '../support/card-shop.js';
import { startSmtp, type Smtp } from '../support/smtp.js';

let shop: CardShop;
let smtp: Smtp;
beforeAll(async () => {
  smtp = await startSmtp();
  shop = await openCardShop({ env: { SMTP_URL: smtp.url } });
});
afterAll(async () => {
  await shop.close();
  await smtp.close();
});

const buy = async (): Promise<string> => {
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart(sku);
  return (await shop.order(guest, { payment: { provider: 'simulator', method: 'card', token: 'ok' } })).body.data.id as string;
};
/** A worker that kills itself at that step, as often as it comes there. */
const doomed = async (step: string): Promise<number | string | null> => {
  const worker = await startProcess('worker', { ...shop.environment, FAILPOINT: `${step}:crash` });
  return Promise.race([worker.ended, pause(20_000).then(async () => { await worker.kill(); return 'never came there'; })]);
};
const sequences = async () => (await shop.connection.collection('invoices').find({ kind: 'invoice' }).toArray()).map(({ sequence }) => sequence as number).sort((a, b) => a - b);

test('a worker killed at any step of an invoice or a mail leaves no gap, no second invoice and no second kind of mail', async () => {
  const orders: string[] = [];
  for (const step of ['invoices.before_number', 'invoices.after_number', 'invoices.before_commit', 'mails.after_send']) {
    orders.push(await buy());
    expect([step, await doomed(step)]).toEqual([step, 'SIGKILL']);
  }

  // Past every lease that the dead still hold.
  shop.clock.offsetMs = 90_000;
  for (let round = 0; round < 5; round++) {
    await shop.runEvents();
    await shop.container.schedules.find(({ name }) => name === 'send-mails')!.run(new AbortController().signal);
  }
  const healthy: Process = await startProcess('worker', shop.environment);
  await pause(1000);
  await healthy.kill('SIGTERM');

  expect(await sequences()).toEqual([1, 2, 3, 4]);
  expect(await shop.count('invoices')).toBe(4);
  expect(await shop.count('mails', { state: 'sent' })).toBe(8);
  const ids = smtp.received.map(({ messageId }) => messageId);
  expect(new Set(ids).size).toBe(8);
  // The one killed between sending and writing it down went out again, under the same Message-ID.
  expect(ids.length).toBeGreaterThanOrEqual(9);
  expect(orders).toHaveLength(4);
  expect(await shop.violations()).toEqual([]);
});
