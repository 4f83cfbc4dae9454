import { Types, type Connection } from 'mongoose';
import { accessModel } from './order-access.model.js';

export class OrderAccessRepository {
  private readonly accesses;

  constructor(connection: Connection) {
    this.accesses = accessModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  /** False when this order got one lately. Of two at the same moment the index of stretches lets one through. */
  async addOnce({ id, ...access }: { id: string; orderId: string; slot: number; tokenHash: string; createdAt: Date; expiresAt: Date }, since: Date): Promise<boolean> {
    if (await this.accesses.exists({ orderId: access.orderId, createdAt: { $gt: since } })) return false;
    await this.accesses.insertMany([{ ...access, _id: new Types.ObjectId(id), claimedAt: null, claimedBy: null }], { lean: true });
    return true;
  }

  /** The order that this code opens, as long as nobody has claimed it with the code. */
  async findOrderId(tokenHash: string, now: Date): Promise<string | null> {
    const found = await this.accesses.findOne({ tokenHash, claimedAt: null, expiresAt: { $gt: now } }, { orderId: 1 }).lean();
    return found && found.orderId;
  }

  /** Uses the code up. Of several at once one gets the order, the others null. */
  async claim(tokenHash: string, userId: string, now: Date): Promise<string | null> {
    const used = await this.accesses.findOneAndUpdate({ tokenHash, claimedAt: null, expiresAt: { $gt: now } }, { $set: { claimedAt: now, claimedBy: userId } }).lean();
    return used && used.orderId;
  }
}
