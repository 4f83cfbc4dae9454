import { createNotifications } from '../../../src/operations/notifications/index.js';
import type { MailedOrder } from '../../../src/operations/notifications/notifications.js';
import type { StoredEvent } from '../../../src/shared/events/outbox.js';
import { startSmtp, type Smtp } from '../../support/smtp.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let smtp: Smtp;
beforeAll(async () => { [world, smtp] = await Promise.all([openWorld(), startSmtp()]); });
beforeEach(async () => {
  await world.connection.collection('mails').deleteMany({});
  smtp.received.splice(0);
  smtp.state.refuse = () => null;
  world.clock.offsetMs = 0;
});
afterEach(() => expect(world.defects.splice(0)).toEqual([]));
afterAll(async () => {
  await world.close();
  await smtp.close();
});

const euros = (amount: number) => ({ amount, currency: 'EUR' });
const orderOf = (at: number): MailedOrder => ({
  id: at.toString(16).padStart(24, '0'), number: `K-${at}`, email: `buyer.${at}@example.com`, userId: null, locale: ['en', 'de', 'fr'][at % 3]!, status: 'placed', currency: 'EUR',
  items: [{ id: 'line', sku: 'SKU', name: 'Käse & Brot', quantity: 1, lineTotal: euros(1000) }],
  totals: { subtotal: euros(1000), discountTotal: euros(0), shippingTotal: euros(490), taxTotal: euros(248), grandTotal: euros(1490), taxIncluded: true }, shippingAddress: { firstName: 'Zoë' },
});
const node = ({ failpoint = () => {} }: { failpoint?: (name: string) => void } = {}) => createNotifications({
  connection: world.connection, outbox: world.container.outbox, inTransaction: world.container.inTransaction, failpoint, audit: world.container.audit.record,
  now: () => new Date(Date.now() + world.clock.offsetMs), findOrder: async (id) => orderOf(parseInt(id, 16)), findLocaleOfUser: async () => undefined, findAccount: async () => null, revealSecret: (ref) => `SECRET-OF-${ref}`,
  config: { smtpUrl: smtp.url, folder: '', from: 'Kontor <shop@kontor.example>', shopName: 'Kontor', fallbackLocale: 'en' },
});
let told = 0;
const event = (at: number, type = 'order.placed', data: Record<string, unknown> = {}, id = `evt-${told += 1}`): StoredEvent => ({ id, type, aggregateId: orderOf(at).id, data, version: 1, occurredAt: new Date() });
const send = (...nodes: Array<ReturnType<typeof node>>) => Promise.all(nodes.map(({ schedules }) => schedules[0]!.run(new AbortController().signal)));
const statesOf = async () => Object.fromEntries(await world.connection.collection('mails').aggregate<{ _id: string; n: number }>([{ $group: { _id: '$state', n: { $sum: 1 } } }]).map(({ _id, n }) => [_id, n]).toArray());

test('forty orders, each milestone told five times to two nodes under new and old ids, are one mail each, sent once by four senders', async () => {
  const nodes = [node(), node()];
  const told = Array.from({ length: 40 }, (_none, at) => [event(at), event(at), event(at, 'fulfilment.shipped', { fulfilmentId: `f${at}` })]).flat();

  await Promise.all(told.flatMap((one) => [...nodes, ...nodes, nodes[0]!].map(({ service }) => service.hear(one))));
  await send(...nodes, node(), node());
  await send(...nodes);

  expect(await statesOf()).toEqual({ sent: 80 });
  expect(smtp.received).toHaveLength(80);
  expect(new Set(smtp.received.map(({ messageId }) => messageId)).size).toBe(80);
  expect(new Set(smtp.received.map(({ to, subject }) => `${to} ${subject}`)).size).toBe(80);
});

test('what arrives has both parts, in the language of the order, and is from us', async () => {
  const one = node();
  for (const at of [0, 1, 2]) await one.service.hear(event(at));

  await send(one);

  const byRecipient = new Map(smtp.received.map((mail) => [mail.to[0], mail]));
  expect(['buyer.0@example.com', 'buyer.1@example.com', 'buyer.2@example.com'].map((to) => byRecipient.get(to)?.subject)).toEqual(['Your order K-0', 'Ihre Bestellung K-1', 'Votre commande K-2']);
  const german = byRecipient.get('buyer.1@example.com')!;
  expect(german.text).toContain('Guten Tag Zoë,');
  expect(german.text).toContain('1 x Käse & Brot: 10,00\u00a0€');
  expect(german.text).toContain('Gesamtbetrag: 14,90\u00a0€');
  expect(german.html).toContain('1 × Käse &amp; Brot');
  expect(german.raw).toMatch(/^From: Kontor <shop@kontor\.example>\r$/m);
  expect(german.raw).toMatch(/^Content-Type: multipart\/alternative;/m);
  expect(german.messageId).toMatch(/^<[0-9a-f]{24}@kontor\.example>$/);
});

test('a refusal for now is tried again until it works; one for good is set aside, and the others leave all the same', async () => {
  const one = node();
  for (const at of [3, 4, 5]) await one.service.hear(event(at));
  let refused = 0;
  smtp.state.refuse = (to) => {
    if (to === 'buyer.4@example.com') return { code: 550, message: 'no such mailbox' };
    if (to === 'buyer.3@example.com' && (refused += 1) < 3) return { code: 451, message: 'try again later' };
    return null;
  };

  await send(one);
  expect(await statesOf()).toEqual({ sent: 1, pending: 1, dead: 1 });
  await send(one);
  expect(refused).toBe(1);
  for (let round = 0; round < 2; round++) {
    world.clock.offsetMs += 200_000;
    await send(one);
  }

  expect(await statesOf()).toEqual({ sent: 2, dead: 1 });
  expect(smtp.received.map(({ to }) => to[0]).sort()).toEqual(['buyer.3@example.com', 'buyer.5@example.com']);
  expect(await world.connection.model('Mail').findOne({ state: 'dead' }).lean()).toMatchObject({ to: 'buyer.4@example.com', lastError: expect.stringContaining('no such mailbox') });
});

test('while the server is away nothing is lost and nothing set aside; each mail leaves once when it is back', async () => {
  const one = node();
  await smtp.goAway();
  for (let at = 10; at < 20; at++) await one.service.hear(event(at));
  for (let round = 0; round < 12; round++) {
    await send(one);
    world.clock.offsetMs += 21_000;
  }
  expect(await statesOf()).toEqual({ pending: 10 });

  await smtp.comeBack();
  world.clock.offsetMs += 60_000;
  await send(one);

  expect(await statesOf()).toEqual({ sent: 10 });
  expect(smtp.received).toHaveLength(10);
});

test('a crash between sending and writing it down sends once more, under the same Message-ID', async () => {
  const healthy = node();
  let crashes = 0;
  const doomed = node({ failpoint: (name) => { if (name === 'mails.after_send' && (crashes += 1) === 1) throw new Error('killed'); } });
  await healthy.service.hear(event(21));

  await expect(send(doomed)).rejects.toThrow('killed');
  await send(healthy);
  expect(await statesOf()).toEqual({ pending: 1 });
  world.clock.offsetMs += 60_000;
  await send(healthy);

  expect(await statesOf()).toEqual({ sent: 1 });
  expect(smtp.received).toHaveLength(2);
  expect(new Set(smtp.received.map(({ messageId }) => messageId)).size).toBe(1);
});

test('a secret is put in when the mail leaves, and stands in no store', async () => {
  const one = node();
  await one.service.hear(event(24, 'order.access_granted', { accessId: 'a1' }));

  await send(one);

  expect(smtp.received[0]!.text).toContain('SECRET-OF-order-access:a1');
  expect(smtp.received[0]!.html).toContain('SECRET-OF-order-access:a1');
  expect(JSON.stringify(await world.connection.collection('mails').findOne({}))).not.toContain('SECRET-OF');
});
