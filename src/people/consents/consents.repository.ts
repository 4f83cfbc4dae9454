import type { Connection } from 'mongoose';
import { orLostRace } from '../../shared/db/retry.js';
import type { StoredConsent } from './consents.js';
import { consentModel } from './consents.model.js';

export class ConsentRepository {
  private readonly consents;

  constructor(connection: Connection) {
    this.consents = consentModel(connection);
  }

  async findByUser(userId: string): Promise<StoredConsent[]> {
    return this.consents.find({ userId }, { _id: 0, userId: 0 }).sort({ userId: 1, purpose: 1, sequence: 1 }).lean();
  }

  /** Of these people, whoever said no to this purpose last. */
  async withdrawn(purpose: string, userIds: readonly string[]): Promise<string[]> {
    const last = await this.consents.aggregate<{ _id: string; granted: boolean }>([
      { $match: { userId: { $in: [...userIds] }, purpose } }, { $sort: { userId: 1, purpose: 1, sequence: 1 } }, { $group: { _id: '$userId', granted: { $last: '$granted' } } },
    ]);
    return last.flatMap(({ _id, granted }) => (granted ? [] : [_id]));
  }

  async append(userId: string, consents: readonly StoredConsent[]): Promise<void> {
    await orLostRace(() => this.consents.insertMany(consents.map((consent) => ({ ...consent, userId })), { lean: true }), 'Another decision was recorded at the same moment.');
  }

  async removeAll(userId: string): Promise<number> {
    return (await this.consents.deleteMany({ userId })).deletedCount;
  }
}
