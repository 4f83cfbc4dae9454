import type { Connection } from 'mongoose';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { Identity } from './sign-in-with.js';
import { IdentityTaken } from './sign-in-with.errors.js';
import { flowModel, identityModel, type FlowRow, type IdentityRow } from './sign-in-with.model.js';

export class IdentityRepository {
  private readonly identities;
  private readonly flows;

  constructor(connection: Connection) {
    this.identities = identityModel(connection);
    this.flows = flowModel(connection);
  }

  async find(provider: string, subject: string): Promise<Identity | null> {
    const found = await this.identities.findOne({ provider, subject }).lean();
    return found && toIdentity(found);
  }

  async ofUser(userId: string): Promise<Identity[]> {
    return (await this.identities.find({ userId }).sort({ provider: 1 }).lean()).map(toIdentity);
  }

  async add(identity: Identity): Promise<void> {
    try {
      await this.identities.insertMany([identity], { lean: true });
    } catch (error) {
      if (duplicateKeyOf(error) !== null) throw new IdentityTaken();
      throw error;
    }
  }

  async remove(userId: string, provider: string): Promise<boolean> {
    const { deletedCount } = await this.identities.deleteOne({ userId, provider });
    return deletedCount === 1;
  }

  async removeAll(userId: string): Promise<number> {
    return (await this.identities.deleteMany({ userId })).deletedCount;
  }

  async begin(flow: Omit<FlowRow, '_id'>): Promise<void> {
    await this.flows.insertMany([flow], { lean: true });
  }

  /** It is finished once: of several at once, one gets it. */
  async finish({ provider, stateHash, flowHash }: Pick<FlowRow, 'provider' | 'stateHash' | 'flowHash'>, now: Date): Promise<{ linkTo: string | null } | null> {
    return this.flows.findOneAndDelete({ provider, stateHash, flowHash, expiresAt: { $gt: now } }, { projection: { _id: 0, linkTo: 1 } }).lean();
  }
}

const toIdentity = ({ _id, ...identity }: IdentityRow): Identity => identity;
