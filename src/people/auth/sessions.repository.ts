import { Types, type Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Session, SessionEnd } from './auth.js';
import { sessionModel, type SessionRow } from './auth.model.js';

type Stored = SessionRow & { _id: Types.ObjectId };
type End = { reason: SessionEnd; at: Date };

const alive = (at: Date) => ({ endedAt: { $exists: false }, expiresAt: { $gt: at } });

export class SessionRepository {
  private readonly sessions;

  constructor(connection: Connection) {
    this.sessions = sessionModel(connection);
  }

  async removeAll(userId: string): Promise<number> {
    return (await this.sessions.deleteMany({ userId })).deletedCount;
  }

  async listAll(userId: string): Promise<Session[]> {
    return (await this.sessions.find({ userId }).sort({ userId: 1, lastUsedAt: -1, _id: -1 }).limit(1000).lean()).map((row) => toSession(row as Stored));
  }

  async create(session: Omit<Session, 'id'>): Promise<Session> {
    const row: Stored = { ...session, _id: new Types.ObjectId() };
    await this.sessions.insertMany([row], { lean: true });
    return toSession(row);
  }

  async find(id: string): Promise<Session | null> {
    const found = await this.sessions.findOne({ _id: id }).lean();
    return found && toSession(found);
  }

  async listAlive(userId: string, now: Date, query: PageQuery): Promise<Page<Session>> {
    const page = await findPage(this.sessions, { filter: { userId, ...alive(now) }, query, fallbackSort: '-lastUsedAt' });
    return { ...page, items: page.items.map((row) => toSession(row as Stored)) };
  }

  /** Null when another request rotated it first, or it is over: of many who come with one token, one gets through here. */
  async rotate({ id, userId, generation }: Pick<Session, 'id' | 'userId' | 'generation'>, { now, expiresAt, ipRange }: { now: Date; expiresAt: Date; ipRange: string }): Promise<Session | null> {
    const rotated = await this.sessions.findOneAndUpdate(
      { _id: id, userId, generation, ...alive(now) },
      { $set: { rotatedAt: now, lastUsedAt: now, expiresAt, ipRange }, $inc: { generation: 1 } }, { returnDocument: 'after' },
    ).lean();
    return rotated && toSession(rotated);
  }

  /** The owner is part of the question: nobody ends another's session. */
  async end(id: string, userId: string, { reason, at }: End): Promise<boolean> {
    const { modifiedCount } = await this.sessions.updateOne({ _id: id, userId, ...alive(at) }, { $set: { endedAt: at, endReason: reason } });
    return modifiedCount === 1;
  }

  /** Ends all of a user's sessions, or all but one; answers which. */
  async endAll(userId: string, { reason, at }: End, exceptId?: string): Promise<string[]> {
    const others = exceptId === undefined ? {} : { _id: { $ne: exceptId } };
    const open = await this.sessions.find({ userId, ...alive(at), ...others }, { _id: 1 }).lean();
    const ids = open.map(({ _id }) => _id);
    if (ids.length > 0) await this.sessions.updateMany({ _id: { $in: ids }, ...alive(at) }, { $set: { endedAt: at, endReason: reason } });
    return ids.map((id) => id.toHexString());
  }

  async aliveIds(userId: string, at: Date): Promise<string[]> {
    const open = await this.sessions.find({ userId, ...alive(at) }, { _id: 1 }).lean();
    return open.map(({ _id }) => _id.toHexString());
  }

  /** True when this person was signed in before, and never on a device of this name. */
  async isNewDevice(userId: string, session: Pick<Session, 'id' | 'device' | 'createdAt'>): Promise<boolean> {
    const before = { userId, createdAt: { $lt: session.createdAt }, _id: { $ne: session.id } };
    return await this.sessions.exists(before) !== null && await this.sessions.exists({ ...before, device: session.device }) === null;
  }

  async markSecondFactor(id: string, at: Date): Promise<void> {
    await this.sessions.updateOne({ _id: id }, { $set: { mfaAt: at } });
  }

  /** The session in which the password was changed goes on with the new one. */
  async trustAgain(id: string, credentialsVersion: number): Promise<void> {
    await this.sessions.updateOne({ _id: id }, { $set: { credentialsVersion } });
  }
}

const toSession = ({ _id, ...session }: Stored): Session => ({ ...session, id: _id.toHexString() });
