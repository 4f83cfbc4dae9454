import type { Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { ActivityEntry } from './activity.js';
import { activityModel, type ActivityRow } from './activity.model.js';

export class ActivityRepository {
  private readonly entries;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.entries = activityModel(connection);
    this.personalData = ownedRows(this.entries, { name: 'activity', erase: 'remove' });
  }

  async append({ id, ...entry }: ActivityEntry): Promise<void> {
    try {
      await this.entries.insertMany([{ _id: id, ...entry }], { lean: true });
    } catch (error) {
      if (duplicateKeyOf(error) !== '_id') throw error;
    }
  }

  async list(userId: string, query: PageQuery): Promise<Page<ActivityEntry>> {
    const page = await findPage(this.entries, { filter: { userId }, query, fallbackSort: '-occurredAt' });
    return { ...page, items: (page.items as unknown as ActivityRow[]).map(({ _id, ...entry }) => ({ id: _id, ...entry })) };
  }
}
