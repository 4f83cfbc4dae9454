import type { Connection, Types } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { findPage } from '../../shared/db/page.js';
import { sealRow, vaultOf } from '../../shared/db/personal.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { SecurityEventFilter, StoredSecurityEvent } from './security-events.js';
import { SECURITY_PERSONAL, securityEventModel, type SecurityEventRow } from './security-events.model.js';

export type NewSecurityEvent = SecurityEventRow;

export class SecurityEventRepository {
  private readonly events;

  /** Watched over until its time is up; where from is not known any more once the keys are gone. */
  readonly personalData: PersonalData;

  constructor(private readonly connection: Connection) {
    this.events = securityEventModel(connection);
    this.personalData = ownedRows(this.events, { name: 'securityEvents', erase: 'keep', hide: ['requestId'] });
  }

  /** Natively: it is no part of the transaction in whose middle something was refused. */
  async append(rows: readonly SecurityEventRow[]): Promise<void> {
    const sealed = [];
    for (const row of rows) sealed.push(await sealRow(vaultOf(this.connection), { ...row }, { collection: 'security_events', options: SECURITY_PERSONAL }));
    await this.events.collection.insertMany(sealed as never, { ordered: false });
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
