import { Types, type Connection } from 'mongoose';
import { later } from '../../shared/clock.js';
import { QUIET_MS, slotOf, type MailedCode, type Purpose } from './account-mail.js';
import { codeModel, type CodeRow } from './account-mail.model.js';

export class MailedCodeRepository {
  private readonly codes;

  constructor(connection: Connection) {
    this.codes = codeModel(connection);
  }

  async ofUser(userId: string): Promise<MailedCode[]> {
    return (await this.codes.find({ userId }).sort({ createdAt: 1 }).lean()).map(toCode);
  }

  async removeAll(userId: string): Promise<number> {
    return (await this.codes.deleteMany({ userId })).deletedCount;
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  /** False when this address got one of the kind just now. Of two at the same moment the index of stretches lets one through. */
  async addOnce({ id, ...code }: MailedCode, tokenHash: string): Promise<boolean> {
    const { userId, purpose, email, createdAt } = code;
    if (await this.codes.exists({ userId, purpose, email, createdAt: { $gt: later(createdAt, -QUIET_MS) } })) return false;
    await this.codes.insertMany([{ ...code, _id: new Types.ObjectId(id), tokenHash, slot: slotOf(createdAt), usedAt: null }], { lean: true });
    return true;
  }

  async find(tokenHash: string, purposes: readonly Purpose[], now: Date): Promise<MailedCode | null> {
    const found = await this.codes.findOne(unused(tokenHash, purposes, now)).lean();
    return found && toCode(found);
  }

  /** Uses it up. Of several at once one gets it, the others null. */
  async use(tokenHash: string, purposes: readonly Purpose[], now: Date): Promise<MailedCode | null> {
    const used = await this.codes.findOneAndUpdate(unused(tokenHash, purposes, now), { $set: { usedAt: now } }).lean();
    return used && toCode(used);
  }
}

const unused = (tokenHash: string, purposes: readonly Purpose[], now: Date) => ({ tokenHash, purpose: { $in: [...purposes] }, usedAt: null, expiresAt: { $gt: now } });
const toCode = ({ _id, tokenHash: _hash, slot: _slot, usedAt: _usedAt, ...code }: CodeRow): MailedCode => ({ ...code, id: _id.toHexString() });
