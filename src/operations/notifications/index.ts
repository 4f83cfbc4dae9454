import type { Connection } from 'mongoose';
import { later } from '../../shared/clock.js';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { Failpoint } from '../../shared/failpoint.js';
import type { Invariant } from '../../shared/invariant.js';
import type { Schedule } from '../../shared/schedule.js';
import { ACCOUNT_EVENTS } from './account-mails.js';
import { MAILED_EVENTS } from './notifications.js';
import { MailRepository } from './notifications.repository.js';
import { notificationRoutes } from './notifications.routes.js';
import { NotificationService, type NotificationDeps } from './notifications.service.js';
import { Sender } from './sender.service.js';
import { folderTransport, smtpTransport, type Transport } from './transports.js';

type Deps = Omit<NotificationDeps, 'mails' | 'config'> & {
  connection: Connection; failpoint: Failpoint; revealSecret(ref: string): string | Promise<string>;
  config: Readonly<{ smtpUrl: string; folder: string; from: string; shopName: string; fallbackLocale: string }>;
};

const STUCK_MS = 15 * 60_000;

export function createNotifications({ connection, failpoint, revealSecret, config, ...deps }: Deps) {
  const mails = new MailRepository(connection);
  const transport = transportFor(config);
  const service = new NotificationService({ ...deps, mails, config: { ...config, isDelivering: transport !== null } });
  const sender = transport && new Sender({ mails, transport, now: deps.now, from: config.from, failpoint, revealSecret });

  const subscribers: Subscriber[] = [
    { name: 'notifications', on: MAILED_EVENTS, handle: (event) => service.hear(event) },
    { name: 'account-notifications', on: ACCOUNT_EVENTS, handle: (event) => service.hearAccount(event) },
  ];
  const schedules: Schedule[] = sender ? [{ name: 'send-mails', everyMs: 1000, everywhere: true, run: (stop) => sender.run(stop) }] : [];
  const stuck: Invariant = {
    name: 'mails leave in time',
    check: async () => (await mails.findWaitingSince(later(deps.now(), -STUCK_MS))).map(({ id, milestone, lastError }) => (
      { invariant: 'mails leave in time', subject: `mail:${id}`, detail: `${milestone} has been due for longer than a quarter of an hour${lastError === undefined ? '' : `: ${lastError}`}` })),
  };
  return { personalData: mails.personalData, service, routes: notificationRoutes(service), subscribers, schedules, invariants: [stuck] };
}

/** Null where mails are only kept to be looked at. */
function transportFor({ smtpUrl, folder }: Deps['config']): Transport | null {
  if (smtpUrl !== '') return smtpTransport(smtpUrl);
  return folder === '' ? null : folderTransport(folder);
}
