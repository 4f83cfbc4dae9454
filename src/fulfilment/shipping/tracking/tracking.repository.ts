import type { Connection } from 'mongoose';
import { duplicateKeyOf } from '../../../shared/db/retry.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import type { Violation } from '../../../shared/invariant.js';
import { trackingKey, type Tracking } from './tracking.js';
import { carrierEventModel, trackingModel, type TrackingRow } from './tracking.model.js';

/** Thrown out of the transaction that would have heard an event a second time. */
export class HeardBefore extends Error {}

export class TrackingRepository {
  private readonly trackings;
  private readonly events;

  constructor(connection: Connection) {
    this.trackings = trackingModel(connection);
    this.events = carrierEventModel(connection);
  }

  async hear(id: string, trackingNumber: string, now: Date): Promise<void> {
    try {
      await this.events.insertMany([{ _id: id, trackingNumber, receivedAt: now }], { lean: true });
    } catch (error) {
      throw duplicateKeyOf(error) === '_id' ? new HeardBefore() : error;
    }
  }

  async find(trackingNumber: string): Promise<Tracking | null> {
    const found = await this.trackings.findById(trackingKey(trackingNumber)).lean();
    return found && toTracking(found);
  }

  async findAll(trackingNumbers: readonly string[]): Promise<Tracking[]> {
    const found = await this.trackings.find({ _id: { $in: trackingNumbers.map(trackingKey) } }).lean();
    return found.map(toTracking);
  }

  async save({ trackingNumber, version, ...tracking }: Tracking, now: Date): Promise<void> {
    const row = { ...tracking, version: version + 1, updatedAt: now } as Omit<TrackingRow, '_id'>;
    const lost = () => new ConcurrentChange('The parcel changed meanwhile.', { trackingNumber });
    if (version === 0) {
      await this.trackings.insertMany([{ ...row, _id: trackingNumber }], { lean: true }).catch((error: unknown) => { throw duplicateKeyOf(error) === '_id' ? lost() : error; });
      return;
    }
    const { matchedCount } = await this.trackings.updateOne({ _id: trackingNumber, version }, { $set: row });
    if (matchedCount === 0) throw lost();
  }

  /** Milestones of linked parcels that nobody was told of, or that were told without having been reached. */
  async findUntold(invariant: string): Promise<Violation[]> {
    const milestones = ['in_transit', 'out_for_delivery', 'delivered', 'failed'];
    const found = await this.trackings.aggregate<{ _id: string; reached: string[]; told: string[] }>([
      { $match: { link: { $ne: null } } },
      { $project: { told: 1, reached: { $setIntersection: ['$scans.status', milestones] } } },
      { $match: { $expr: { $not: { $setEquals: ['$reached', '$told'] } } } }, { $limit: 100 },
    ]);
    return found.map(({ _id, reached, told }) => ({ invariant, subject: `parcel:${_id}`, detail: `it reached ${reached.join(', ') || 'nothing'}, told was ${told.join(', ') || 'nothing'}` }));
  }
}

function toTracking({ _id, updatedAt: _u, ...row }: TrackingRow): Tracking {
  return { trackingNumber: _id, ...row } as Tracking;
}
