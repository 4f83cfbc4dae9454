import type { Connection } from 'mongoose';
import { orLostRace } from '../../shared/db/retry.js';
import { policyModel, type PolicyRow } from './return-policies.model.js';
import type { ReturnPolicy } from './return-policies.js';

export class PolicyRepository {
  private readonly policies;

  constructor(connection: Connection) {
    this.policies = policyModel(connection);
  }

  async findLatest(): Promise<ReturnPolicy | null> {
    const found = await this.policies.findOne().sort({ _id: -1 }).lean();
    return found && toPolicy(found);
  }

  async find(version: number): Promise<ReturnPolicy | null> {
    const found = await this.policies.findById(version).lean();
    return found && toPolicy(found);
  }

  async insert({ version, ...policy }: ReturnPolicy): Promise<void> {
    await orLostRace(() => this.policies.insertMany([{ ...policy, _id: version } as PolicyRow], { lean: true }), 'The return policy changed meanwhile. Read it again.');
  }
}

const toPolicy = ({ _id, ...row }: PolicyRow): ReturnPolicy => ({ version: _id, ...row });
