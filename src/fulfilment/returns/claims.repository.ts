import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { claimModel, type ClaimRow } from './cases.model.js';
import type { Claim, ClaimState } from './claims.js';

export class ClaimRepository {
  private readonly claims;

  readonly personalData: PersonalData;

  constructor(connection: Connection, orderIdsOf: (userId: string) => Promise<string[]>) {
    this.claims = claimModel(connection);
    this.personalData = ownedRows(this.claims, { name: 'claims', erase: 'keep', of: async ({ userId }) => ({ orderId: { $in: await orderIdsOf(userId) } }) });
  }

  async insert({ id, ...claim }: Claim): Promise<void> {
    await this.claims.insertMany([{ ...claim, _id: new Types.ObjectId(id) } as ClaimRow], { lean: true });
  }

  async find(id: string): Promise<Claim | null> {
    const found = await this.claims.findOne({ _id: new Types.ObjectId(id) }).lean();
    return found && toClaim(found);
  }

  async findByOrder(orderId: string): Promise<Claim[]> {
    const found = await this.claims.find({ orderId }).sort({ _id: 1 }).lean();
    return found.map(toClaim);
  }

  async findPage({ state }: { state?: ClaimState | undefined }, query: PageQuery): Promise<Page<Claim>> {
    const page = await findPage<ClaimRow>(this.claims, { filter: state === undefined ? {} : { state }, query, fallbackSort: '-createdAt' });
    return { ...page, items: page.items.map(toClaim) };
  }

  async save(before: Claim, change: Partial<Claim>, now: Date): Promise<Claim> {
    const { id: _id, version: _v, ...fields } = { ...change, updatedAt: now };
    const { matchedCount } = await this.claims.updateOne({ _id: new Types.ObjectId(before.id), version: before.version }, { $set: fields as Partial<ClaimRow>, $inc: { version: 1 } });
    if (matchedCount === 0) throw new ConcurrentChange('The claim changed meanwhile. Read it again.', { claimId: before.id });
    return { ...before, ...fields, version: before.version + 1 };
  }
}

function toClaim({ _id, ...row }: ClaimRow): Claim {
  return { id: _id.toHexString(), ...row };
}
