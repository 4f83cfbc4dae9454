import type { Connection } from 'mongoose';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { ConsentRepository } from './consents.repository.js';
import { consentRoutes } from './consents.routes.js';
import { ConsentService } from './consents.service.js';

type ConsentsDeps = { connection: Connection; now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'> };

export function createConsents({ connection, ...deps }: ConsentsDeps) {
  const consents = new ConsentRepository(connection);
  const service = new ConsentService({ ...deps, consents });
  const personalData: PersonalData = {
    name: 'consents', collections: ['consents'], export: async ({ userId }) => (await service.of(userId)).history, erase: ({ userId }) => consents.removeAll(userId),
  };
  return {
    routes: consentRoutes(service), personalData,
    /** Of these people, whoever withdrew this one; for what goes to everybody who did not say no. */
    withdrawn: async (purpose: string, userIds: readonly string[]): Promise<ReadonlySet<string>> => new Set(await consents.withdrawn(purpose, userIds)),
    /** Says no for somebody who followed the link of a mail. */
    withdraw: async (userId: string, purpose: string, source: string): Promise<void> => { await service.decide(userId, [{ purpose, granted: false, version: '1' }], source); },
    /** For whoever may only write to somebody who agreed: granted, and not withdrawn since. */
    hasGranted: async (userId: string, purpose: string): Promise<boolean> => (await service.of(userId)).current.some((consent) => consent.purpose === purpose && consent.granted),
  };
}
