import type { Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { oneClickTokenModel, type OneClickTokenRow } from './one-click.model.js';

export type OneClickToken = Readonly<Omit<OneClickTokenRow, '_id'> & { hash: string }>;
type Holder = Readonly<{ hash: string; userId: string; deviceHash: string }>;

export class OneClickTokenRepository {
  private readonly tokens;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.tokens = oneClickTokenModel(connection);
    this.personalData = ownedRows(this.tokens, { name: 'oneClickTokens', erase: 'remove', hide: ['id', 'deviceHash'] });
  }

  async insert({ hash, ...row }: OneClickToken): Promise<void> {
    await this.tokens.insertMany([{ _id: hash, ...row }], { lean: true });
  }

  /** Its holder's own; another user or device finds nothing. */
  async find({ hash, userId, deviceHash }: Holder): Promise<OneClickToken | null> {
    const found = await this.tokens.findOne({ _id: hash, userId, deviceHash }).lean();
    return found && { hash, userId, deviceHash, expiresAt: found.expiresAt, ...(found.orderId !== undefined && { orderId: found.orderId }) };
  }

  /** One of all who try at once gets true. */
  async consume({ hash, userId, deviceHash }: Holder, orderId: string, now: Date): Promise<boolean> {
    const { modifiedCount } = await this.tokens.updateOne(
      { _id: hash, userId, deviceHash, orderId: { $exists: false }, expiresAt: { $gt: now } }, { $set: { orderId, usedAt: now } },
    );
    return modifiedCount === 1;
  }
}
