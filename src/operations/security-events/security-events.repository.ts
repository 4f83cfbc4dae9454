import type { Connection, Types } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { SecurityEventFilter, StoredSecurityEvent } from './security-events.js';
import { securityEventModel, type SecurityEventRow } from './security-events.model.js';

export type NewSecurityEvent = SecurityEventRow;

export class SecurityEventRepository {
  private readonly events;

  constructor(connection: Connection) {
    this.events = securityEventModel(connection);
  }

  /** Natively: it is no part of the transaction in whose middle something was refused. */
  async append(rows: readonly SecurityEventRow[]): Promise<void> {
    await this.events.collection.insertMany(rows.map((row) => ({ ...row })) as never, { ordered: false });
  }

  async list({ kind, userId, address, from, until }: SecurityEventFilter, query: PageQuery): Promise<Page<StoredSecurityEvent>> {
    const at = { ...(from && { $gte: from }), ...(until && { $lte: until }) };
    const page = await findPage(this.events, {
      query, fallbackSort: '-at',
      filter: {
        ...(kind !== undefined && { kind }), ...(userId !== undefined && { userId }), ...(address !== undefined && { address }), ...(Object.keys(at).length > 0 && { at }),
      },
    });
    return { ...page, items: page.items.map((row) => { const { _id, ...event } = row as unknown as SecurityEventRow & { _id: Types.ObjectId }; return { id: _id.toHexString(), ...event }; }) };
  }
}
