import { Types, type Connection } from 'mongoose';
import { ConcurrentChange } from '../../../shared/errors.js';
import { fulfilmentModel, type FulfilmentRow } from './fulfilments.model.js';
import type { Fulfilment } from './fulfilments.js';

export class FulfilmentRepository {
  private readonly fulfilments;

  constructor(connection: Connection) {
    this.fulfilments = fulfilmentModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async insert({ id, ...fulfilment }: Fulfilment): Promise<void> {
    await this.fulfilments.insertMany([{ ...fulfilment, _id: new Types.ObjectId(id) } as FulfilmentRow], { lean: true });
  }

  async findByOrder(orderId: string): Promise<Fulfilment[]> {
    const found = await this.fulfilments.find({ orderId }).sort({ _id: 1 }).lean();
    return found.map(toFulfilment);
  }

  async find(orderId: string, id: string): Promise<Fulfilment | null> {
    const found = await this.fulfilments.findOne({ _id: new Types.ObjectId(id), orderId }).lean();
    return found && toFulfilment(found);
  }

  async findByTracking(trackingNumber: string): Promise<Fulfilment | null> {
    const found = await this.fulfilments.findOne({ 'parcels.trackingNumber': trackingNumber }).sort({ _id: -1 }).lean();
    return found && toFulfilment(found);
  }

  /** Refuses to overwrite one that changed since it was read. */
  async save(before: Fulfilment, after: Fulfilment): Promise<Fulfilment> {
    const { id: _id, orderId: _o, createdAt: _c, version: _v, ...fields } = after;
    const { matchedCount } = await this.fulfilments.updateOne(
      { _id: new Types.ObjectId(before.id), version: before.version }, { $set: fields as Partial<FulfilmentRow>, $inc: { version: 1 } },
    );
    if (matchedCount === 0) throw new ConcurrentChange('The fulfilment changed meanwhile. Read it again.', { fulfilmentId: before.id });
    return { ...after, version: before.version + 1 };
  }
}

function toFulfilment({ _id, ...row }: FulfilmentRow): Fulfilment {
  return { id: _id.toHexString(), ...row };
}
