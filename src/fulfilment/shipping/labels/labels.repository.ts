import { Types, type Connection } from 'mongoose';
import { duplicateKeyOf } from '../../../shared/db/retry.js';
import type { Violation } from '../../../shared/invariant.js';
import type { BoughtLabel, CarrierRate } from '../carriers/carrier.js';
import type { Label } from './labels.js';
import { labelModel, type LabelRow } from './labels.model.js';

type NewLabel = Pick<Label, 'orderId' | 'fulfilmentId' | 'parcelId' | 'provider' | 'service' | 'format'>;

export class LabelRepository {
  private readonly labels;

  constructor(connection: Connection) {
    this.labels = labelModel(connection);
  }

  /** Null when another request is at it. */
  async claim(label: NewLabel, now: Date): Promise<Label | null> {
    const row: LabelRow & { _id: Types.ObjectId } = { ...label, _id: new Types.ObjectId(), state: 'buying', rate: null, bought: null, refund: null, failure: null, claimedAt: now, createdAt: now, active: true };
    try {
      await this.labels.insertMany([row], { lean: true });
      return toLabel(row);
    } catch (error) {
      if (duplicateKeyOf(error) === 'parcelId') return null;
      throw error;
    }
  }

  async findActive(parcelId: string): Promise<Label | null> {
    const found = await this.labels.findOne({ parcelId, active: true }).lean();
    return found && toLabel(found);
  }

  async find(orderId: string, id: string): Promise<Label | null> {
    const found = await this.labels.findOne({ _id: id, orderId }).lean();
    return found && toLabel(found);
  }

  async findByOrder(orderId: string): Promise<Label[]> {
    const found = await this.labels.find({ orderId }).sort({ _id: 1 }).lean();
    return found.map(toLabel);
  }

  async findUnfinished(before: Date, limit: number): Promise<Label[]> {
    const found = await this.labels.find({ state: 'buying', claimedAt: { $lte: before } }).sort({ claimedAt: 1 }).limit(limit).lean();
    return found.map(toLabel);
  }

  /** Goes on with a purchase that was left: one of many who try. */
  async takeUp({ id, claimedAt }: Label, now: Date): Promise<boolean> {
    return (await this.labels.updateOne({ _id: id, state: 'buying', claimedAt }, { $set: { claimedAt: now } })).modifiedCount === 1;
  }

  /** Written before anything is bought, so that after a crash the carrier can be asked. */
  async choose(id: string, rate: CarrierRate): Promise<void> {
    await this.labels.updateOne({ _id: id, state: 'buying' }, { $set: { rate } });
  }

  /** Nobody knows whether it was bought: the next one to come asks at once. */
  async letGo(id: string): Promise<void> {
    await this.labels.updateOne({ _id: id, state: 'buying' }, { $set: { claimedAt: new Date(0) } });
  }

  async bought(id: string, bought: BoughtLabel): Promise<boolean> {
    return (await this.labels.updateOne({ _id: id, state: 'buying' }, { $set: { state: 'bought', bought } })).modifiedCount === 1;
  }

  async fail(id: string, failure: string): Promise<void> {
    await this.labels.updateOne({ _id: id, state: 'buying' }, { $set: { state: 'failed', failure: failure.slice(0, 500) }, $unset: { active: 1 } });
  }

  async beginVoid(id: string): Promise<boolean> {
    return (await this.labels.updateOne({ _id: id, state: 'bought' }, { $set: { state: 'voiding' } })).modifiedCount === 1;
  }

  async keep(id: string): Promise<void> {
    await this.labels.updateOne({ _id: id, state: 'voiding' }, { $set: { state: 'bought' } });
  }

  async voided(id: string, refund: 'pending' | 'refunded'): Promise<boolean> {
    return (await this.labels.updateOne({ _id: id, state: 'voiding' }, { $set: { state: 'voided', refund }, $unset: { active: 1 } })).modifiedCount === 1;
  }

  /** Postage that was bought twice for a parcel, or that stands without what was bought. */
  async findDoubled(invariant: string): Promise<Violation[]> {
    const doubled = await this.labels.aggregate<{ _id: string; n: number }>([
      { $match: { state: { $in: ['bought', 'voiding'] } } }, { $group: { _id: '$parcelId', n: { $sum: 1 } } }, { $match: { n: { $gt: 1 } } }, { $limit: 100 },
    ]);
    const empty = await this.labels.find({ state: { $in: ['bought', 'voiding', 'voided'] }, 'bought.trackingNumber': { $exists: false } }, { parcelId: 1 }).limit(100).lean();
    return [
      ...doubled.map(({ _id, n }) => ({ invariant, subject: `parcel:${_id}`, detail: `${n} labels stand for it` })),
      ...empty.map(({ parcelId }) => ({ invariant, subject: `parcel:${parcelId}`, detail: 'its label has no tracking number' })),
    ];
  }
}

function toLabel({ _id, active: _a, ...row }: LabelRow & { _id: Types.ObjectId }): Label {
  return { id: _id.toHexString(), ...row };
}
