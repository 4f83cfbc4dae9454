import { Types, type Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import { fold } from '../../shared/fold.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Role, User } from './auth.js';
import { EmailTaken, UserNotFound, UsernameTaken } from './auth.errors.js';
import { userModel, type UserRow } from './auth.model.js';

type Stored = UserRow & { _id: Types.ObjectId };
export type NewUser = { email: string; username?: string; passwordHash: string; roles: readonly Role[]; emailVerifiedAt?: Date };
export type UserFilter = { q?: string; role?: Role; isDisabled?: boolean; createdFrom?: Date; createdUntil?: Date };

export class UserRepository {
  private readonly users;

  constructor(connection: Connection) {
    this.users = userModel(connection);
  }

  /** Only an account without rights: staff are made customers first. */
  async remove(id: string): Promise<boolean> {
    return (await this.users.deleteOne({ _id: id, roles: { $nin: ['admin', 'operations', 'support', 'moderator', 'vendor'] } })).deletedCount === 1;
  }

  async create({ email, username, passwordHash, roles, emailVerifiedAt }: NewUser, now: Date): Promise<User> {
    try {
      const row: Stored = {
        _id: new Types.ObjectId(), email, ...(username !== undefined && { username }), passwordHash, credentialsVersion: 1, roles: [...roles], isDisabled: false, ...(emailVerifiedAt && { emailVerifiedAt }), version: 1, createdAt: now, updatedAt: now,
      };
      await this.users.insertMany([row], { lean: true });
      return toUser(row);
    } catch (error) {
      const index = duplicateKeyOf(error);
      // An index of plain addresses stands until all are sealed.
      if (index === 'emailKey' || index === 'email') throw new EmailTaken();
      if (index === 'usernameKey') throw new UsernameTaken();
      throw error;
    }
  }

  async find(id: string): Promise<User | null> {
    const found = await this.users.findOne({ _id: id }).lean();
    return found && toUser(found);
  }

  async findByEmail(email: string): Promise<User | null> {
    const found = await this.users.findOne({ email }).lean();
    return found && toUser(found);
  }

  /** Written to, so that two changes which must know of each other collide. */
  async touch(id: string, now: Date): Promise<User> {
    const found = await this.users.findOneAndUpdate({ _id: id }, { $set: { updatedAt: now } }, { returnDocument: 'after' }).lean();
    if (!found) throw new UserNotFound();
    return toUser(found);
  }

  async list(filter: UserFilter, query: PageQuery): Promise<Page<User>> {
    const { q, role, isDisabled, createdFrom, createdUntil } = filter;
    const created = { ...(createdFrom && { $gte: createdFrom }), ...(createdUntil && { $lte: createdUntil }) };
    const page = await findPage(this.users, {
      query, fallbackSort: '-createdAt',
      filter: {
        ...(q !== undefined && { email: fold(q) }), ...(role !== undefined && { roles: role }),
        ...(isDisabled !== undefined && { isDisabled }), ...(Object.keys(created).length > 0 && { createdAt: created }),
      },
    });
    return { ...page, items: page.items.map((row) => toUser(row as Stored)) };
  }

  /** Refuses to overwrite what changed since it was read. */
  async saveRights(user: User, now: Date): Promise<User> {
    const { modifiedCount } = await this.users.updateOne(
      { _id: user.id, version: user.version }, { $set: { roles: [...user.roles], isDisabled: user.isDisabled, updatedAt: now }, $inc: { version: 1 } },
    );
    if (modifiedCount === 0) throw new ConcurrentChange('This user changed meanwhile.', { userId: user.id });
    return { ...user, version: user.version + 1, updatedAt: now };
  }

  /** Another enabled admin who stays: written to, so that two admins stepping down at once cannot both count on the other. */
  async witnessOtherAdmin(id: string, now: Date): Promise<boolean> {
    const other = await this.users.findOneAndUpdate(
      { roles: 'admin', isDisabled: false, _id: { $ne: new Types.ObjectId(id) } }, { $set: { witnessedAt: now } }, { projection: { _id: 1 } },
    ).lean();
    return other !== null;
  }

  /** Same password, newer hash. */
  async replaceHash(user: User, passwordHash: string): Promise<void> {
    await this.users.updateOne({ _id: user.id, passwordHash: user.passwordHash }, { $set: { passwordHash } });
  }

  /** A new password: everything that was opened with the old one is over. */
  async changePassword(user: User, passwordHash: string, now: Date): Promise<User> {
    const changed = await this.users.findOneAndUpdate(
      { _id: user.id, passwordHash: user.passwordHash, isDisabled: false },
      { $set: { passwordHash, updatedAt: now }, $inc: { credentialsVersion: 1, version: 1 } }, { returnDocument: 'after' },
    ).lean();
    if (!changed) throw new ConcurrentChange('The password was changed meanwhile.', {});
    return toUser(changed);
  }

  /** Only while it is still this address. */
  async markVerified(id: string, email: string, now: Date): Promise<boolean> {
    const { modifiedCount } = await this.users.updateOne({ _id: id, email, emailVerifiedAt: { $exists: false } }, { $set: { emailVerifiedAt: now, updatedAt: now }, $inc: { version: 1 } });
    return modifiedCount === 1;
  }

  /** The new address is one that was just proved. Refuses when the old one is gone already, or another account has the new one. */
  async changeEmail({ id, email: before }: Pick<User, 'id' | 'email'>, email: string, now: Date): Promise<void> {
    try {
      const { modifiedCount } = await this.users.updateOne({ _id: id, email: before, isDisabled: false }, { $set: { email, emailVerifiedAt: now, updatedAt: now }, $inc: { version: 1 } });
      if (modifiedCount === 0) throw new ConcurrentChange('The e-mail address was changed meanwhile.', {});
    } catch (error) {
      if (['emailKey', 'email'].includes(duplicateKeyOf(error) ?? '')) throw new EmailTaken();
      throw error;
    }
  }

  async setMfa(id: string, enabledAt: Date | null, now: Date): Promise<void> {
    const change = enabledAt ? { $set: { mfaEnabledAt: enabledAt, updatedAt: now } } : { $unset: { mfaEnabledAt: 1 as const }, $set: { updatedAt: now } };
    await this.users.updateOne({ _id: id }, { ...change, $inc: { version: 1 } });
  }
}

function toUser({ _id, usernameKey: _key, emailKey: _emailKey, witnessedAt: _witnessedAt, ...user }: Stored): User {
  return { ...user, id: _id.toHexString() };
}
