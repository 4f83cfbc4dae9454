import { Types, type Connection } from 'mongoose';
import { later } from '../../shared/clock.js';
import { vaultOf } from '../../shared/db/personal.js';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Mail, MailState, Milestone } from './notifications.js';
import { mailModel, type MailRow } from './notifications.model.js';

export type MailFilter = { state?: MailState; to?: string; orderId?: string; milestone?: Milestone };
export type NewMail = Omit<Mail, 'id' | 'attempts' | 'failures' | 'lastError' | 'sentAt'>;
/** A mail that this sender has for as long as its lease lasts. */
export type HeldMail = Mail & Readonly<{ lockToken: number }>;

export class MailRepository {
  private readonly mails;

  readonly personalData: PersonalData;

  constructor(private readonly connection: Connection) {
    this.mails = mailModel(connection);
    this.personalData = ownedRows(this.mails, { name: 'mails', erase: 'keep', hide: ['secretRef', 'lockToken', 'html'], of: ({ userId, email }) => ({ $or: [{ userId }, ...(email === null ? [] : [{ to: email }])] }) });
  }

  /** False when this milestone was told before. Looks first, since a refused write would end the transaction around it. */
  async addOnce({ key: plainKey, ...rest }: NewMail): Promise<boolean> {
    // It names the address: what it marks is enough to find it again.
    const mail = { ...rest, key: vaultOf(this.connection).mark(plainKey) };
    if (await this.mails.exists({ key: mail.key })) return false;
    try {
      await this.mails.insertMany([{ ...mail, _id: new Types.ObjectId(), attempts: 0, failures: 0, lockToken: 0 }], { lean: true });
      return true;
    } catch (error) {
      if (duplicateKeyOf(error) === 'key') return false;
      throw error;
    }
  }

  /** The mail that has waited longest, or whose sender let its lease run out. */
  async take(now: Date, leaseMs: number): Promise<HeldMail | null> {
    const taken = await this.mails.findOneAndUpdate(
      { state: 'pending', dueAt: { $lte: now } }, { $set: { dueAt: later(now, leaseMs) }, $inc: { attempts: 1, lockToken: 1 } },
      { sort: { dueAt: 1, _id: 1 }, returnDocument: 'after' },
    ).lean();
    return taken && { ...toMail(taken), lockToken: taken.lockToken };
  }

  /** False when another sender has taken it since: what became of it is then that one's to write. */
  async settle({ id, lockToken }: HeldMail, change: Partial<Pick<MailRow, 'state' | 'dueAt' | 'lastError' | 'failures' | 'sentAt'>>): Promise<boolean> {
    const { modifiedCount } = await this.mails.updateOne({ _id: new Types.ObjectId(id), state: 'pending', lockToken }, { $set: change });
    return modifiedCount === 1;
  }

  async revive(id: string, now: Date): Promise<Mail | null> {
    const revived = await this.mails.findOneAndUpdate({ _id: new Types.ObjectId(id), state: 'dead' }, { $set: { state: 'pending', dueAt: now, failures: 0, createdAt: now } }, { returnDocument: 'after' }).lean();
    return revived && toMail(revived);
  }

  async find(id: string): Promise<Mail | null> {
    const found = await this.mails.findOne({ _id: new Types.ObjectId(id) }).lean();
    return found && toMail(found);
  }

  async list(filter: MailFilter, query: PageQuery): Promise<Page<Mail>> {
    const page = await findPage<MailRow>(this.mails as never, { filter, query, fallbackSort: '-createdAt', projection: { html: 0, text: 0 } });
    return { ...page, items: page.items.map(toMail) };
  }

  async findWaitingSince(before: Date): Promise<Mail[]> {
    const found = await this.mails.find({ state: 'pending', dueAt: { $lt: before } }).limit(1000).lean();
    return found.map(toMail);
  }
}

const toMail = ({ _id, lockToken: _lockToken, ...row }: MailRow): Mail => ({ id: _id.toHexString(), ...row });
