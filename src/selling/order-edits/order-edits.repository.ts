import { Types, type Connection } from 'mongoose';
import type { OrderEdit } from './order-edits.js';
import { editModel, type EditRow } from './order-edits.model.js';

export class OrderEditRepository {
  private readonly edits;

  constructor(connection: Connection) {
    this.edits = editModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async insert({ id, ...edit }: OrderEdit): Promise<void> {
    await this.edits.insertMany([{ ...edit, _id: new Types.ObjectId(id) } as EditRow], { lean: true });
  }

  async find(orderId: string, id: string): Promise<OrderEdit | null> {
    const found = await this.edits.findOne({ _id: new Types.ObjectId(id), orderId }).lean();
    return found && toEdit(found);
  }

  async ofOrder(orderId: string): Promise<OrderEdit[]> {
    const found = await this.edits.find({ orderId }).sort({ createdAt: -1, _id: -1 }).limit(100).lean();
    return found.map(toEdit);
  }

  /** Of several confirmations one gets true. */
  async confirm(id: string, now: Date): Promise<boolean> {
    const { modifiedCount } = await this.edits.updateOne({ _id: new Types.ObjectId(id), state: 'previewed' }, { $set: { state: 'confirmed', confirmedAt: now } });
    return modifiedCount === 1;
  }
}

const toEdit = ({ _id, ...row }: EditRow): OrderEdit => ({ id: _id.toHexString(), ...row });
